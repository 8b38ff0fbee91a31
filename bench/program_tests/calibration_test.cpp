#include "bench/run/calibration.hpp"

#include <gmock/gmock.h>

#include <csignal>

#include "bench/model/runner_entry.hpp"
#include "bench/model/workload_entry.hpp"
#include "bench/results/null_case.hpp"
#include "bench/testing/rows.hpp"
#include "bench/testing/run_program.hpp"

namespace asyncmark::calibration_test {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

Result planned(const std::string& runner, std::optional<std::uint64_t> in_flight = std::nullopt) {
  Result one;
  one.what.workload = "sleep";
  one.what.workload_options = OptionValues(Registry<WorkloadEntry>::at("sleep").options);
  one.what.runner = runner;
  one.what.runner_options = OptionValues(runner_entry(runner).options);
  one.what.load.ops = 1000;
  one.what.load.in_flight = in_flight;
  one.how = one.what.concurrency();
  return one;
}

TEST(NullCase, HasTheRunnerItsOptionsAndItsProcessors) {
  EXPECT_EQ(null_case(planned("sync")).name(), "null/sync/duration:3ms");
  EXPECT_EQ(null_case(planned("event-loop")).name(), "null/event-loop/duration:3ms/in_flight:32");
  EXPECT_EQ(null_case(planned("event-loop", 7)).name(), "null/event-loop/duration:3ms/in_flight:7");
  auto placed = planned("thread-pool");
  placed.what.runner_options.set("workers", "3");
  placed.how = placed.what.concurrency();
  placed.what.cpus.client = {0};
  EXPECT_EQ(null_case(placed).name(), "null/thread-pool/duration:3ms/in_flight:3/cpus:0/workers:3");
}

TEST(NullCase, OfWhatCallsAServiceOfOursIsWhereItsClientIs) {
  auto one = planned("sync");
  one.what.workload = "served";
  one.what.workload_options = OptionValues(Registry<WorkloadEntry>::at("served").options);
  const auto client = Placement{}.apart(own_cpus()).client;
  EXPECT_EQ(null_case(one).name(), "null/sync/duration:3ms/cpus:" + list_text(client));
  one.what.workload_options.set("url", "1");
  EXPECT_EQ(null_case(one).name(), "null/sync/duration:3ms");
}

TEST(AaDifference, IsThatOfTheSlowerOfTwo) {
  const auto of = [](double a, double b) {
    return aa_difference({{"aa_pair", {{"a_ns_per_op", a}, {"b_ns_per_op", b}}}});
  };
  EXPECT_DOUBLE_EQ(of(50, 60).value(), 0.2);
  EXPECT_DOUBLE_EQ(of(60, 50).value(), 0.2);
  EXPECT_FALSE(of(0, 50));
  EXPECT_FALSE(aa_difference(Json::object()));
}

/// The context that a run with these words writes.
Json context_of(std::vector<std::string> words) {
  words.insert(words.begin(),
               {"run", "null", "--ops", "10,20", "--repetitions", "1", "--format", "json"});
  const auto ended = testing::asyncmark(words, {.calibrate = true});
  EXPECT_EQ(ended.code, 0) << ended.err;
  return Json::parse(ended.out).at("context");
}

TEST(Calibration, IsInTheContextOnceForEachRunner) {
  const auto calibration = context_of({"--runner", "all", "--in-flight", "5"}).at("calibration");
  std::vector<std::string> runners;
  for (const auto& one : calibration.at("null")) {
    EXPECT_GT(one.at("ns_per_op").get<double>(), 0);
    EXPECT_THAT(one.at("case").get<std::string>(), StartsWith("null/"));
    runners.push_back(one.at("runner"));
  }
  std::vector<std::string> all;
  for (const auto& runner : built_in_runners()) all.push_back(runner.name);
  EXPECT_EQ(runners, all);
  for (const auto* key : {"clock_ns", "sleep_overshoot_median_ns", "sleep_overshoot_max_ns"})
    EXPECT_GT(calibration.at(key).get<double>(), 0) << key;
  EXPECT_GE(calibration.at("sleep_overshoot_max_ns"), calibration.at("sleep_overshoot_median_ns"));
  EXPECT_GT(calibration.at("timer_slack_ns"), 0);
  EXPECT_TRUE(aa_difference(calibration).has_value());
  EXPECT_EQ(calibration.at("aa_pair").at("case"), calibration.at("null")[0].at("case"));
}

TEST(Calibration, OrdersTheRunnersByWhatTheyDo) {
  const auto calibration = context_of({"--runner", "sync,thread-per-op"}).at("calibration");
  const auto cost = [&](std::size_t i) {
    return calibration["null"][i]["ns_per_op"].get<double>();
  };
  EXPECT_LT(10 * cost(0), cost(1)) << "a thread for each operation";
}

TEST(Calibration, IsShownWithTheContext) {
  const auto ended = testing::asyncmark(
      {"run", "null", "--runner", "sync", "--ops", "10", "--repetitions", "1", "--columns", "all"},
      {.calibrate = true});
  EXPECT_THAT(ended.out,
              AllOf(HasSubstr("\nharness"), HasSubstr("clock read "), HasSubstr("for sync")));
}

TEST(Calibration, IsLeftOutWhereCasesAreOnlyListed) {
  const auto ended =
      testing::asyncmark({"run", "null", "--ops", "10", "--launcher",
                          "sh -c 'echo > ran; exec \"$@\"' sh", "--benchmark_list_tests"},
                         {.calibrate = true});
  EXPECT_EQ(ended.code, 0);
  EXPECT_THAT(ended.files, IsEmpty());
}

TEST(Calibration, IsSkippedWhereTheUserSaysSo) {
  const auto context = context_of({"--runner", "sync", "--no-calibration"});
  EXPECT_FALSE(context.contains("calibration"));
  EXPECT_EQ(context.at("calibration_skipped"), true);
}

TEST(Calibration, UsesNoLauncher) {
  const auto ended =
      testing::asyncmark({"run", "null", "--runner", "sync", "--ops", "10", "--repetitions", "2",
                          "--launcher", R"(sh -c 'echo >> started; exec "$@"' sh)"},
                         {.calibrate = true});
  EXPECT_EQ(ended.files.at("started"), "\n\n");
}

TEST(Calibration, EndsAtOnceWhenInterrupted) {
  // It takes longer than starting the program, for so many caps: the signal comes in the middle.
  std::string caps = "1";
  for (int cap = 2; cap <= 32; ++cap) caps += "," + std::to_string(cap);
  testing::Program run(
      {testing::program(), "run", "null", "--in-flight", caps, "--ops", "1000", "--repetitions",
       "100", "--launcher", "sh -c 'echo > ran; exec \"$@\"' sh", "--out", "r.json"},
      {.calibrate = true});
  ASSERT_TRUE(testing::eventually([&] { return !testing::children_of(run.pid()).empty(); }));
  run.send(SIGINT);
  const auto ended = run.wait();
  EXPECT_EQ(ended.code, 130) << ended.err;
  EXPECT_EQ(ended.files.count("ran"), 0u) << "a case was run";
  EXPECT_THAT(ended.left_running, IsEmpty());
}

}  // namespace
}  // namespace asyncmark::calibration_test
