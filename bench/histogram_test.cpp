#include "bench/histogram.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace asyncmark {
namespace {

TEST(Histogram, IsExactBelow128Nanoseconds) {
  for (int value = 0; value < 128; ++value) {
    EXPECT_EQ(Histogram::lower_edge(Histogram::bucket_of(value)),
              static_cast<std::uint64_t>(value));
  }
}

TEST(Histogram, EveryBucketBeginsWhereTheLastOneEnds) {
  for (std::size_t i = 1; i < Histogram::kBuckets; ++i) {
    const auto edge = Histogram::lower_edge(i);
    ASSERT_EQ(Histogram::bucket_of(edge), i);
    ASSERT_EQ(Histogram::bucket_of(edge - 1), i - 1);
  }
}

TEST(Histogram, APercentileIsWithin04PercentOfTheTruth) {
  std::mt19937_64 random(7);
  std::uniform_real_distribution<double> exponent(2, 12);
  for (int round = 0; round < 20; ++round) {
    Histogram histogram;
    const auto value = static_cast<std::int64_t>(std::pow(10.0, exponent(random)));
    for (int i = 0; i < 100; ++i) histogram.add(Duration(value));
    histogram.add(Duration(value * 3));
    const auto p50 = histogram.percentile(0.5)->count();
    EXPECT_NEAR(static_cast<double>(p50), static_cast<double>(value),
                std::max(1.0, 0.004 * static_cast<double>(value)));
  }
}

TEST(Histogram, APercentileNeedsTenBeyondIt) {
  Histogram histogram;
  for (int i = 0; i < 99; ++i) histogram.add(Duration(i));
  EXPECT_FALSE(histogram.percentile(0.9));
  histogram.add(Duration(99));
  ASSERT_TRUE(histogram.percentile(0.9));
  EXPECT_EQ(histogram.percentile(0.9)->count(), 89);
  EXPECT_FALSE(histogram.percentile(0.99));
}

TEST(Histogram, KnowsMaximumAndMeanExactly) {
  Histogram histogram;
  histogram.add(Duration(1'000'003));
  histogram.add(Duration(3'000'001));
  EXPECT_EQ(histogram.max().count(), 3'000'001);
  EXPECT_EQ(histogram.mean().count(), 2'000'002);
}

TEST(Histogram, CountsWhatIsTooLongInTheLastBucket) {
  Histogram histogram;
  histogram.add(std::chrono::hours(1000));
  EXPECT_EQ(histogram.count(), 1u);
  EXPECT_EQ(histogram.max(), std::chrono::hours(1000));
}

TEST(Histogram, MergingEqualsCountingTogether) {
  Histogram left, right, both;
  for (int i = 0; i < 1000; ++i) {
    (i % 3 == 0 ? left : right).add(Duration(i * i));
    both.add(Duration(i * i));
  }
  left.merge(right);
  EXPECT_EQ(left.count(), both.count());
  EXPECT_EQ(left.mean(), both.mean());
  EXPECT_EQ(left.max(), both.max());
  EXPECT_EQ(left.percentile(0.9), both.percentile(0.9));
}

}  // namespace
}  // namespace asyncmark
