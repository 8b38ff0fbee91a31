#include "reports/analysis/reading.hpp"

#include <gmock/gmock.h>

#include <utility>

#include "reports/testing/constructed.hpp"

namespace asyncmark::reading_test {
namespace {

using testing::add_death;
using testing::construct;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::milliseconds;
using ::testing::Not;

std::vector<std::string> read(const std::vector<Result>& results) {
  return reading(testing::some_context(), grouped(results).front());
}

TEST(Reading, NamesTheFastestAtTheLargestLoadAndWhatBindsIt) {
  EXPECT_THAT(
      read({construct(
                {.runner = "thread-pool", .ops = 100, .in_flight = 28, .times = {milliseconds(1)}}),
            construct({.runner = "sync", .ops = 1000, .times = {milliseconds(46500)}}),
            construct({.runner = "thread-pool",
                       .ops = 1000,
                       .in_flight = 28,
                       .times = {milliseconds(1700)}}),
            construct({.runner = "event-loop",
                       .ops = 1000,
                       .in_flight = 28,
                       .times = {milliseconds(1680)}})}),
      ElementsAre(
          "At 1000 operations, event-loop was fastest: 1.68 s, 27.7x the throughput of sync "
          "(46.5 s).",
          "Its ideal bound is 1.66 s, 99 % of the time it took; what binds: waits queue "
          "behind the cap."));
}

TEST(Reading, OfABurstNamesTheSlowestOperation) {
  EXPECT_THAT(read({construct({.ops = 1000})}),
              Contains(HasSubstr("binds: the slowest operation")));
}

TEST(Reading, SaysWhoCannotBeToldApart) {
  const std::vector<Duration> times{milliseconds(50), milliseconds(54)},
      overlapping{milliseconds(53), milliseconds(60)}, slower{milliseconds(55), milliseconds(60)};
  EXPECT_THAT(read({construct({.runner = "event-loop", .times = times}),
                    construct({.runner = "thread-per-op", .times = overlapping})}),
              Contains(HasSubstr("those of thread-per-op: they cannot be told apart")));
  EXPECT_THAT(read({construct({.runner = "event-loop", .times = times}),
                    construct({.runner = "thread-per-op", .times = slower})}),
              Not(Contains(HasSubstr("told apart"))));
}

TEST(Reading, SaysWhenTheCapsDiffer) {
  const auto loop = construct({.runner = "event-loop"});
  EXPECT_THAT(read({loop, construct({.runner = "thread-pool"})}),
              Contains(HasSubstr("between 32 and 100 in flight")));
  EXPECT_THAT(read({loop, construct({.runner = "sync"})}), Not(Contains(HasSubstr("between"))));
}

TEST(Reading, NamesTheCapWhereOneRunnerHadSeveral) {
  EXPECT_THAT(read({construct({.in_flight = 28, .times = {milliseconds(190)}}),
                    construct({.in_flight = kUnbounded, .times = {milliseconds(47)}})}),
              Contains(HasSubstr("event-loop with 100 in flight was fastest")));
}

TEST(Reading, OfNothingFinishedIsEmpty) {
  auto dead = construct({.times = {}});
  add_death(dead, "killed by SIGSEGV");
  EXPECT_THAT(read({dead}), ElementsAre());
}

TEST(Reading, PassesOverWhatOnlyFailed) {
  auto quick = construct({.runner = "thread-per-op", .times = {milliseconds(1)}});
  auto& measured = quick.repetitions[0].measurement;
  measured.add_failures("refused", std::exchange(measured.completed, 0));
  EXPECT_THAT(read({quick, construct({}), construct({.runner = "thread-pool"})}),
              Contains(HasSubstr("event-loop was fastest")));
}

TEST(Reading, OfASingleCaseClaimsNoVictory) {
  EXPECT_THAT(read({construct({})}),
              Contains(HasSubstr("At 100 operations, event-loop: 50.0 ms.")));
}

TEST(Reading, OfOneBesideOpenLoopsSaysNothing) {
  auto offered = construct({.ops = 1000, .times = {milliseconds(10'040)}});
  offered.what.load.rate = 100;
  offered.what.load.last_due = std::chrono::seconds(10);
  offered.repetitions[0].measurement.response_time.add(milliseconds(48), 1000);
  const auto sentences = read({construct({.runner = "sync"}), offered});
  EXPECT_THAT(sentences, ElementsAre(HasSubstr("operations due per second")));
}

TEST(Reading, TellsCasesOfOneRunnerApart) {
  auto once = construct({.times = {milliseconds(50)}});
  auto often = construct({.times = {milliseconds(51)}});
  often.what.load.passes = 3;
  EXPECT_THAT(read({once, often}).front(), HasSubstr("event-loop was fastest"));
  auto warm = construct({.times = {milliseconds(49)}});
  warm.what.load.warmup = 7;
  EXPECT_THAT(read({once, warm}).front(), HasSubstr("event-loop with warmup 7 was fastest"));
}

}  // namespace
}  // namespace asyncmark::reading_test
