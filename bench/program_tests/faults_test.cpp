// Operations, children and machines that go wrong: what the built program makes of them.

#include <fmt/ranges.h>
#include <gmock/gmock.h>
#include <unistd.h>

#include <algorithm>

#include "bench/model/runner_entry.hpp"
#include "bench/model/workload_entry.hpp"
#include "bench/testing/rows.hpp"
#include "bench/testing/run_program.hpp"
#include "bench/testing/sanitized.hpp"

namespace asyncmark::testing::faults_test {
namespace {

using ::testing::AnyOf;
using ::testing::ContainsRegex;
using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

using Words = std::vector<std::string>;

constexpr std::uint64_t kOps = 40;

/// `run WORKLOAD` once under every runner, with Google Benchmark's JSON on standard output.
/// Whatever happens, nothing may be left running.
Ended run(Words words, const Words& more = {}) {
  words.insert(words.begin(), "run");
  words.insert(words.end(), {"--repetitions", "1", "--benchmark_format=json"});
  words.insert(words.end(), more.begin(), more.end());
  const auto ended = asyncmark(words);
  EXPECT_THAT(ended.left_running, IsEmpty());
  return ended;
}

Words joined(Words left, const Words& right) {
  left.insert(left.end(), right.begin(), right.end());
  return left;
}

/// Flags that choose these runners.
Words under(const std::vector<std::string>& runners) {
  return {"--runner", fmt::format("{}", fmt::join(runners, ","))};
}

Ended run_faulty(const std::string& fault, const Words& more) {
  return run({"faulty", "--fault", fault, "--ops", std::to_string(kOps)}, more);
}

/// Where operations go wrong, and how many of the 40 that are.
struct Where {
  Words flags;
  std::uint64_t times;
};

const std::vector<Where>& places() {
  static const std::vector<Where> all{{{"--at", "0"}, 1},
                                      {{"--at", "17"}, 1},
                                      {{"--at", "39"}, 1},
                                      {{"--every", "10"}, 4},
                                      {{"--every", "1"}, 40}};
  return all;
}

void expect_ledger(const Json& row, std::uint64_t failed) {
  SCOPED_TRACE(row.at("name").get<std::string>());
  EXPECT_EQ(number(row, "failed"), failed);
  EXPECT_EQ(number(row, "completed"), kOps - failed);
  EXPECT_EQ(number(row, "never_started"), 0u);
}

TEST(Ledger, BalancesUnderEveryRunnerWhenOperationsFail) {
  std::size_t turn = 0;
  for (const auto& [fault, reason] : {std::pair{"fail", "refused"}, {"throw", "exception"}}) {
    for (const auto& where : places()) {
      const auto runners = runners_in_turn(turn++);
      const auto ended = run_faulty(fault, joined(where.flags, under(runners)));
      SCOPED_TRACE(ended.err);
      EXPECT_EQ(ended.code, 4);
      ASSERT_EQ(rows(ended).size(), runners.size());
      for (const auto& row : rows(ended)) {
        expect_ledger(row, where.times);
        EXPECT_THAT(ended.err,
                    HasSubstr(row.at("name").get<std::string>() + ": " +
                              std::to_string(where.times) + " of 40 operations failed (" +
                              std::to_string(where.times) + " " + reason + ")"));
      }
    }
  }
}

/// Each workload as it is by itself: in a closed loop, in an open one, which sync cannot keep up
/// with where operations wait, and with all in flight.
TEST(Ledger, BalancesForEveryWorkloadUnderEveryRunner) {
  const std::vector<Words> loads{{"--in-flight", "4"}, {"--rate", "2000"}, {}};
  std::size_t turn = 0;
  for (const auto& workload : Registry<WorkloadEntry>::all())
    for (const auto& load : loads) {
      const auto runners = runners_in_turn(turn++);
      const auto ended = run({workload.name, "--ops", "12"}, joined(load, under(runners)));
      SCOPED_TRACE(ended.err);
      EXPECT_EQ(ended.code, 0);
      ASSERT_EQ(rows(ended).size(), runners.size());
      for (const auto& row : rows(ended)) {
        SCOPED_TRACE(row.at("name").get<std::string>());
        EXPECT_EQ(number(row, "failed"), 0u);
        EXPECT_EQ(number(row, "completed") + number(row, "never_started"), 12u);
        EXPECT_GT(number(row, "completed"), 0u);
      }
    }
}

TEST(Ledger, FailuresWithinMaxFailedAreFine) {
  const auto code = [](const char* budget) {
    return run_faulty("fail", {"--every", "10", "--runner", "sync", "--max-failed", budget}).code;
  };
  EXPECT_EQ(code("4"), 0);
  EXPECT_EQ(code("3"), 4);
  EXPECT_EQ(code("10%"), 0);
  EXPECT_EQ(code("9.9%"), 4);
}

TEST(Ledger, CountsTheOperationOfAPoolWorkerThatDies) {
  for (const auto& [fault, reason] :
       {std::pair{"kill", "SIGKILL"}, {"crash", "SIGSEGV"}, {"exit", "exit 3"}}) {
    for (const auto& where : places()) {
      const auto ended =
          run_faulty(fault, joined(where.flags, {"--runner", "process-pool", "--workers", "3"}));
      SCOPED_TRACE(ended.err);
      EXPECT_EQ(ended.code, 4);
      expect_ledger(row(ended, "faulty"), where.times);
      const auto times = std::to_string(where.times);
      EXPECT_THAT(ended.err,
                  HasSubstr(times + " of 40 operations failed (" + times + " " + reason));
    }
  }
}

TEST(Ledger, BalancesOverPassesWhosePoolWorkersDie) {
  const auto ended = run_faulty("kill", {"--every", "10", "--runner", "process-pool", "--workers",
                                         "2", "--passes", "5", "--warmup", "25"});
  const auto all = row(ended, "faulty");
  EXPECT_EQ(number(all, "failed"), 5 * 4u);
  EXPECT_EQ(number(all, "completed"), 5 * 36u);
}

/// Expects a row of every runner that is reported as failed, for this reason.
void expect_all_died(const Ended& ended, const std::string& reason,
                     const std::string& but_process_pool = "") {
  EXPECT_EQ(ended.code, 4);
  ASSERT_EQ(rows(ended).size(), built_in_runners().size());
  for (const auto& row : rows(ended)) {
    const std::string name = row.at("name");
    const bool pool = name.starts_with("faulty/process-pool/") && !but_process_pool.empty();
    SCOPED_TRACE(name);
    ASSERT_TRUE(row.contains("error_occurred")) << row;
    EXPECT_THAT(row.at("error_message").get<std::string>(),
                HasSubstr(pool ? but_process_pool : reason));
    EXPECT_THAT(ended.err, HasSubstr(name + ": "));
  }
}

TEST(Children, ThatDieAreReportedWithTheirSignal) {
  const Words but_pools{"--benchmark_filter=-process-pool"};
  for (const auto& [fault, reason] : {std::pair{"kill", "killed by SIGKILL"},
                                      {"crash", "killed by SIGSEGV"},
                                      {"exit", "ended by exit 3"}}) {
    for (const auto* at : {"0", "17", "39"}) {
      const auto ended = run_faulty(fault, joined(but_pools, {"--at", at}));
      EXPECT_EQ(ended.code, 4);
      ASSERT_EQ(rows(ended).size(), built_in_runners().size() - 1);
      for (const auto& row : rows(ended)) EXPECT_EQ(row.at("error_message"), reason) << row;
    }
  }
}

TEST(Children, WhoseSessionsDoNotOpenAreReportedWithTheReason) {
  expect_all_died(run_faulty("refuse-open", {}), "the session would not open");
  expect_all_died(run_faulty("crash-open", {}), "killed by SIGABRT",
                  "died while it opened its session: SIGABRT");
}

TEST(Children, ThatOutliveTheTimeLimitAreKilledWithTheirWorkers) {
  expect_all_died(run_faulty("hang", {"--at", "17", "--time-limit", "300ms"}),
                  "still running after --time-limit 300ms");
}

TEST(Children, ThatDieTakeNoOtherCaseWithThem) {
  const auto plan = R"({"cases": [
    {"workload": "null", "runner": "sync", "ops": 10, "repetitions": 2},
    {"workload": "faulty", "runner": "sync", "ops": 10, "repetitions": 2, "fault": "crash"},
    {"workload": "faulty", "runner": "thread-pool", "ops": 10, "repetitions": 1, "fault": "hang"},
    {"workload": "null", "runner": "event-loop", "ops": 10, "repetitions": 2}]})";
  const auto ended = asyncmark({"run", "--plan", "plan.json", "--time-limit", "2s",
                                "--benchmark_format=json", "--benchmark_out=f"},
                               {.files = {{"plan.json", plan}}});
  EXPECT_EQ(ended.code, 4);
  EXPECT_THAT(ended.left_running, IsEmpty());
  for (const auto* name : {"null/sync/ops:10", "null/event-loop/ops:10"}) {
    int finished = 0;
    for (const auto& row : rows(ended))
      if (row.at("name") == name && number(row, "completed") == 10) ++finished;
    EXPECT_EQ(finished, 2) << name;
  }
  EXPECT_THAT(ended.err, HasSubstr("fault:crash: killed by SIGSEGV"));
  EXPECT_THAT(ended.err, HasSubstr("fault:hang: still running after --time-limit 2s"));
  EXPECT_EQ(Json::parse(ended.files.at("f")).at("benchmarks"),
            Json::parse(ended.out).at("benchmarks"));
}

TEST(Machine, WithoutDescriptorsFailsTheCasesThatNeedThem) {
  const auto ended = run({"sleep", "--wait", "1ms", "--ops", "20", "--workers", "20"},
                         {"--launcher", "prlimit --nofile=12"});
  EXPECT_EQ(ended.code, 4);
  EXPECT_THAT(ended.err, HasSubstr("descriptors; there are 12"));
  for (const auto& row : rows(ended)) {
    const auto name = row.at("name").get<std::string>();
    const bool needs =
        name.starts_with("sleep/process-pool") || name.starts_with("sleep/multi-loop");
    EXPECT_EQ(row.contains("error_occurred"), needs) << row;
  }
}

TEST(Machine, WhoseDescriptorsRunOutInTheMiddleFailsTheCaseToo) {
  const auto pool =
      run({"sleep", "--wait", "1ms", "--ops", "20", "--workers", "10", "--runner", "process-pool"},
          {"--launcher", "prlimit --nofile=12"});
  EXPECT_EQ(pool.code, 4);
  EXPECT_THAT(pool.err,
              ContainsRegex("worker [0-9]+ of 10 cannot be watched: Too many open files"));
  if (kSanitized) return;  // The sanitizer needs a descriptor for itself there.
  const auto loop = run({"sleep", "--wait", "1ms", "--ops", "20", "--runner", "event-loop"},
                        {"--launcher", "prlimit --nofile=5"});
  EXPECT_EQ(loop.code, 4);
  EXPECT_THAT(loop.err, HasSubstr("the event loop cannot be set up: Too many open files"));
}

TEST(Machine, WithoutAddressSpaceForThreadsFailsTheCase) {
  if (kSanitized) GTEST_SKIP() << "sanitizers need terabytes of address space";
  const auto ended = run({"sleep", "--wait", "1ms", "--ops", "300", "--in-flight", "300"},
                         {"--launcher", "prlimit --as=100000000"});
  EXPECT_EQ(ended.code, 4);
  EXPECT_THAT(ended.err, ContainsRegex("thread-pool.*: thread [0-9]+ of 300 could not be started"));
  EXPECT_THAT(ended.err, ContainsRegex("thread-per-op.*: a thread could not be started beside"));
  EXPECT_THAT(ended.err, Not(HasSubstr("SIG")));
  for (const auto* name : {"sleep/sync", "sleep/event-loop", "sleep/process-pool"})
    EXPECT_EQ(number(row(ended, name), "completed"), 300u);
  const auto hybrid =
      run({"sleep", "--wait", "1ms", "--ops", "300", "--workers", "300", "--runner", "hybrid"},
          {"--launcher", "prlimit --as=100000000"});
  EXPECT_EQ(hybrid.code, 4);
  EXPECT_THAT(hybrid.err,
              ContainsRegex("thread [0-9]+ of 300 of the executor could not be started"));
}

TEST(Machine, WithoutMemoryForABurstFailsTheCase) {
  if (kSanitized) GTEST_SKIP() << "sanitizers need terabytes of address space";
  for (const auto* bytes : {"34000000", "50000000", "70000000", "90000000"}) {
    for (const auto* runner : {"event-loop", "multi-loop"}) {
      const auto ended = run({"sleep", "--wait", "50ms", "--ops", "100000", "--runner", runner},
                             {"--launcher", std::string("prlimit --as=") + bytes});
      EXPECT_EQ(ended.code, 4);
      EXPECT_THAT(ended.err, AnyOf(HasSubstr("not enough memory"), HasSubstr("out of memory"),
                                   HasSubstr("could not be started")));
      EXPECT_THAT(ended.err, Not(HasSubstr("SIG")));
    }
  }
}

TEST(Machine, WithoutProcessesOrThreadsFailsTheCase) {
  if (geteuid() != 0) GTEST_SKIP() << "only root can become a user who has no other process";
  const auto ended =
      run_program({"sh", "-c",
                   "cp \"$0\" program; exec setpriv --reuid=65534 --regid=65534 --clear-groups "
                   "prlimit --nproc=15 ./program run sleep --wait \"$1\" --ops 40 --in-flight 40 "
                   "--repetitions 1 --benchmark_format=json",
                   program(), kSanitized ? "150ms" : "30ms"});
  EXPECT_EQ(ended.code, 4);
  EXPECT_THAT(ended.left_running, IsEmpty());
  EXPECT_THAT(ended.err, ContainsRegex("process-pool.*: worker [0-9]+ of 40 could not be forked: "
                                       "Resource temporarily unavailable"));
  EXPECT_THAT(ended.err, ContainsRegex("thread-pool.*: thread [0-9]+ of 40 could not be started: "
                                       "Resource temporarily unavailable"));
  EXPECT_THAT(ended.err, ContainsRegex("thread-per-op.*: a thread could not be started beside"));
  EXPECT_EQ(number(row(ended, "sleep/sync"), "completed"), 40u);
  EXPECT_EQ(number(row(ended, "sleep/event-loop"), "completed"), 40u);
}

TEST(Machine, WithoutTheMemoryThatAnAbsurdNumberTakesFailsTheCase) {
  const auto workers =
      run({"null", "--ops", "10", "--workers", "9000000000000000000"}, {"--benchmark_filter=pool"});
  EXPECT_EQ(workers.code, 4);
  for (const auto& row : rows(workers)) EXPECT_TRUE(row.contains("error_occurred")) << row;
  // A cap alone costs nothing: there are no more sessions than operations.
  const auto cap = run({"faulty", "--ops", "10", "--in-flight", "1000000000"},
                       {"--benchmark_filter=event-loop|per-op"});
  EXPECT_EQ(cap.code, 0) << cap.err;
}

TEST(OpenLoop, AccountsForEveryArrivalAndHasResponseTimes) {
  for (const auto* arrivals : {"fixed", "poisson"}) {
    const auto ended =
        run({"sleep", "--wait", "1ms", "--rate", "400", "--ops", "60"}, {"--arrivals", arrivals});
    EXPECT_EQ(ended.code, 0) << ended.err;
    ASSERT_EQ(rows(ended).size(), built_in_runners().size());
    for (const auto& row : rows(ended)) {
      SCOPED_TRACE(row.at("name").get<std::string>());
      EXPECT_EQ(accounted(row), 60u);
      EXPECT_GT(number(row, "completed"), 0u);
      ASSERT_TRUE(row.contains("response_p50_ns")) << row;
      EXPECT_GE(row.at("response_max_ns"), row.at("service_max_ns"));
    }
  }
}

TEST(OpenLoop, AccountsForEveryArrivalOfATimeSpan) {
  const auto ended = run({"null", "--rate", "1000", "--duration", "100ms"});
  EXPECT_EQ(ended.code, 0) << ended.err;
  for (const auto& row : rows(ended)) EXPECT_EQ(accounted(row), 100u) << row;
}

TEST(OpenLoop, FailuresDoNotUnbalanceIt) {
  const auto ended = run_faulty("fail", {"--every", "10", "--rate", "400"});
  for (const auto& row : rows(ended)) expect_ledger(row, 4);
  const auto killed =
      run_faulty("kill", {"--every", "10", "--rate", "400", "--runner", "process-pool"});
  expect_ledger(row(killed, "faulty"), 4);
}

TEST(OpenLoop, ThatIsOverloadedEndsSoonAfterItsSchedule) {
  // 300 arrivals within 0.3 s, each of 20 ms: one after the other they would take 6 s.
  const auto ended = run({"sleep", "--wait", "20ms", "--rate", "1000", "--ops", "300"},
                         {"--in-flight", "1", "--max-failed", "0"});
  EXPECT_EQ(ended.code, 0) << "dropped is saturation, not failure: " << ended.err;
  for (const auto& row : rows(ended)) {
    SCOPED_TRACE(row.at("name").get<std::string>());
    EXPECT_EQ(accounted(row), 300u);
    EXPECT_GT(number(row, "never_started"), 50u);
    EXPECT_LT(row.at("real_time"), 4500);
    EXPECT_GT(row.at("response_max_ns"), row.at("service_max_ns"));
  }
}

TEST(ClosedLoop, OfATimeSpanEndsUnderEveryRunner) {
  for (const Words& what : {Words{"null"}, {"sleep", "--wait", "1ms"}, {"faulty"}}) {
    const auto ended = run(joined(what, {"--duration", "50ms", "--in-flight", "10"}));
    EXPECT_EQ(ended.code, 0) << ended.err;
    for (const auto& row : rows(ended)) {
      EXPECT_GE(number(row, "completed"), 10u) << row;
      EXPECT_EQ(number(row, "never_started"), 0u) << row;
    }
  }
}

TEST(ClosedLoop, HasNoResponseTimes) {
  const auto ended = run({"null", "--ops", "60", "--in-flight", "2"});
  for (const auto& row : rows(ended)) {
    EXPECT_TRUE(row.contains("service_p50_ns")) << row;
    EXPECT_FALSE(row.contains("response_max_ns")) << row;
  }
}

}  // namespace
}  // namespace asyncmark::testing::faults_test
