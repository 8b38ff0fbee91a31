#include "reports/analysis/cases.hpp"

#include <gmock/gmock.h>

#include "bench/results/result_set.hpp"
#include "reports/testing/constructed.hpp"

namespace asyncmark::cases_test {
namespace {

using testing::add_death;
using ::testing::AllOf;
using testing::construct;
using ::testing::HasSubstr;
using testing::milliseconds;
using ::testing::StartsWith;

Cases pointers(const std::vector<Result>& results) {
  Cases cases;
  for (const auto& one : results) cases.push_back(&one);
  return cases;
}

TEST(Grouping, IsByWorkloadAndItsOptionsInPlanOrder) {
  const std::vector<Result> results{construct({.wait = "46ms"}), construct({.wait = "5ms"}),
                                    construct({.runner = "sync", .wait = "46ms"})};
  const auto groups = grouped(results);
  ASSERT_EQ(groups.size(), 2u);
  EXPECT_THAT(groups[0], ::testing::ElementsAre(&results[0], &results[2]));
  EXPECT_THAT(groups[1], ::testing::ElementsAre(&results[1]));
}

TEST(Comparison, IsOfEqualCapsWhenAllButTheBaselineWereGivenTheSame) {
  std::vector<Result> results{construct({.runner = "sync"}),
                              construct({.runner = "event-loop", .in_flight = 28}),
                              construct({.runner = "thread-pool", .in_flight = 28})};
  EXPECT_EQ(comparison(pointers(results)), "equal cap");
  results.push_back(construct({.runner = "event-loop", .in_flight = 50}));
  EXPECT_EQ(comparison(pointers(results)), "as usually deployed");
  results.push_back(construct({.runner = "thread-pool", .in_flight = 50}));
  EXPECT_EQ(comparison(pointers(results)), "equal cap");
  results.push_back(construct({.runner = "process-pool"}));
  EXPECT_EQ(comparison(pointers(results)), "as usually deployed");
}

TEST(Comparison, OfTheBaselineAloneIsOfNoEqualCaps) {
  EXPECT_EQ(comparison(pointers({construct({.runner = "sync"})})), "as usually deployed");
}

TEST(Labels, SayWhatTellsTheCasesOfOneRunnerApart) {
  const std::vector<Result> results{
      construct({.runner = "thread-pool", .in_flight = 4}),
      construct({.runner = "event-loop", .in_flight = 9}),
      construct({.runner = "thread-pool", .ops = 50, .in_flight = 5})};
  const auto all = labels(pointers(results));
  EXPECT_EQ(all[1], "event-loop");
  EXPECT_THAT(all[0], AllOf(StartsWith("thread-pool with "), HasSubstr("4 in flight"),
                            HasSubstr("ops 100")));
  EXPECT_THAT(all[2], AllOf(HasSubstr("5 in flight"), HasSubstr("ops 50")));
}

TEST(Partial, IsWhateverWasInterruptedOrHasRepetitionsToCome) {
  ResultSet set{.results = {construct({})}};
  EXPECT_FALSE(set.is_partial());
  set.context.facts["partial"] = true;
  EXPECT_TRUE(set.is_partial());
  set.context.facts.erase("partial");
  set.results[0].planned_repetitions = 2;
  EXPECT_TRUE(set.is_partial());
}

TEST(Baseline, IsOfTheSameLoad) {
  const std::vector<Result> results{
      construct({.runner = "sync", .ops = 100, .times = {milliseconds(4600)}}),
      construct({.runner = "sync", .ops = 500, .times = {milliseconds(23000)}}),
      construct(
          {.runner = "event-loop", .ops = 500, .in_flight = 28, .times = {milliseconds(1000)}}),
      construct({.runner = "event-loop", .ops = 1000, .times = {milliseconds(50)}})};
  const auto cases = pointers(results);
  EXPECT_EQ(baseline_of(results[2], cases), &results[1]);
  EXPECT_DOUBLE_EQ(times_baseline(results[2], cases).value(), 23);
  EXPECT_FALSE(times_baseline(results[3], cases));
}

TEST(Baseline, ThatDiedIsNone) {
  std::vector<Result> results{construct({.runner = "sync", .times = {}}), construct({})};
  add_death(results[0], "killed by SIGKILL");
  EXPECT_EQ(baseline_of(results[1], pointers(results)), nullptr);
}

TEST(WorkloadText, ShowsDefaultsThatDoSomethingAndNoIdleOptions) {
  auto one = construct({}).what;
  EXPECT_EQ(workload_text(one), "sleep, wait 46ms");
  one.workload_options.set("cpu", "1.66ms");
  one.workload_options.set("distribution", "uniform");
  one.workload_options.set("blocking", "true");
  EXPECT_EQ(workload_text(one), "sleep, wait 46ms, cpu 1.66ms, distribution uniform, blocking");
}

TEST(Enumerated, HasAnAndBeforeTheLast) {
  EXPECT_EQ(enumerated({}), "");
  EXPECT_EQ(enumerated({"a"}), "a");
  EXPECT_EQ(enumerated({"a", "b"}), "a and b");
  EXPECT_EQ(enumerated({"a", "b", "c"}), "a, b and c");
}

TEST(RatioText, HasTwoOrThreeDigits) {
  EXPECT_EQ(ratio_text(0.00461), "0.0046x");
  EXPECT_EQ(ratio_text(0.5), "0.50x");
  EXPECT_EQ(ratio_text(9.994), "9.99x");
  EXPECT_EQ(ratio_text(9.996), "10.0x");
  EXPECT_EQ(ratio_text(99.96), "100x");
}

}  // namespace
}  // namespace asyncmark::cases_test
