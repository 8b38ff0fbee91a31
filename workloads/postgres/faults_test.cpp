// The built program against a server that goes wrong in the middle: every operation is accounted
// for by its SQLSTATE or a word, sessions connect anew, and nothing hangs.

#include <gmock/gmock.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <functional>
#include <memory>
#include <set>
#include <thread>

#include "bench/services/service.hpp"
#include "bench/testing/rows.hpp"
#include "bench/testing/run_program.hpp"
#include "workloads/postgres/testing/calls.hpp"

namespace asyncmark::postgres::testing::faults_test {
namespace {

using namespace std::chrono_literals;
using ::asyncmark::testing::accounted;
using ::asyncmark::testing::asyncmark;
using ::asyncmark::testing::Ended;
using ::asyncmark::testing::eventually;
using ::asyncmark::testing::number;
using ::asyncmark::testing::program;
using ::asyncmark::testing::rows;
using ::testing::AnyOf;
using ::testing::Each;
using ::testing::IsEmpty;
using ::testing::SizeIs;

using Words = std::vector<std::string>;

/// The program's sessions, as soon as all of them have stood for a moment: it says at its end what
/// becomes of operations, and before that what keeps a session from opening.
constexpr const char* kClients =
    " FROM pg_stat_activity WHERE application_name = 'asyncmark' AND ("
    "  SELECT count(*) >= 4 AND min(clock_timestamp() - backend_start) > '100 ms'"
    "  FROM pg_stat_activity WHERE application_name = 'asyncmark')";

Words words(const std::string& dsn, const Words& more) {
  Words all{"run",           "postgres", "--dsn",        dsn,    "--in-flight", "4",
            "--repetitions", "1",        "--max-failed", "100%", "--format",    "json"};
  all.insert(all.end(), more.begin(), more.end());
  if (std::ranges::find(more, "--duration") == more.end())
    all.insert(all.end(), {"--duration", "1s"});
  return all;
}

/// Runs the program under each of these runners, doing harm meanwhile, again and again.
Ended run_harmed(const std::string& dsn, const Words& more, const std::function<void()>& harm) {
  std::atomic<bool> over = false;
  std::jthread harming([&] {
    while (!over) {
      std::this_thread::sleep_for(150ms);
      harm();
    }
  });
  auto ended = asyncmark(words(dsn, more));
  over = true;
  return ended;
}

/// What failed, did so by one of these reasons, and something did; what did not, succeeded.
void expect_accounted(const Ended& ended, const std::set<std::string>& reasons) {
  EXPECT_EQ(ended.code, 0) << ended.err;
  EXPECT_THAT(ended.left_running, IsEmpty());
  for (const auto& row : rows(ended)) {
    SCOPED_TRACE(row.at("name"));
    EXPECT_GT(number(row, "completed"), 0u);
    EXPECT_GT(number(row, "failed"), 0u);
    std::uint64_t sum = 0;
    for (const auto& [reason, times] :
         row.at("asyncmark").at("measurement").at("failures").items()) {
      EXPECT_TRUE(reasons.contains(reason)) << times << " failed by " << reason;
      sum += times.get<std::uint64_t>();
    }
    EXPECT_EQ(sum, number(row, "failed"));
    EXPECT_GT(number(row, "connections_made"), 0u) << "anew";
  }
}

class SharedClusterFaults : public ::testing::TestWithParam<std::string> {
 protected:
  const SharedCluster& cluster_ = SharedCluster::get();
};

TEST_P(SharedClusterFaults, OfBackendsThatAreTerminatedAreCountedAndOvercome) {
  for (const auto* mode : {"simple", "pipeline"})
    expect_accounted(
        run_harmed(cluster_.conninfo(), {"--runner", GetParam(), "--mode", mode},
                   [&] {
                     cluster_.ask(std::string("SELECT count(pg_terminate_backend(pid))") +
                                  kClients);
                   }),
        {"57P01"});
}

TEST_P(SharedClusterFaults, OfAServerThatComesBackFromACrashAreCountedAndOvercome) {
  // Which ends all its sessions and refuses new ones for a while: longer, the more often it is
  // asked.
  const auto crash = [&, crashed = false]() mutable {
    const auto pid = cluster_.ask(std::string("SELECT max(pid)") + kClients);
    if (crashed || pid.empty() || pid.find_first_not_of("0123456789") != pid.npos) return;
    crashed = kill(std::stoi(pid), SIGKILL) == 0;
  };
  const auto ended = run_harmed(
      cluster_.conninfo(),
      {"--runner", GetParam(), "--rate", "100", "--duration", "3s", "--mode", "prepared"}, crash);
  expect_accounted(ended, {"57P01", "57P02", "57P03", "closed", "reset", "refused"});
  EXPECT_TRUE(eventually([&] { return cluster_.ask("SELECT 'up'") == "up"; }));
}

INSTANTIATE_TEST_SUITE_P(Runners, SharedClusterFaults,
                         ::testing::Values("event-loop", "thread-pool", "process-pool", "hybrid"),
                         [](const auto& one) {
                           std::string name = one.param;
                           std::erase(name, '-');
                           return name;
                         });

TEST(SharedClusterLimits, OfTooManyConnectionsAreCountedWhereTheyCannotBeForeseen) {
  // Whose closing takes longer than their making.
  const auto& cluster = SharedCluster::get();
  cluster.ask("CREATE ROLE limited LOGIN CONNECTION LIMIT 2");
  const auto ended = asyncmark(words(cluster.conninfo() + " user=limited",
                                     {"--connect", "per-op", "--runner", "thread-pool"}));
  for (const auto& row : rows(ended)) {
    EXPECT_GT(number(row, "completed"), 0u);
    EXPECT_EQ(row.at("asyncmark").at("measurement").at("failures").at("53300"), row.at("failed"));
  }
  cluster.ask("DROP ROLE limited");
}

TEST(SharedClusterEnds, AreRefusalsUntilTheEnd) {
  // Of one of its own, for it does not come back.
  auto own = std::make_unique<Service>(Words{"postgres"}, Cpus{}, program());
  const auto dsn = own->endpoint();
  std::jthread stopping([&] {
    eventually([&] {
      // In the midst of its operations, not before the first.
      const auto busy = ask(dsn,
                            "SELECT count(*) FROM pg_stat_activity WHERE"
                            " application_name = 'asyncmark' AND"
                            " query_start > backend_start + interval '1 s'");
      return busy == "4";
    });
    own.reset();
  });
  const auto ended =
      asyncmark(words(dsn, {"--runner", "event-loop,thread-pool", "--duration", "4s"}));
  stopping.join();
  const auto all = rows(ended);
  ASSERT_THAT(all, SizeIs(2)) << ended.err;
  EXPECT_GT(number(all[0], "completed"), 0u);
  EXPECT_GT(all[0].at("asyncmark").at("measurement").at("failures").at("refused"), 0u);
  EXPECT_THAT(all[1].at("error_message").get<std::string>(),
              ::testing::HasSubstr("No such file or directory"))
      << "no session of it ever opened";
}

}  // namespace
}  // namespace asyncmark::postgres::testing::faults_test
