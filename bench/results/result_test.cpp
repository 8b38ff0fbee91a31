#include "bench/results/result.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace asyncmark::result_test {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::HasSubstr;

Measurement done_in(std::vector<Duration> passes, std::uint64_t completed = 10) {
  Measurement m;
  for (const auto elapsed : passes) m.passes.push_back({elapsed, 0ns, completed});
  m.completed = completed * passes.size();
  m.service_time.add(1ms, m.completed);
  return m;
}

const std::optional<Bound> kBound = Bound{100ms, "the slowest operation"};

TEST(Result, TellsFinishedRepetitionsFromThoseThatDied) {
  Result result;
  EXPECT_EQ(result.died(), std::nullopt);
  result.repetitions = {{done_in({1s}), ""},
                        {{}, "killed by SIGSEGV"},
                        {done_in({2s, 4s}), ""},
                        {{}, "still running"}};
  EXPECT_EQ(result.died(), "killed by SIGSEGV");
  ASSERT_EQ(result.finished().size(), 2u);
  EXPECT_EQ(result.elapsed(), (std::vector<Duration>{1s, 3s}));
}

TEST(Efficiency, IsTheBoundOverTheTimeOfOnePass) {
  Result result;
  EXPECT_EQ(efficiency(result, done_in({1s})), std::nullopt);
  result.bound = kBound;
  EXPECT_DOUBLE_EQ(*efficiency(result, done_in({100ms, 300ms})), 0.5);
  EXPECT_EQ(efficiency(result, {}), std::nullopt);
  EXPECT_EQ(efficiency(result, done_in({0s})), std::nullopt);
}

TEST(Result, TakesARepetitionAsItWasCarriedOut) {
  Result result;
  result.what.workload = "null";
  result.how = {.workers = 2, .cap = 10, .processors = 2};
  result.bound = kBound;
  take(result, {done_in({150ms}), "", result.how});
  EXPECT_TRUE(result.bound);
  take(result, {done_in({90ms}), ""});
  EXPECT_THAT(result.repetitions[1].died, HasSubstr("faster than its ideal bound"));
  take(result, {done_in({150ms}), "", Concurrency{.cap = 10}});
  EXPECT_THAT(result.repetitions[2].died, HasSubstr("a repetition before it"));
  EXPECT_EQ(result.how.workers, 2u);

  result.repetitions = {{{}, "killed by SIGSEGV"}};
  take(result, {done_in({90ms}), "", Concurrency{.cap = 10}});
  EXPECT_EQ(result.repetitions[1].died, "");
  EXPECT_EQ(result.how, Concurrency{.cap = 10});
  EXPECT_FALSE(result.bound) << "null has none";
}

TEST(Result, KeepsOneTimeline) {
  Result result;
  take(result, {{}, "killed by SIGSEGV"});
  auto measured = done_in({150ms});
  measured.timeline = {.of = 1, .operations = {{.op = 7}}};
  for (int i = 0; i < 3; ++i) take(result, {measured, ""});
  EXPECT_EQ(result.repetitions[1].measurement.timeline.operations.size(), 1u);
  EXPECT_EQ(result.repetitions[2].measurement.timeline.operations.size(), 0u);
  EXPECT_EQ(result.repetitions[3].measurement.timeline.operations.size(), 0u);
}

TEST(TooGood, IsARunThatBeatsItsBoundInAnyPass) {
  EXPECT_FALSE(too_good(kBound, done_in({100ms, 101ms})));
  const auto why = too_good(kBound, done_in({150ms, 90ms}));
  ASSERT_TRUE(why);
  EXPECT_THAT(*why, AllOf(HasSubstr("90ms"), HasSubstr("100ms"), HasSubstr("slowest operation")));
}

TEST(TooGood, IsNotTheErrorOfAClock) {
  EXPECT_FALSE(too_good(kBound, done_in({99'900us})));
  EXPECT_TRUE(too_good(kBound, done_in({99'700us})));
}

TEST(TooGood, IsNothingThatFailedOrHasNoBound) {
  EXPECT_FALSE(too_good(std::nullopt, done_in({1ns})));
  auto failed = done_in({90ms});
  failed.add_failures("reset", 1);
  EXPECT_FALSE(too_good(kBound, failed));
  auto saturated = done_in({90ms});
  saturated.never_started = 1;
  EXPECT_FALSE(too_good(kBound, saturated));
}

}  // namespace
}  // namespace asyncmark::result_test
