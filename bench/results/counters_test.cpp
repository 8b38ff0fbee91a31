#include "bench/results/counters.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <map>

namespace asyncmark::counters_test {
namespace {

using namespace std::chrono_literals;
using ::testing::Contains;
using ::testing::Key;
using ::testing::Not;

std::map<std::string, double> of(const Result& result, const Measurement& one) {
  std::map<std::string, double> all;
  for (const auto& [name, value] : counters(result, one)) {
    EXPECT_TRUE(std::isfinite(value)) << name;
    EXPECT_TRUE(all.emplace(name, value).second) << name << " is there twice";
  }
  return all;
}

Measurement measured(int ops) {
  Measurement m;
  for (int i = 1; i <= ops; ++i) m.service_time.add(Duration(i));
  m.completed = static_cast<std::uint64_t>(ops);
  m.passes = {{1s, 500ms, m.completed}};
  m.resources.user = 40ms;
  m.resources.system = 60ms;
  m.resources.voluntary_switches = 20;
  m.resources.involuntary_switches = 10;
  m.resources.minor_faults = 30;
  m.resources.major_faults = 1;
  m.resources.run_queue_wait = 700ns;
  m.resources.peak_rss_bytes = 10'000'000;
  m.resources.grown_bytes = 5'000;
  m.peak_in_flight = 50;
  return m;
}

TEST(Counters, OfNothingAreFiniteAndFew) {
  const auto all = of({}, {});
  EXPECT_EQ(all.at("completed"), 0);
  EXPECT_EQ(all.at("ops_per_s"), 0);
  for (const auto* absent : {"service_max_ns", "service_p50_ns", "response_max_ns", "cpu_ns_per_op",
                             "memory_bytes_per_op", "bound_ns", "efficiency"})
    EXPECT_THAT(all, Not(Contains(Key(absent)))) << absent;
}

TEST(Counters, TellTheRowsOfAnOperationWhereThereAreAny) {
  auto one = measured(100);
  EXPECT_THAT(of({}, one), Not(Contains(Key("rows_per_op"))));
  one.rows = 250;
  EXPECT_EQ(of({}, one).at("rows_per_op"), 2.5);
}

TEST(Counters, SayThatAPeakIsAnUpperBoundWhereItIs) {
  auto one = measured(100);
  EXPECT_THAT(of({}, one), Not(Contains(Key("peak_is_upper_bound"))));
  one.peak_is_upper_bound = true;
  EXPECT_EQ(of({}, one).at("peak_is_upper_bound"), 1);
  EXPECT_EQ(of({}, one).at("peak_in_flight"), 50);
}

TEST(Counters, TellWhatAHopTakesWhereThereIsAnExecutor) {
  auto one = measured(100);
  EXPECT_THAT(of({}, one), Not(Contains(Key("hop_cpu_ns"))));
  one.hop = {1200ns, 34us};
  EXPECT_EQ(of({}, one).at("hop_cpu_ns"), 1200);
  EXPECT_EQ(of({}, one).at("hop_alone_ns"), 34'000);
}

TEST(Counters, LeaveOutPercentilesThatTooFewOperationsTell) {
  const auto few = of({}, measured(19));
  EXPECT_THAT(few, Not(Contains(Key("service_p50_ns"))));
  EXPECT_EQ(few.at("service_max_ns"), 19);
  const auto some = of({}, measured(100));
  EXPECT_EQ(some.at("service_p50_ns"), 50);
  EXPECT_EQ(some.at("service_p90_ns"), 90);
  EXPECT_THAT(some, Not(Contains(Key("service_p99_ns"))));
  const auto many = of({}, measured(10'000));
  EXPECT_NEAR(many.at("service_p99_ns"), 9900, 40);
  EXPECT_NEAR(many.at("service_p99_9_ns"), 9990, 40);
}

TEST(Counters, HaveNoResponseTimeInAClosedLoop) {
  auto m = measured(100);
  EXPECT_THAT(of({}, m), Not(Contains(Key("response_max_ns"))));
  m.response_time.add(7ns, 100);
  EXPECT_EQ(of({}, m).at("response_max_ns"), 7);
  EXPECT_EQ(of({}, m).at("response_p90_ns"), 7);
}

TEST(Counters, DivideWhatWasUsedByOperationsEndedFailedOnesToo) {
  auto m = measured(60);
  m.add_failures("reset", 40);
  const auto all = of({}, m);
  EXPECT_EQ(all.at("failed"), 40);
  EXPECT_DOUBLE_EQ(all.at("ops_per_s"), 60);
  EXPECT_DOUBLE_EQ(all.at("cpu_ns_per_op"), 1e6);
  EXPECT_DOUBLE_EQ(all.at("user_ns_per_op"), 4e5);
  EXPECT_DOUBLE_EQ(all.at("system_ns_per_op"), 6e5);
  EXPECT_DOUBLE_EQ(all.at("voluntary_switches_per_op"), 0.2);
  EXPECT_DOUBLE_EQ(all.at("involuntary_switches_per_op"), 0.1);
  EXPECT_DOUBLE_EQ(all.at("minor_faults_per_op"), 0.3);
  EXPECT_DOUBLE_EQ(all.at("major_faults_per_op"), 0.01);
  EXPECT_DOUBLE_EQ(all.at("run_queue_wait_ns_per_op"), 7);
  EXPECT_DOUBLE_EQ(all.at("memory_bytes_per_op"), 100);
  EXPECT_EQ(all.at("peak_in_flight"), 50);
}

TEST(Counters, CountTheKernelsShareOfMemory) {
  auto m = measured(60);
  m.observed.page_table_bytes = 4'000;
  m.observed.kernel_stack_bytes = 16'000;
  EXPECT_DOUBLE_EQ(of({}, m).at("memory_bytes_per_op"), 500);
  m.observed.slab_bytes = 16 << 20;
  EXPECT_DOUBLE_EQ(of({}, m).at("memory_bytes_per_op"), 500) << "fifty cannot have taken that";
  m.peak_in_flight = 5000;
  EXPECT_DOUBLE_EQ(of({}, m).at("memory_bytes_per_op"), (25'000 + (16 << 20)) / 5000.0);
}

TEST(Counters, LeaveOutWhatIsNotKnownOfEveryThread) {
  auto m = measured(60);
  m.resources.run_queue_wait.reset();
  EXPECT_THAT(of({}, m), Not(Contains(Key("run_queue_wait_ns_per_op"))));
}

TEST(Counters, TellUserFromSystemOnlyWhereTheKernelsTicksDo) {
  auto m = measured(100);
  m.resources.system = 0ms;
  EXPECT_EQ(of({}, m).at("system_ns_per_op"), 0);
  m.resources.user = 39ms;
  const auto all = of({}, m);
  EXPECT_EQ(all.at("cpu_ns_per_op"), 39e4);
  EXPECT_THAT(all, Not(Contains(Key("user_ns_per_op"))));
  EXPECT_THAT(all, Not(Contains(Key("system_ns_per_op"))));
}

TEST(Counters, DivideWhatTheServiceUsedByTheRequestsThatItSaw) {
  auto m = measured(100);
  EXPECT_THAT(of({}, m), Not(Contains(Key("service_cpu_ns_per_op"))));
  m.observed.service = {.cpu = 30ms, .requests = 150};  // 50 of them to warm up.
  m.observed.service->own_time.add(50ns, 150);
  EXPECT_EQ(of({}, m).at("service_cpu_ns_per_op"), 2e5);
  EXPECT_EQ(of({}, m).at("service_own_p50_ns"), 50);
  EXPECT_EQ(of({}, m).at("service_threads"), 0);
  EXPECT_THAT(of({}, m), Not(Contains(Key("service_own_p99_ns")))) << "too few for it";
  m.observed.service->own_time.add(90ns, 1000);
  EXPECT_EQ(of({}, m).at("service_own_p99_ns"), 90);
  EXPECT_THAT(of({}, m), Not(Contains(Key("service_mean_active"))));
  m.observed.service->activity_samples = 10;
  m.observed.service->mean_active = 2.5;
  m.observed.service->peak_active = 4;
  EXPECT_EQ(of({}, m).at("service_mean_active"), 2.5);
  EXPECT_EQ(of({}, m).at("service_peak_active"), 4);
}

TEST(Counters, StayFiniteWhenEverythingFailed) {
  Measurement m;
  m.add_failures("reset", 40);
  m.passes = {{0ns, 0ns, 0}};
  EXPECT_EQ(of({}, m).at("cpu_ns_per_op"), 0);
}

TEST(Counters, CompareWithTheBoundOfOnePass) {
  Result result;
  result.bound = Bound{46ms, "the slowest operation"};
  auto m = measured(10);
  m.passes = {{80ms, 0ns, 5}, {104ms, 0ns, 5}};
  const auto all = of(result, m);
  EXPECT_EQ(all.at("bound_ns"), 46e6);
  EXPECT_DOUBLE_EQ(all.at("efficiency"), 0.5);
  m.passes = {{0ns, 0ns, 5}};
  EXPECT_THAT(of(result, m), Not(Contains(Key("efficiency"))));
}

TEST(Counters, TellWhatWasObservedOnlyWhereSomethingWas) {
  auto m = measured(100);
  EXPECT_THAT(of({}, m), Not(Contains(Key("sampled_in_flight"))));
  EXPECT_THAT(of({}, m), Not(Contains(Key("loop_lag_max_ns"))));
  m.observed = {.samples = 10, .mean_in_flight = 2.5, .peak_threads = 3};
  m.loop.lag.add(7ns, 5);
  const auto all = of({}, m);
  EXPECT_EQ(all.at("sampled_in_flight"), 2.5);
  EXPECT_EQ(all.at("peak_threads"), 3);
  EXPECT_EQ(all.at("loop_lag_max_ns"), 7);
  EXPECT_THAT(all, Not(Contains(Key("loop_lag_p99_ns"))));
}

/// An open loop of 1000 operations: so many in 1 to 100 ms, the others failed or dropped.
Measurement of_1000(std::uint64_t completed, std::uint64_t failed) {
  Measurement m;
  m.completed = completed;
  if (failed > 0) m.add_failures("timeout", failed);
  m.never_started = 1000 - completed - failed;
  for (std::uint64_t i = 0; i < completed; ++i)
    m.response_time.add(1ms + 100us * static_cast<int>(i * 990 / 1000));
  m.in_time = InTime{1000, 1000, static_cast<double>(completed)};
  return m;
}

TEST(ResponsePercentile, RanksWhatFailedAsSlowerThanAnyResponse) {
  EXPECT_EQ(response_text(of_1000(900, 100), 0.99), "failed");
  EXPECT_EQ(response_text(of_1000(900, 0), 0.99), "dropped");
  EXPECT_EQ(response_text(of_1000(0, 1000), 0.5), "failed");
  EXPECT_EQ(response_text(of_1000(985, 15), 0.99), "failed");
  // 991 of 1000 answered: the 990th is one of them.
  EXPECT_NEAR(seconds(*response_percentile(of_1000(991, 9), 0.99)), 0.0989, 0.001);
  EXPECT_NEAR(seconds(*response_percentile(of_1000(990, 10), 0.99)), 0.0989, 0.001);
  EXPECT_FALSE(response_percentile(of_1000(989, 11), 0.99));
  EXPECT_EQ(response_text(of_1000(900, 100), 0.999), "failed") << "as the p99, though of few";
  EXPECT_EQ(response_text(of_1000(999, 1), 0.999), "n/a") << "of 1000 at most a p99";
}

TEST(ResponsePercentile, HasABoundWhereTheOperationsAreTooFewForIt) {
  const auto of = [](std::uint64_t completed, std::uint64_t failed) {
    auto m = of_1000(completed, failed);
    m.never_started = 0;
    return m;
  };
  // The chance that none of n is above the p99 is 0.99^n: 0.0490 of 300, and 0.0500 of 298.
  EXPECT_EQ(response_bound(of(300, 0), 0.99), of(300, 0).response_time.max());
  EXPECT_EQ(response_bound(of(298, 0), 0.99), std::nullopt);
  // That three or fewer of 900 are is 0.0201, and four or fewer 0.0525.
  EXPECT_EQ(response_bound(of(900, 0), 0.99), of(900, 0).response_time.ranked(897));
  EXPECT_EQ(response_bound(of(898, 2), 0.99), of(898, 2).response_time.ranked(897));
  EXPECT_EQ(response_bound(of(896, 4), 0.99), std::nullopt) << "it may be among the failed";
  EXPECT_THAT(response_text(of(900, 0), 0.99).value(), ::testing::StartsWith("<="));
}

TEST(ResponsePercentile, OfAFailureIsACounter) {
  const auto figures = of({}, of_1000(900, 100));
  EXPECT_THAT(figures, Contains(Key("response_p50_ns")));
  EXPECT_THAT(figures, Not(Contains(Key("response_p99_ns"))));
  EXPECT_EQ(figures.at("response_p99_failed"), 1);
  EXPECT_THAT(figures, Not(Contains(Key("response_p50_failed"))));
}

TEST(ResponsePercentile, OfAClosedLoopIsNone) {
  Measurement m;
  m.add_failures("timeout", 1000);
  EXPECT_FALSE(response_text(m, 0.99));
  EXPECT_FALSE(response_failed(m, 0.99));
}

}  // namespace
}  // namespace asyncmark::counters_test
