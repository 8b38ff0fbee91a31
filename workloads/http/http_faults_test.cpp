// The built program against servers that go wrong: whatever they do, every operation is accounted
// for by its reason, under every runner.

#include <fmt/ranges.h>
#include <gmock/gmock.h>

#include <algorithm>
#include <atomic>
#include <thread>

#include "bench/model/runner_entry.hpp"
#include "bench/testing/rows.hpp"
#include "bench/testing/run_program.hpp"
#include "bench/testing/sanitized.hpp"
#include "workloads/http/testing/faults.hpp"

namespace asyncmark::http::testing::http_faults_test {
namespace {

using namespace std::chrono_literals;
using ::asyncmark::testing::accounted;
using ::asyncmark::testing::asyncmark;
using ::asyncmark::testing::Ended;
using ::asyncmark::testing::kSanitized;
using ::asyncmark::testing::number;
using ::asyncmark::testing::rows;
using ::asyncmark::testing::runners_in_turn;
using ::testing::AllOf;
using ::testing::AnyOf;
using ::testing::Combine;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Values;
using ::testing::ValuesIn;

using Words = std::vector<std::string>;

// Of good answers, which take long under a sanitizer, none may be late.
const char* const kTimeout = kSanitized ? "2s" : "200ms";

constexpr std::uint64_t kOps = 16, kPeriod = 8, kStruck = kOps / kPeriod;
/// Of what the program itself takes, and of what an answer that never ends brings in that time.
constexpr double kMuchMemory = 64 << 20;

/// How the client goes about it.
struct Mode {
  std::string name;
  Words flags;
};
void PrintTo(const Mode& mode, std::ostream* out) { *out << mode.name; }

const Mode kPooled{"Pooled", {"--connect", "pooled"}};
const Mode kPerOp{"PerOp", {"--connect", "per-op"}};
const Mode kHttplib{"Httplib", {"--client", "httplib"}};

Words words(const RawServer& server, const Words& more) {
  Words all{"run", "http", "--url", server.url(), "--repetitions", "1", "--format", "json"};
  all.insert(all.end(), {"--warmup", "0", "--in-flight", "4"});
  all.insert(all.end(), more.begin(), more.end());
  return all;
}

Words operator+(Words left, const Words& right) {
  left.insert(left.end(), right.begin(), right.end());
  return left;
}

void expect_nothing_left(const Ended& ended) {
  EXPECT_THAT(ended.left_running, IsEmpty());
  EXPECT_THAT(ended.files, IsEmpty());
}

Json failures_in(const Json& row) { return row.at("asyncmark").at("measurement").at("failures"); }

/// A fault, how the client goes about it, and which runners.
struct Struck {
  Fault fault;
  Mode mode;
  std::vector<std::string> runners;
};
void PrintTo(const Struck& one, std::ostream* out) {
  *out << one.fault.name << " " << one.mode.name;
}

std::string name_of(const ::testing::TestParamInfo<Struck>& one) {
  return fmt::format("{}_{}", one.param.fault.name, one.param.mode.name);
}

std::vector<Struck> struck_by(const std::vector<Mode>& modes) {
  std::vector<Struck> all;
  for (const auto& fault : faults())
    for (const auto& mode : modes)
      if (mode.name != kHttplib.name || fault.httplib_reason)
        all.push_back({fault, mode, runners_in_turn(all.size())});
  return all;
}

class Faults : public ::testing::TestWithParam<Struck> {
 protected:
  std::string reason() const {
    const auto& [fault, mode, runners] = GetParam();
    return mode.name == kHttplib.name ? fault.httplib_reason : fault.reason;
  }
  std::uint64_t struck() const { return reason().empty() ? 0 : kStruck; }

  Ended run(const std::vector<std::string>& runners, const Words& more) const {
    const RawServer server(now_and_then(GetParam().fault, kPeriod));
    // On a busy machine an answer may take as long as the short one.
    const auto* limit = reason() == "time-out" ? kTimeout : "5s";
    auto ended =
        asyncmark(words(server, Words{"--ops", std::to_string(kOps), "--timeout", limit} +
                                    Words{"--runner", fmt::format("{}", fmt::join(runners, ","))} +
                                    GetParam().mode.flags + more));
    expect_nothing_left(ended);
    return ended;
  }

  void expect_ledger(const Json& row) const {
    SCOPED_TRACE(row.at("name").get<std::string>());
    EXPECT_EQ(number(row, "failed"), struck());
    EXPECT_EQ(number(row, "completed"), kOps - struck());
    EXPECT_EQ(number(row, "never_started"), 0u);
    const auto expected = reason().empty() ? Json::object() : Json{{reason(), kStruck}};
    EXPECT_EQ(failures_in(row), expected);
    if (kSanitized) return;  // These take memory of their own.
    EXPECT_LT(row.at("peak_rss_bytes").get<double>(), kMuchMemory);
  }
};

INSTANTIATE_TEST_SUITE_P(Http, Faults, ValuesIn(struck_by({kPooled, kPerOp, kHttplib})), name_of);

TEST_P(Faults, AreAccountedForByTheirReason) {
  const auto ended = run(GetParam().runners, {"--max-failed", "1"});
  EXPECT_EQ(ended.code, struck() > 1 ? 4 : 0) << ended.err;
  ASSERT_EQ(rows(ended).size(), GetParam().runners.size());
  for (const auto& row : rows(ended)) expect_ledger(row);
}

class FewFaults : public Faults {};

INSTANTIATE_TEST_SUITE_P(Http, FewFaults, ValuesIn(struck_by({kPooled})), name_of);

TEST_P(FewFaults, AreWithinTheBudget) {
  EXPECT_EQ(run({"thread-pool"}, {"--max-failed", "2"}).code, 0);
}

class Connecting : public ::testing::TestWithParam<Mode> {};

INSTANTIATE_TEST_SUITE_P(Http, Connecting, Values(kPooled, kPerOp, kHttplib),
                         [](const auto& one) { return one.param.name; });

TEST_P(Connecting, ToWhatClosesAfterEachAnswerWithoutSayingSo) {
  // Half closed: what the client sends to it on a kept connection is never answered by a reset.
  const RawServer server([](Connection& connection) {
    connection.read_request();
    connection.write(answer("hello"));
  });
  const auto ended = asyncmark(words(server, Words{"--ops", "40"} + GetParam().flags));
  expect_nothing_left(ended);
  ASSERT_EQ(rows(ended).size(), built_in_runners().size());
  for (const auto& row : rows(ended)) {
    SCOPED_TRACE(row.at("name").get<std::string>());
    EXPECT_EQ(accounted(row), 40u);
    // Of each pooled session every other operation finds its connection ended, and fails; but after
    // a pause, as on a busy machine, it makes another.
    const auto failed = number(row, "failed");
    const std::uint64_t reopened =
        row["asyncmark"]["measurement"]["resources"].at("connections_reopened");
    if (GetParam().name == kPooled.name) {
      EXPECT_EQ(failures_in(row).value("closed early", std::uint64_t(0)), failed);
      EXPECT_GE(2 * failed + reopened, 40u - 8);
      EXPECT_LE(2 * failed + reopened, 40u);
    } else if (GetParam().name == kPerOp.name) {
      EXPECT_EQ(failed, 0u);
    }
  }
}

TEST_P(Connecting, ToWhatRefuses) {
  std::atomic<RawServer*> itself = nullptr;
  RawServer server([&](Connection& connection) {
    connection.read_request();  // Until the program has seen that it is there.
    itself.load()->go_away();
  });
  itself = &server;
  const auto ended = asyncmark(words(server, Words{"--ops", "20"} + GetParam().flags));
  expect_nothing_left(ended);
  EXPECT_EQ(ended.code, 4);
  ASSERT_EQ(rows(ended).size(), built_in_runners().size());
  for (const auto& row : rows(ended)) {
    SCOPED_TRACE(row.at("name").get<std::string>());
    if (GetParam().name == kPooled.name)
      EXPECT_THAT(row.at("error_message").get<std::string>(),
                  AllOf(HasSubstr("no connection to 127.0.0.1:"), HasSubstr("refused")));
    else
      EXPECT_EQ(failures_in(row),
                (Json{{GetParam().name == kPerOp.name ? "refused" : "no connection", 20}}));
  }
}

/// A runner, and how its client goes about it.
class Dying : public ::testing::TestWithParam<std::tuple<std::string, Mode>> {};

std::vector<std::string> runners() {
  std::vector<std::string> names;
  for (const auto& entry : built_in_runners()) names.push_back(entry.name);
  return names;
}

INSTANTIATE_TEST_SUITE_P(Http, Dying,
                         Combine(ValuesIn(runners()), Values(kPooled, kPerOp, kHttplib)),
                         [](const auto& one) {
                           auto name = std::get<0>(one.param) + "_" + std::get<1>(one.param).name;
                           std::ranges::replace(name, '-', '_');
                           return name;
                         });

TEST_P(Dying, InTheMiddleAndComingBack) {
  const auto& [runner, mode] = GetParam();
  constexpr std::uint64_t kDeadly = 15, kRate = 300;
  const std::uint64_t ops = kSanitized ? 2 * kRate : kRate / 3;
  std::atomic<RawServer*> itself = nullptr;
  std::atomic<std::uint64_t> requests = 0;
  RawServer server([&](Connection& connection) {
    while (!connection.read_request().empty()) {
      if (++requests == kDeadly) {
        itself.load()->go_away();
        std::this_thread::sleep_for(50ms);
        return itself.load()->come_back();
      }
      connection.write(answer("hello"));
    }
  });
  itself = &server;
  // By the clock: a closed loop would be refused everything that is left at once.
  const auto ended =
      asyncmark(words(server, Words{"--runner", runner, "--rate", std::to_string(kRate), "--ops",
                                    std::to_string(ops), "--max-failed", "100%"} +
                                  mode.flags));
  expect_nothing_left(ended);
  EXPECT_EQ(ended.code, 0) << ended.err;
  const auto row = rows(ended).at(0);
  EXPECT_EQ(accounted(row), ops);
  EXPECT_GT(number(row, "failed"), 0u);
  EXPECT_GT(number(row, "completed"), kDeadly);
  const auto failures = failures_in(row);
  for (const auto& [reason, times] : failures.items())
    EXPECT_THAT(reason, AnyOf("refused", "reset", "closed early", "truncated", "no connection",
                              "read failed", "write failed"));
}

}  // namespace
}  // namespace asyncmark::http::testing::http_faults_test
