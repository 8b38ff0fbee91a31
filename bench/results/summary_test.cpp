#include "bench/results/summary.hpp"

#include <gtest/gtest.h>

#include "bench/results/result.hpp"

namespace asyncmark::summary_test {
namespace {

using namespace std::chrono_literals;

/// Ten operations in one pass of this length.
Repetition done_in(Duration elapsed) {
  Measurement m;
  m.passes.push_back({elapsed, elapsed / 2, 10});
  m.completed = 10;
  m.service_time.add(1ms, 10);
  return {m, ""};
}

TEST(Summary, IsOfTheRepetitionsThatFinished) {
  Result result;
  result.repetitions = {done_in(1s), {{}, "killed by SIGSEGV"}, done_in(4s), done_in(2s)};
  const auto summary = summarize(result);
  EXPECT_EQ(summary.all.completed, 30u);
  EXPECT_EQ(summary.all.service_time.count(), 30u);
  EXPECT_EQ(summary.time, 2s);
  EXPECT_EQ(summary.cpu, 1s);
  EXPECT_FALSE(summary.interval) << "three are too few";
  EXPECT_DOUBLE_EQ(summary.median("ops_per_s").value(), 5);
  EXPECT_FALSE(summary.median("no_such_counter"));
  ASSERT_EQ(summary.counters.size(), 4u);
  EXPECT_TRUE(summary.counters[1].empty());
  EXPECT_FALSE(summary.counters[3].empty());
}

TEST(Summary, IsEmptyWhereNothingFinished) {
  Result result;
  EXPECT_EQ(result.summary().time, 0s);
  EXPECT_TRUE(result.summary().medians.empty());
}

TEST(Summary, IsKeptUntilARepetitionIsAdded) {
  Result result;
  take(result, done_in(1s));
  const auto* first = &result.summary();
  EXPECT_EQ(&result.summary(), first);
  take(result, done_in(3s));
  EXPECT_EQ(result.summary().all.completed, 20u);
}

}  // namespace
}  // namespace asyncmark::summary_test
