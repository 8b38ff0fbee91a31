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

Measurement carried_out(std::uint64_t completed, std::uint64_t failed = 0) {
  Measurement one;
  one.completed = completed;
  if (failed > 0) one.add_failures("bad status", failed);
  one.never_started = 1000 - completed - failed;
  one.passes.push_back({9995ms, {}, completed});
  one.service_time.add(5ms, completed);
  return one;
}

TEST(Offered, IsTheRateFromTheFirstToTheLast) {
  const auto offer = offered(hundred_per_second(), carried_out(1000));
  ASSERT_TRUE(offer);
  EXPECT_NEAR(offer->per_s, 100, 1e-9);
  EXPECT_EQ(offer->achieved, 1);
  EXPECT_TRUE(offer->kept_up());
  EXPECT_EQ(offer->shortfall(), "");
}

TEST(Offered, IsSaturatedByWhatDidNotEndAndFailingByWhatFailed) {
  const auto shortfall = [](std::uint64_t completed, std::uint64_t failed) {
    return offered(hundred_per_second(), carried_out(completed, failed))->shortfall();
  };
  EXPECT_EQ(shortfall(960, 0), "");
  EXPECT_EQ(shortfall(940, 0), "SATURATED");
  EXPECT_EQ(shortfall(960, 40), "");
  EXPECT_EQ(shortfall(900, 100), "FAILING");
  EXPECT_EQ(shortfall(0, 1000), "FAILING");
  EXPECT_EQ(shortfall(800, 100), "SATURATED");
}

TEST(Offered, GoesByWhatAResultKept) {
  auto one = carried_out(1000);
  one.in_time = InTime{.due = 1000, .ended = 400, .succeeded = 300};
  const auto offer = offered(hundred_per_second(), one);
  EXPECT_DOUBLE_EQ(offer->achieved, 0.3);
  EXPECT_TRUE(offer->saturated());
}

TEST(Offered, AllAtOnceIsAchievedAsFarAsItWasBegun) {
  auto result = hundred_per_second();
  result.what.load.due =
      std::make_shared<const std::vector<std::int64_t>>(std::vector<std::int64_t>(1000, 0));
  EXPECT_TRUE(offered(result, carried_out(100))->saturated());
  EXPECT_FALSE(offered(result, carried_out(1000))->saturated());
}

TEST(Offered, IsNothingInABurstOrAClosedLoop) {
  Result burst;
  burst.what.load.ops = 1000;
  EXPECT_FALSE(offered(burst, carried_out(1000)));
}

}  // namespace
}  // namespace asyncmark::offered_test
