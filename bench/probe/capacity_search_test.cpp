#include "bench/probe/capacity_search.hpp"

#include <gtest/gtest.h>

#include <random>

namespace asyncmark::capacity_search_test {
namespace {

/// Searches in a service that sustains up to `capacity` per second. Returns the number of steps.
int search(CapacitySearch& search, double capacity) {
  int steps = 0;
  while (const auto rate = search.next()) {
    search.note(*rate <= capacity);
    if (++steps > 100) break;
  }
  return steps;
}

TEST(CapacitySearch, EndsWithANarrowBracketAroundTheCapacity) {
  for (const double capacity : {3.0, 40.0, 99.0, 100.0, 101.0, 780.0, 1e5}) {
    CapacitySearch one(100);
    EXPECT_LE(search(one, capacity), 16) << capacity;
    ASSERT_TRUE(one.passed() && one.failed()) << capacity;
    EXPECT_LE(*one.passed(), capacity);
    EXPECT_GT(*one.failed(), capacity);
    EXPECT_LE(*one.failed(), 1.1 * *one.passed());
    EXPECT_TRUE(one.is_narrow());
  }
}

TEST(CapacitySearch, TakesFewStepsFromHalfOfTheCapacity) {
  CapacitySearch one(400);
  EXPECT_LE(search(one, 780), 5);
}

TEST(CapacitySearch, DoesNotTryWhatIsKnownToBeTooHigh) {
  CapacitySearch one(430, 820);
  EXPECT_LE(search(one, 1000), 4);
  EXPECT_EQ(one.failed(), 820);
  EXPECT_LT(*one.passed(), 820);
  EXPECT_TRUE(one.is_narrow());
}

TEST(CapacitySearch, GivesUpIfEvenLowRatesFail) {
  CapacitySearch one(100);
  EXPECT_LE(search(one, 0), 8);
  EXPECT_FALSE(one.passed());
  EXPECT_TRUE(one.failed());
  EXPECT_FALSE(one.is_narrow());
}

TEST(CapacitySearch, HasAWideBracketIfItIsCutShort) {
  CapacitySearch one(100);
  one.note(true);
  one.note(false);
  EXPECT_EQ(one.passed(), 100);
  EXPECT_EQ(one.failed(), 200);
  EXPECT_FALSE(one.is_narrow());
  EXPECT_GT(*one.next(), 100);
  EXPECT_LT(*one.next(), 200);
}

TEST(CapacitySearch, TakesTheRateThatWasOffered) {
  CapacitySearch one(100, 220);
  one.note(true, 108);
  EXPECT_EQ(one.passed(), 108);
  one.note(false, 160);
  EXPECT_EQ(one.failed(), 160);
  one.note(true, 170);
  EXPECT_LT(*one.passed(), 160) << "another one failed there";
}

TEST(CapacitySearch, EndsAroundARateThatNeitherPassesNorFails) {
  CapacitySearch one(100, 190);
  one.note(true);
  EXPECT_NEAR(*one.next(), 137.8, 0.1);
  one.note_near();
  EXPECT_FALSE(one.next());
  EXPECT_NEAR(*one.passed(), 131.5, 0.1);
  EXPECT_NEAR(*one.failed(), 144.4, 0.1);
  EXPECT_TRUE(one.is_narrow());
}

TEST(CapacitySearch, StaysNearTheCapacityWithNoisySteps) {
  std::mt19937 random(1);
  for (int i = 0; i < 200; ++i) {
    CapacitySearch one(400);
    int steps = 0;
    while (const auto rate = one.next()) {
      std::normal_distribution<> noisy(780, 15);
      one.note(*rate <= noisy(random));
      ASSERT_LE(++steps, 20);
    }
    EXPECT_GT(*one.failed(), 700);
    EXPECT_LT(*one.passed(), 860);
  }
}

}  // namespace
}  // namespace asyncmark::capacity_search_test
