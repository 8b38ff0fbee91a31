#include "bench/measure/histogram.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

#include "bench/measure/flat_histogram.hpp"
#include "bench/measure/measurement.hpp"

namespace asyncmark::histogram_test {
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

/// 1 / (1 - percentile), so that ranks can be told in whole numbers.
constexpr std::pair<double, std::uint64_t> kPercentiles[] = {
    {0.5, 2}, {0.9, 10}, {0.99, 100}, {0.999, 1000}};

TEST(Histogram, APercentileIsTheSmallestDurationThatEnoughDoNotExceed) {
  for (const auto& [fraction, parts] : kPercentiles)
    for (std::uint64_t total = 10 * parts; total < 5000 * parts; total += 7 * parts) {
      const auto enough = total - total / parts;
      Histogram histogram;
      histogram.add(Duration(1), enough);
      histogram.add(Duration(2), total - enough);
      ASSERT_EQ(histogram.percentile(fraction), Duration(1)) << fraction << " of " << total;
      Histogram one_short;
      one_short.add(Duration(1), enough - 1);
      one_short.add(Duration(2), total - enough + 1);
      ASSERT_EQ(one_short.percentile(fraction), Duration(2)) << fraction << " of " << total;
    }
}

std::vector<std::int64_t> random_durations(std::uint64_t seed, std::size_t count) {
  std::mt19937_64 random(seed);
  std::lognormal_distribution<double> duration(std::log(46e6), 2 + static_cast<double>(seed % 3));
  std::vector<std::int64_t> values(count);
  for (auto& value : values) value = static_cast<std::int64_t>(std::min(duration(random), 1.7e13));
  return values;
}

void expect_percentiles(const Histogram& histogram, std::vector<std::int64_t> values) {
  std::ranges::sort(values);
  for (const auto& [fraction, parts] : kPercentiles) {
    const auto beyond = values.size() / parts;
    if (beyond < 10) {
      EXPECT_FALSE(histogram.percentile(fraction));
      continue;
    }
    const auto truth = static_cast<double>(values[values.size() - beyond - 1]);
    ASSERT_TRUE(histogram.percentile(fraction));
    EXPECT_NEAR(static_cast<double>(histogram.percentile(fraction)->count()), truth,
                std::max(0.5, 0.004 * truth))
        << fraction;
  }
}

TEST(Histogram, KeepsItsErrorBoundWhenMergedAndSentAsJson) {
  for (std::uint64_t seed = 0; seed < 12; ++seed) {
    const auto values = random_durations(seed, seed % 2 == 0 ? 20'000 : 300);
    std::vector<Histogram> parts(7);
    std::int64_t sum = 0;
    for (std::size_t i = 0; i < values.size(); ++i) {
      parts[i * i % parts.size()].add(Duration(values[i]));
      sum += values[i];
    }
    Histogram merged;
    for (const auto& part : parts)
      merged.merge(histogram_from_json(Json::parse(to_json(part).dump())));
    expect_percentiles(merged, values);
    EXPECT_EQ(merged.count(), values.size());
    EXPECT_EQ(merged.max().count(), *std::ranges::max_element(values));
    EXPECT_EQ(merged.mean().count(), sum / static_cast<std::int64_t>(values.size()));
  }
}

TEST(Histogram, IsNeverBeyondItsMaximum) {
  Histogram histogram;
  for (int i = 0; i < 100; ++i) histogram.add(Duration(1'000'000'000));
  EXPECT_EQ(histogram.percentile(0.5), Duration(1'000'000'000));
}

TEST(Histogram, WithoutAnythingCountedHasNoPercentileAndZeroMean) {
  const Histogram histogram;
  EXPECT_FALSE(histogram.percentile(0.5));
  EXPECT_EQ(histogram.mean(), Duration(0));
  EXPECT_EQ(histogram.max(), Duration(0));
}

TEST(Histogram, CountsANegativeDurationAsZero) {
  Histogram histogram;
  histogram.add(Duration(-5));
  EXPECT_EQ(histogram.count(), 1u);
  EXPECT_EQ(histogram.max(), Duration(0));
  EXPECT_EQ(histogram.mean(), Duration(0));
}

TEST(Histogram, IsEmptyOnceCleared) {
  Histogram histogram;
  histogram.add(Duration(46'000'000), 1000);
  histogram.clear();
  EXPECT_EQ(histogram.count(), 0u);
  EXPECT_EQ(histogram.max(), Duration(0));
  histogram.add(Duration(5));
  EXPECT_EQ(histogram.mean(), Duration(5));
}

TEST(Histogram, KnowsMaximumAndMeanExactly) {
  Histogram histogram;
  histogram.add(Duration(1'000'003));
  histogram.add(Duration(3'000'001));
  EXPECT_EQ(histogram.max().count(), 3'000'001);
  EXPECT_EQ(histogram.mean().count(), 2'000'002);
}

TEST(Histogram, KnowsTheMeanOfALongRunToTheNanosecond) {
  Histogram histogram;
  histogram.add(Duration(9'007'199'254'740'987));
  histogram.add(Duration(2));
  histogram.add(Duration(4));
  const auto again = histogram_from_json(Json::parse(to_json(histogram).dump()));
  EXPECT_EQ(again.mean(), histogram.mean());
  EXPECT_EQ(again.max(), histogram.max());
}

TEST(Histogram, CountsWhatIsTooLongInTheLastBucket) {
  Histogram histogram;
  histogram.add(std::chrono::hours(1000));
  EXPECT_EQ(histogram.count(), 1u);
  EXPECT_EQ(histogram.max(), std::chrono::hours(1000));
}

TEST(Histogram, TakesOverWhatAFlatOneCounted) {
  FlatHistogram flat;
  Histogram same, twice;
  for (std::int64_t i = -1; i < 5000; ++i) {
    const Duration time((i * 7919) % 5003 * i);
    flat.add(time);
    same.add(time);
    twice.add(time, 2);
  }
  EXPECT_EQ(flat.count(), same.count());
  EXPECT_EQ(flat.max(), same.max());
  Histogram taken;
  for (const auto* const right : {&same, &twice}) {
    taken.merge(flat);
    EXPECT_EQ(to_json(taken), to_json(*right));
  }
  flat.clear();
  EXPECT_EQ(flat.count(), 0u);
  taken.clear();
  taken.merge(flat);
  EXPECT_EQ(to_json(taken), to_json(Histogram{}));
}

TEST(Histogram, TakesNoMemoryForWhatIsEmpty) { EXPECT_LE(sizeof(Histogram), 64u); }

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
}  // namespace asyncmark::histogram_test
