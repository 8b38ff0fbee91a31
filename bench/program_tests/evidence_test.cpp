// What the built program says against its own figures.

#include <gmock/gmock.h>

#include <algorithm>
#include <map>

#include "bench/model/runner_entry.hpp"
#include "bench/testing/rows.hpp"
#include "bench/testing/run_program.hpp"
#include "bench/testing/sanitized.hpp"

namespace asyncmark::testing::evidence_test {
namespace {

using ::testing::ContainsRegex;
using ::testing::HasSubstr;

// Others may use this machine: of three repetitions one at least has little noise.

TEST(Evidence, RejectsAWorkloadThatSkipsATenthOfItsWaitsUnderEveryRunner) {
  const auto ended = asyncmark({"run", "faulty", "--fault", "skip", "--every", "10", "--wait",
                                "40ms", "--ops", "10", "--in-flight", "1", "--repetitions", "3"});
  EXPECT_EQ(ended.code, 4);
  for (const auto& runner : built_in_runners())
    EXPECT_THAT(ended.err,
                ContainsRegex("faulty/" + runner.name + "/.*faster than its ideal bound"));
}

TEST(Evidence, FindsABlockingCallOnTheLoopAndHowLongItHeldIt) {
  const auto held = asyncmark({"run", "sleep", "--blocking", "--wait", "30ms", "--runner",
                               "event-loop", "--ops", "20", "--out", "out.json"});
  EXPECT_THAT(held.out, HasSubstr("loop-held"));
  double shortest = 1e9;
  const auto document = Json::parse(held.files.at("out.json"));
  for (const auto& row : document.at("benchmarks"))
    if (row.at("run_type") == "iteration")
      shortest = std::min(shortest, row.at("loop_held_max_ns").get<double>());
  EXPECT_GT(shortest, 29.9e6);
  EXPECT_LT(shortest, 90e6);
}

TEST(Evidence, DoesNotTakeAWaitOnAnIdleLoopForACallThatHoldsIt) {
  // Others may stop the loop for as long; they do not in each of many short runs.
  const auto ended =
      asyncmark({"run", "sleep", "--wait", "18ms", "--rate", "20", "--ops", "6", "--repetitions",
                 "12", "--runner", "event-loop", "--benchmark_format=json"});
  double shortest = 1e9;
  for (const auto& row : rows(ended))
    if (row.at("run_type") == "iteration")
      shortest = std::min(shortest, row.at("loop_held_max_ns").get<double>());
  EXPECT_LT(shortest, 12e6);
}

TEST(Evidence, PutsEveryRunnerNearItsIdealBoundAndNoneAboveIt) {
  const auto ended = asyncmark({"run", "sleep", "--ops", "100", "--in-flight", "28", "--runner",
                                "thread-per-op,thread-pool,event-loop,process-pool",
                                "--repetitions", "3", "--benchmark_format=json"});
  std::map<std::string, double> best;
  for (const auto& row : rows(ended)) {
    if (row.at("run_type") != "iteration") continue;
    const auto share = row.at("efficiency").get<double>();
    EXPECT_LE(share, 1.002) << row.at("name");
    auto& most = best[row.at("name")];
    most = std::max(most, share);
  }
  EXPECT_EQ(best.size(), 4u);
  for (const auto& [name, share] : best) EXPECT_GT(share, 0.3) << name;
}

TEST(Evidence, TellsTheConnectingFromTheStartAndTheEndOfAProcess) {
  const auto ended =
      asyncmark({"run", "faulty", "--fault", "slow-open", "--wait", "1s", "--ops", "1", "--warmup",
                 "0", "--runner", "sync,event-loop", "--repetitions", "1", "--out", "r.json"});
  const auto all = Json::parse(ended.files.at("r.json")).at("benchmarks");
  EXPECT_EQ(all.size(), 2u);
  for (const auto& one : all) {
    const auto& phases = one.at("asyncmark").at("measurement").at("phases");
    EXPECT_GE(phases.at("connect_ns"), 1'000'000'000) << one.at("name");
    EXPECT_LT(phases.at("around_ns"), 1'000'000'000) << one.at("name");
  }
}

TEST(Evidence, OfAnOpenLoopIsWatchedFromOutsideAsThatOfAnyLoad) {
  // From a shell with nothing but its three files open, the numbers are those that a child expects.
  const auto ended =
      run_program({"sh", "-c", "exec 3>&- 4>&- 5>&- 6>&- 7>&-; exec \"$@\"", "sh", program(), "run",
                   "sleep", "--wait", "100ms", "--rate", "200", "--ops", "100", "--runner",
                   "event-loop", "--repetitions", "1", "--benchmark_format=json"});
  const auto one = row(ended, "sleep/event-loop");
  // A sanitizer may have a thread of its own.
  EXPECT_LE(one.at("peak_threads"), kSanitized ? 2 : 1);
  EXPECT_GT(one.at("sampled_in_flight"), 4);
}

}  // namespace
}  // namespace asyncmark::testing::evidence_test
