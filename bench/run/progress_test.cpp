#include "bench/run/progress.hpp"

#include <gtest/gtest.h>

namespace asyncmark::progress_test {
namespace {

using namespace std::chrono_literals;

Result planned(std::uint64_t repetitions) {
  Result result;
  result.what.load.ops = 10;
  result.planned_repetitions = repetitions;
  return result;
}

Result bounded(std::uint64_t repetitions, Duration bound) {
  auto result = planned(repetitions);
  result.bound = Bound{bound, "the slowest operation"};
  return result;
}

void finish_one(Result& result, std::vector<Duration> passes) {
  Repetition done;
  for (const auto elapsed : passes) done.measurement.passes.push_back({elapsed, {}, 10});
  done.measurement.completed = 10 * passes.size();
  result.repetitions.push_back(std::move(done));
}

TEST(TimeLeft, IsTheBoundsOfWhatIsToCome) {
  EXPECT_EQ(Progress::left({}), 0s);
  EXPECT_EQ(Progress::left({bounded(3, 2s), bounded(1, 5s)}), 11s);
}

TEST(TimeLeft, TrustsFinishedRunsMoreThanTheBound) {
  auto result = bounded(5, 2s);
  finish_one(result, {4s});
  EXPECT_EQ(Progress::left({result}), 16s);
  finish_one(result, {10s});
  EXPECT_EQ(Progress::left({result}), 21s);
}

TEST(TimeLeft, CountsEveryPass) {
  auto result = bounded(2, 2s);
  result.what.load.passes = 3;
  EXPECT_EQ(Progress::left({result}), 12s);
  finish_one(result, {1s, 2s, 3s});
  EXPECT_EQ(Progress::left({result}), 6s);
}

TEST(TimeLeft, TakesADurationAsItIs) {
  auto result = planned(3);
  result.what.load.ops = 0;
  result.what.load.duration = 10s;
  EXPECT_EQ(Progress::left({result}), 30s);
  result.what.load.passes = 2;
  EXPECT_EQ(Progress::left({result}), 60s);
}

TEST(TimeLeft, TakesTheMeanOfTheOthersWhereNothingIsKnown) {
  EXPECT_EQ(Progress::left({planned(2), bounded(1, 2s), bounded(1, 4s)}), 12s);
  EXPECT_EQ(Progress::left({planned(2)}), 0s);
}

TEST(TimeLeft, GoesByWhatTheServiceShowedOthers) {
  // Ten operations with ten in flight in 100 ms, none of them in less than 50 ms.
  auto loop = planned(1);
  finish_one(loop, {100ms});
  loop.repetitions[0].measurement.service_time.add(50ms, 10);
  auto sync = planned(2);
  sync.how.cap = 1;
  EXPECT_NEAR(seconds(Progress::left({loop, sync})), 1, 0.01) << "one after the other";
  sync.how.cap = 10;
  EXPECT_EQ(Progress::left({loop, sync}), 200ms) << "as many a second as the loop had";
}

TEST(TimeLeft, GoesByTheFirstRunWhileThatIsAllThereIs) {
  const std::vector cases{planned(2), planned(1)};
  EXPECT_EQ(Progress::left(cases, cases.data(), 4s), 12s);
}

TEST(TimeLeft, IsNothingForWhatIsDone) {
  auto result = bounded(2, 2s);
  finish_one(result, {1s});
  finish_one(result, {1s});
  EXPECT_EQ(Progress::left({result}), 0s);
  finish_one(result, {1s});
  EXPECT_EQ(Progress::left({result}), 0s);
}

TEST(TimeLeft, CountsARunThatDiedAsDone) {
  auto result = bounded(3, 2s);
  result.repetitions.push_back({{}, "killed by SIGSEGV"});
  EXPECT_EQ(Progress::left({result}), 4s);
}

TEST(TimeLeft, NeverOverflows) {
  EXPECT_GT(Progress::left({bounded(1000, kLongest), bounded(1, kLongest), planned(1000)}), 0s);
}

Result measured(std::uint64_t repetitions) {
  auto result = planned(repetitions);
  for (std::uint64_t i = 0; i < repetitions; ++i) finish_one(result, {10ms});
  return result;
}

TEST(DoneText, TellsTheFiguresOfACase) {
  EXPECT_EQ(Progress::done_text(measured(1)), "1 run of 10.0 ms, 1000 ops/s, 0 failed");
  EXPECT_EQ(Progress::done_text(measured(3)), "3 runs of 10.0 ms (median), 1000 ops/s, 0 failed");
}

TEST(DoneText, TellsWhyACaseFailed) {
  auto result = measured(2);
  result.repetitions.push_back({{}, "killed by SIGSEGV"});
  EXPECT_EQ(Progress::done_text(result), "failed: killed by SIGSEGV");
}

}  // namespace
}  // namespace asyncmark::progress_test
