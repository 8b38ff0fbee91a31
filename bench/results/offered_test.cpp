#include "bench/results/offered.hpp"

#include <gtest/gtest.h>

#include "bench/model/arrivals.hpp"

namespace asyncmark::offered_test {
namespace {

using namespace std::chrono_literals;

/// 1000 operations, one due every 10 ms.
Result hundred_per_second() {
  Result result;
  result.what.workload = "null";
  auto& load = result.what.load;
  load.ops = 1000;
  load.rate = 100;
  load.due = std::make_shared<const std::vector<std::int64_t>>(make_arrivals(load, 1));
  return result;
}

Measurement carried_out(std::uint64_t completed, Duration elapsed, Duration service,
                        Duration cpu = {}) {
  Measurement one;
  one.completed = completed;
  one.never_started = 1000 - completed;
  one.passes.push_back({elapsed, cpu, completed});
  one.service_time.add(service, completed);
  return one;
}

TEST(Offered, IsTheRateFromTheFirstToTheLast) {
  const auto offer = offered(hundred_per_second(), carried_out(1000, 9995ms, 5ms));
  ASSERT_TRUE(offer);
  EXPECT_NEAR(offer->per_s, 100, 1e-9);
  EXPECT_EQ(offer->achieved, 1);
  EXPECT_FALSE(offer->saturated());
}

TEST(Offered, IsNotAchievedByWhatEndsLongAfterItWasDue) {
  const auto late = offered(hundred_per_second(), carried_out(1000, 20s, 5ms));
  EXPECT_NEAR(late->achieved, 0.5, 0.01);
  EXPECT_TRUE(late->saturated());
  // The last ones may take their own time, but not where that is waiting for a processor.
  EXPECT_FALSE(offered(hundred_per_second(), carried_out(1000, 12s, 2s))->saturated());
  EXPECT_TRUE(offered(hundred_per_second(), carried_out(1000, 12s, 2s, 12s))->saturated());
}

TEST(Offered, OfAShortScheduleIsNotAchievedByWhatTakesManyTimesAsLong) {
  auto result = hundred_per_second();
  result.what.load.rate = 1e6;
  result.what.load.due.reset();
  EXPECT_LT(offered(result, carried_out(1000, 8ms, 5us))->achieved, 0.2);
}

TEST(Offered, IsNotAchievedByWhatNeverStarted) {
  EXPECT_FALSE(offered(hundred_per_second(), carried_out(960, 10s, 5ms))->saturated());
  EXPECT_TRUE(offered(hundred_per_second(), carried_out(940, 10s, 5ms))->saturated());
}

TEST(Offered, KnowsHowLateAKnownWorkloadMayEnd) {
  auto result = hundred_per_second();
  // Its slowest operation, due last, takes 2 s by itself.
  result.bound = Bound{.time = 12s, .term = "the last arrival", .undelayed = 11990ms};
  EXPECT_FALSE(offered(result, carried_out(1000, 12s, 10ms))->saturated());
  EXPECT_TRUE(offered(result, carried_out(1000, 14s, 2s))->saturated());
  // A queue inside the service time excuses nothing.
  result.bound->undelayed = 9995ms;
  EXPECT_TRUE(offered(result, carried_out(1000, 14s, 4s))->saturated());
}

TEST(Offered, AllAtOnceIsAchievedAsFarAsItWasBegun) {
  auto result = hundred_per_second();
  result.what.load.due =
      std::make_shared<const std::vector<std::int64_t>>(std::vector<std::int64_t>(1000, 0));
  EXPECT_TRUE(offered(result, carried_out(100, 1s, 10ms))->saturated());
  EXPECT_FALSE(offered(result, carried_out(1000, 1s, 10ms))->saturated());
}

TEST(Offered, IsNothingInABurstOrAClosedLoop) {
  Result burst;
  burst.what.load.ops = 1000;
  EXPECT_FALSE(offered(burst, carried_out(1000, 1s, 5ms)));
}

}  // namespace
}  // namespace asyncmark::offered_test
