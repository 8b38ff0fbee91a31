// Where the order of two runners changes, in drawn cases whose answer is known.

#include "bench/probe/crossover_search.hpp"

#include <gmock/gmock.h>

#include <cmath>
#include <functional>
#include <random>

namespace asyncmark::crossover_search_test {
namespace {

using ::testing::Ge;
using ::testing::Le;
using ::testing::SizeIs;

constexpr std::size_t kMostPairs = 20;

double any(double value) { return value; }
double whole(double value) { return std::round(value); }

using Figure = std::function<double(double)>;

/// Measures until the search ends, with a relative error.
CrossoverSearch carried_out(CrossoverSearch search, const Figure& first, const Figure& second,
                            double noise = 0, unsigned seed = 1) {
  std::mt19937 random(seed);
  std::normal_distribution<double> error(0, noise);
  const auto measured = [&](double figure) { return figure * std::exp(std::abs(error(random))); };
  std::size_t pairs = 0;
  while (const auto value = search.next()) {
    search.note(*value, measured(first(*value)), measured(second(*value)));
    EXPECT_LE(++pairs, kMostPairs);
  }
  return search;
}

TEST(Crossover, IsBracketedWhereTheOrderChanges) {
  const auto search = carried_out(
      {1, 1000, any, kMostPairs}, [](double x) { return x; }, [](double) { return 50.0; });
  const auto bracket = search.bracket();
  ASSERT_TRUE(bracket);
  EXPECT_THAT(bracket->low, Le(50));
  EXPECT_THAT(bracket->high, Ge(50));
  EXPECT_LT(bracket->high / bracket->low, 1.1);
  EXPECT_EQ(bracket->below, Better::first);
  EXPECT_EQ(bracket->above, Better::second);
}

TEST(Crossover, BetweenWholeNumbersHasNoneInBetween) {
  const auto search = carried_out(
      {1, 64, whole, kMostPairs}, [](double x) { return x; }, [](double) { return 6.5; });
  const auto bracket = search.bracket();
  ASSERT_TRUE(bracket);
  EXPECT_EQ(bracket->low, 6);
  EXPECT_EQ(bracket->high, 7);
}

TEST(Crossover, BeginsWhereEqualRunnersDiffer) {
  const auto search = carried_out(
      {1, 64, whole, kMostPairs}, [](double x) { return x; }, [](double) { return 1.0; });
  const auto bracket = search.bracket();
  ASSERT_TRUE(bracket);
  EXPECT_EQ(bracket->below, Better::unknown);
  EXPECT_EQ(bracket->low, 1);
  EXPECT_EQ(bracket->high, 2);
  EXPECT_EQ(bracket->above, Better::second);
}

TEST(Crossover, IsNotThereIfOneIsAlwaysAhead) {
  const auto search = carried_out(
      {1, 100, any, kMostPairs}, [](double x) { return x; }, [](double x) { return 2 * x; });
  EXPECT_FALSE(search.bracket());
  EXPECT_THAT(search.points(), SizeIs(3)) << "both ends and the middle";
}

TEST(Crossover, IsNotThereIfTheyAreAlwaysEqual) {
  const auto same = [](double) { return 7.0; };
  const auto search = carried_out({1, 100, any, kMostPairs}, same, same, 0.05);
  EXPECT_FALSE(search.bracket());
}

TEST(Crossover, IsInTheBracketInSpiteOfNoise) {
  int right = 0, narrow = 0;
  constexpr int kDrawn = 400;
  for (unsigned seed = 1; seed <= kDrawn; ++seed) {
    std::mt19937 random(seed);
    const auto truth = std::exp(std::uniform_real_distribution<double>(1, 6)(random));
    const auto search = carried_out(
        {1, 1000, any, kMostPairs}, [](double x) { return 3 + x; },
        [&](double) { return 3 + truth; }, 0.05, seed);
    const auto bracket = search.bracket();
    if (!bracket) continue;
    right += bracket->low <= truth && truth <= bracket->high;
    narrow += bracket->high / bracket->low < 2.5;
  }
  EXPECT_GE(right, kDrawn * 95 / 100);
  EXPECT_GE(narrow, kDrawn * 80 / 100);
}

TEST(Crossover, ToldByFewRunsNeedsADistanceBeyondTheirSpread) {
  CrossoverPoint point{1, {100, 101}, {103, 104}};
  EXPECT_EQ(point.better(), Better::unknown);
  point.second = {120, 121};
  EXPECT_EQ(point.better(), Better::first);
  point = {1, {100, 101, 100, 101}, {103, 104, 103, 104}};
  EXPECT_EQ(point.better(), Better::first);
  point.second[3] = 101;
  EXPECT_EQ(point.better(), Better::unknown) << "they overlap";
}

}  // namespace
}  // namespace asyncmark::crossover_search_test
