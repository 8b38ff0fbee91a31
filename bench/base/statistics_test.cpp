#include "bench/base/statistics.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <numeric>
#include <random>

namespace asyncmark::statistics_test {
namespace {

std::vector<Duration> ascending(std::size_t count) {
  std::vector<Duration> values;
  for (std::size_t i = 1; i <= count; ++i) values.emplace_back(static_cast<std::int64_t>(i));
  return values;
}

TEST(Median, IsTheMiddleOrTheMeanOfTheTwoMiddleOnes) {
  EXPECT_EQ(median(std::vector<double>{5}), 5);
  EXPECT_EQ(median(std::vector<double>{5, 1}), 3);
  EXPECT_EQ(median(std::vector<double>{9, 1, 5}), 5);
  EXPECT_EQ(median(std::vector<double>{9, 1, 5, 100}), 7);
  EXPECT_EQ(median({Duration(30), Duration(10), Duration(20)}), Duration(20));
  EXPECT_EQ(median({Duration(40), Duration(10), Duration(20), Duration(30)}), Duration(25));
}

TEST(Aggregate, KnowsWhatGoogleBenchmarkKnows) {
  const std::vector<double> values{2, 4, 4, 4, 5, 5, 7, 9};
  EXPECT_DOUBLE_EQ(aggregate("mean", values), 5);
  EXPECT_DOUBLE_EQ(aggregate("median", values), 4.5);
  EXPECT_DOUBLE_EQ(aggregate("stddev", values), std::sqrt(32.0 / 7));
  EXPECT_DOUBLE_EQ(aggregate("cv", values), std::sqrt(32.0 / 7) / 5);
  EXPECT_THROW(aggregate("p99", values), std::logic_error);
}

TEST(Aggregate, OfOneValueOrOfZerosIsNeverNan) {
  EXPECT_EQ(aggregate("stddev", {3}), 0);
  EXPECT_EQ(aggregate("cv", {3}), 0);
  EXPECT_EQ(aggregate("cv", {0, 0, 0}), 0);
}

TEST(MedianInterval, IsAbsentBelowSixValues) {
  for (std::size_t n = 0; n < 6; ++n) EXPECT_FALSE(median_interval(ascending(n))) << n;
  for (std::size_t n = 6; n < 100; ++n) EXPECT_TRUE(median_interval(ascending(n))) << n;
}

TEST(MedianInterval, DoesNotDependOnTheOrder) {
  auto values = ascending(15);
  const auto interval = *median_interval(values);
  std::shuffle(values.begin(), values.end(), std::mt19937_64(3));
  EXPECT_EQ(median_interval(values)->low, interval.low);
  EXPECT_EQ(median_interval(values)->high, interval.high);
}

/// The rank of the lower end, from 0; the upper end is the same from above.
std::size_t rank_of_low(std::size_t n) {
  const auto interval = *median_interval(ascending(n));
  EXPECT_EQ(interval.low.count() - 1, static_cast<std::int64_t>(n) - interval.high.count());
  return static_cast<std::size_t>(interval.low.count() - 1);
}

/// Of all ways in which n values can lie below or above the true median, each as likely as another,
/// the share in which the order statistics of these ranks enclose it.
double coverage_by_enumeration(std::size_t n, std::size_t rank) {
  std::uint64_t enclosed = 0;
  for (std::uint64_t below = 0; below < (std::uint64_t{1} << n); ++below) {
    const auto count = static_cast<std::size_t>(std::popcount(below));
    enclosed += count > rank && n - count > rank;
  }
  return static_cast<double>(enclosed) / static_cast<double>(std::uint64_t{1} << n);
}

TEST(MedianInterval, EnclosesTheMedianIn95PercentAndIsTheNarrowestThatDoes) {
  for (std::size_t n = 6; n <= 20; ++n) {
    const auto rank = rank_of_low(n);
    EXPECT_GE(coverage_by_enumeration(n, rank), 0.95) << n;
    EXPECT_LT(coverage_by_enumeration(n, rank + 1), 0.95) << n;
  }
}

TEST(MedianInterval, HoldsForThousandsOfValues) {
  // The normal approximation is good to a rank or two there: n / 2 - 1.96 * sqrt(n) / 2.
  for (const std::size_t n : {100u, 1000u, 1022u, 1075u, 2000u, 20'000u, 1'000'000u}) {
    const double expected =
        static_cast<double>(n) / 2 - 1.96 * std::sqrt(static_cast<double>(n)) / 2;
    EXPECT_NEAR(static_cast<double>(rank_of_low(n)), expected, 2) << n;
  }
}

TEST(MedianInterval, EnclosesTheTrueMedianOfDrawnSamples) {
  std::mt19937_64 random(11);
  std::lognormal_distribution<double> draw(10, 1);  // Its median is exp(10).
  for (const std::size_t n : {6u, 10u, 31u}) {
    int enclosed = 0;
    for (int i = 0; i < 4000; ++i) {
      std::vector<Duration> sample(n);
      for (auto& value : sample) value = Duration(static_cast<std::int64_t>(draw(random)));
      const auto interval = *median_interval(sample);
      const auto truth = Duration(static_cast<std::int64_t>(std::exp(10)));
      enclosed += interval.low <= truth && truth <= interval.high;
    }
    EXPECT_GT(enclosed, 0.94 * 4000) << n;
  }
}

}  // namespace
}  // namespace asyncmark::statistics_test
