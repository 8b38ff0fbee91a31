#include "bench/model/arrivals.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace asyncmark::arrivals_test {
namespace {

Load at_rate(double rate, std::uint64_t ops, Arrivals arrivals = Arrivals::fixed) {
  Load load;
  load.ops = ops;
  load.rate = rate;
  load.arrivals = arrivals;
  return load;
}

Load for_time(double rate, Duration duration, Arrivals arrivals = Arrivals::fixed) {
  auto load = at_rate(rate, 0, arrivals);
  load.duration = duration;
  return load;
}

TEST(Arrivals, FixedAreEvenlySpaced) {
  EXPECT_EQ(make_arrivals(at_rate(4, 5), 1),
            (std::vector<std::int64_t>{0, 250'000'000, 500'000'000, 750'000'000, 1'000'000'000}));
}

TEST(Arrivals, FixedDoNotDrift) {
  const auto due = make_arrivals(at_rate(3e6, 3'000'001), 1);
  for (std::size_t i = 0; i < due.size(); ++i) {
    const auto exact = static_cast<std::int64_t>(i) * 1000 / 3;
    ASSERT_LE(std::abs(due[i] - exact), 1) << i;
  }
}

TEST(Arrivals, FixedDoNotDependOnTheSeed) {
  EXPECT_EQ(make_arrivals(at_rate(123, 100), 1), make_arrivals(at_rate(123, 100), 2));
}

TEST(Arrivals, FixedFillADurationToItsEndAndNotBeyond) {
  for (const double rate : {1.0, 3.0, 7.0, 49.0, 1000.0, 12'345.0}) {
    const auto due = make_arrivals(for_time(rate, std::chrono::seconds(2)), 1);
    EXPECT_EQ(due.size(), static_cast<std::size_t>(2 * rate)) << rate;
    EXPECT_LT(due.back(), 2'000'000'000) << rate;
  }
  EXPECT_EQ(make_arrivals(for_time(0.001, std::chrono::seconds(2)), 1).size(), 1u);
}

TEST(Arrivals, AreAscendingAndNeverLaterThanTheLongestDurationHoweverRare) {
  for (const auto kind : {Arrivals::fixed, Arrivals::poisson})
    for (const double rate : {1e-7, 1e-9, 1e-300, 5e-324}) {
      const auto due = make_arrivals(at_rate(rate, 100, kind), 1);
      EXPECT_EQ(due.size(), 100u);
      EXPECT_TRUE(std::ranges::is_sorted(due)) << rate;
      EXPECT_GE(due.front(), 0) << rate;
      EXPECT_LE(due.back(), kLongest.count()) << rate;
    }
}

TEST(Arrivals, OfPoissonHaveExponentialGaps) {
  constexpr double kMean = 1e9 / 2000;
  const auto due = make_arrivals(at_rate(2000, 200'000, Arrivals::poisson), 42);
  ASSERT_EQ(due.size(), 200'000u);
  EXPECT_TRUE(std::ranges::is_sorted(due));
  double sum = 0, squares = 0, last = 0;
  std::size_t over_mean = 0;
  for (const auto when : due) {
    const double gap = static_cast<double>(when) - last;
    last = static_cast<double>(when);
    sum += gap;
    squares += gap * gap;
    over_mean += gap > kMean;
  }
  const auto n = static_cast<double>(due.size());
  const double mean = sum / n;
  EXPECT_NEAR(mean / kMean, 1, 0.02);
  EXPECT_NEAR((squares / n - mean * mean) / (kMean * kMean), 1, 0.05);
  EXPECT_NEAR(static_cast<double>(over_mean) / n, std::exp(-1), 0.01);
}

TEST(Arrivals, OfPoissonAreTheSameForTheSameSeedAlone) {
  const auto load = at_rate(100, 1000, Arrivals::poisson);
  EXPECT_EQ(make_arrivals(load, 7), make_arrivals(load, 7));
  EXPECT_NE(make_arrivals(load, 7), make_arrivals(load, 8));
}

TEST(Arrivals, OfPoissonEndWithTheirDuration) {
  const auto due = make_arrivals(for_time(1000, std::chrono::seconds(20), Arrivals::poisson), 3);
  EXPECT_NEAR(static_cast<double>(due.size()), 20'000, 600);
  EXPECT_LT(due.back(), 20'000'000'000);
  EXPECT_GT(due.back(), 19'900'000'000);
}

}  // namespace
}  // namespace asyncmark::arrivals_test
