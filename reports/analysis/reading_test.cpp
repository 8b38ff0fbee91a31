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
using ::testing::StartsWith;

std::vector<std::string> read(const std::vector<Result>& results) {
  return reading(testing::some_context(), grouped(results).front(), {});
}

TEST(Reading, NamesTheFastestAtTheLargestLoadAndTheBottlenecks) {
  EXPECT_THAT(
      read({construct(
                {.runner = "thread-pool", .ops = 100, .in_flight = 28, .times = {milliseconds(1)}}),
            construct({.runner = "sync", .ops = 1000, .times = {milliseconds(46500)}}),
            construct({.runner = "thread-pool",
                       .ops = 1000,
                       .in_flight = 28,
                       .times = {milliseconds(1700), milliseconds(1701)}}),
            construct({.runner = "event-loop",
                       .ops = 1000,
                       .in_flight = 28,
                       .times = {milliseconds(1680), milliseconds(1680)}})}),
      ElementsAre(
          "At 1000 operations, event-loop is fastest: 1.68 s, 27.7x sync, efficiency 99 % "
          "(theoretical best: 1.66 s, waits queue behind the concurrency limit).",
          "Bottleneck: concurrency limit for event-loop (28) and thread-pool (28); single thread "
          "for sync."));
}

TEST(Reading, OfABurstNamesTheSlowestOperation) {
  EXPECT_THAT(read({construct({.ops = 1000})}),
              Contains(HasSubstr(
                  "efficiency 92 % (theoretical best: 46.0 ms, the time of one operation)")));
}

TEST(Reading, NamesNoFastestWhereNoDifferenceIsCertain) {
  const std::vector<Duration> times{milliseconds(50), milliseconds(54)},
      overlapping{milliseconds(53), milliseconds(60)}, slower{milliseconds(55), milliseconds(60)};
  const auto sentences = read({construct({.runner = "event-loop", .times = times}),
                               construct({.runner = "thread-per-op", .times = overlapping})});
  EXPECT_THAT(sentences.front(),
              HasSubstr("event-loop and thread-per-op are fastest and cannot be told apart: "));
  EXPECT_THAT(read({construct({.runner = "event-loop", .times = times}),
                    construct({.runner = "thread-per-op", .times = slower})}),
              Contains(HasSubstr("event-loop is fastest")));
}

TEST(Reading, CountsManyRunnersThatAreEquallyFast) {
  std::vector<Result> equal;
  for (const auto* runner : {"event-loop", "hybrid", "multi-loop", "thread-per-op"})
    equal.push_back(construct({.runner = runner, .times = {milliseconds(50), milliseconds(54)}}));
  EXPECT_THAT(read(equal).front(),
              StartsWith("All 4 are equally fast, less than 1 % apart: 52.0 ms"));
  equal.back() =
      construct({.runner = "thread-pool", .times = {milliseconds(52), milliseconds(56)}});
  EXPECT_THAT(read(equal).front(), StartsWith("All 4 cannot be told apart: 52.0 ms"));
}

TEST(Reading, OfOneRepetitionSaysSoAndTakesSmallDifferencesForNoise) {
  const auto of = [](int first, int second) {
    return read({construct({.runner = "event-loop", .times = {milliseconds(first)}}),
                 construct({.runner = "thread-per-op", .times = {milliseconds(second)}})});
  };
  EXPECT_THAT(of(50, 52),
              ElementsAre(HasSubstr("cannot be told apart"),
                          HasSubstr("A single run decides nothing"), HasSubstr("wait time")));
  EXPECT_THAT(of(50, 90),
              ElementsAre(HasSubstr("event-loop is fastest"),
                          HasSubstr("A single run decides nothing"), HasSubstr("wait time")));
}

TEST(Reading, OfUnevenRepetitionsSaysHowFarTheyDiffer) {
  const std::vector<Duration> uneven{milliseconds(50), milliseconds(60)},
      slow{milliseconds(100), milliseconds(101)};
  EXPECT_THAT(
      read({construct({.runner = "event-loop", .times = uneven}),
            construct({.runner = "thread-per-op", .times = slow})}),
      Contains("Repetitions of event-loop differ by 20 %, so smaller differences are noise."));
}

TEST(Reading, OfSeveralCapsNamesTheKnee) {
  const auto capped = [](std::uint64_t cap, int ms, int service) {
    auto one = construct({.runner = "thread-pool",
                          .ops = 1000,
                          .in_flight = cap,
                          .times = {milliseconds(ms), milliseconds(ms + 1)}});
    for (auto& run : one.repetitions) {
      run.measurement.service_time.clear();
      run.measurement.service_time.add(milliseconds(service), run.measurement.completed);
    }
    one.forget_summary();
    return one;
  };
  EXPECT_THAT(
      read({capped(5, 2000, 10), capped(10, 1000, 10), capped(20, 810, 16)}),
      Contains(HasSubstr("10 in flight is the best trade-off; with 20, throughput changes by +23 % "
                         "and an operation takes 1.6 times as long on average.")));
  EXPECT_THAT(read({capped(5, 2000, 10), capped(10, 1000, 10), capped(20, 500, 10)}),
              Not(Contains(HasSubstr("trade-off"))))
      << "it went on growing";
}

TEST(Reading, TellsWhatTheServiceUsed) {
  auto called = construct({});
  for (auto& run : called.repetitions)
    run.measurement.observed.service = ServiceUsage{.cpu = run.measurement.elapsed() / 4};
  called.forget_summary();
  EXPECT_THAT(read({called}), Contains("The service used 25 % of a CPU (with event-loop)."));
}

TEST(Reading, NamesTheCapWhereOneRunnerHadSeveral) {
  EXPECT_THAT(read({construct({.in_flight = 28, .times = {milliseconds(190)}}),
                    construct({.in_flight = kUnbounded, .times = {milliseconds(47)}})}),
              Contains(HasSubstr("event-loop with 100 in flight is fastest")));
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
  const auto slow = construct({.runner = "thread-pool", .times = {milliseconds(80)}});
  EXPECT_THAT(read({quick, construct({}), slow}), Contains(HasSubstr("event-loop is fastest")));
}

TEST(Reading, SaysWhyNothingIsCompared) {
  const auto with = [](std::uint64_t failed) {
    auto one = construct({});
    auto& measured = one.repetitions[0].measurement;
    measured.completed -= failed;
    measured.add_failures("refused", failed);
    return one;
  };
  EXPECT_THAT(read({with(100)}),
              ElementsAre("No runner succeeded: 100 of 100 operations failed (100 refused)."));
  EXPECT_THAT(
      read({with(20), with(20)}),
      ElementsAre("Too many failures to compare: 40 of 200 operations failed (40 refused)."));
}

TEST(Reading, OfASingleCaseClaimsNoVictory) {
  EXPECT_THAT(read({construct({})}),
              ElementsAre(StartsWith("event-loop takes 50.0 ms, efficiency 92 %"),
                          HasSubstr("Bottleneck: wait time")));
}

TEST(Reading, OfOneBesideOpenLoopsSaysNothing) {
  auto offered = construct({.ops = 1000, .times = {milliseconds(10'040)}});
  offered.what.load.rate = 100;
  offered.what.load.last_due = std::chrono::seconds(10);
  offered.repetitions[0].measurement.response_time.add(milliseconds(48), 1000);
  const auto sentences = read({construct({.runner = "sync"}), offered});
  EXPECT_THAT(sentences, ElementsAre("event-loop sustained 100/s."));
}

TEST(Reading, TellsCasesOfOneRunnerApart) {
  auto once = construct({.times = {milliseconds(50)}});
  auto often = construct({.times = {milliseconds(81)}});
  often.what.load.passes = 3;
  EXPECT_THAT(read({once, often}).front(), HasSubstr("event-loop is fastest"));
  auto warm = construct({.times = {milliseconds(19)}});
  warm.what.load.warmup = 7;
  EXPECT_THAT(read({once, warm}).front(), HasSubstr("event-loop with warmup 7 is fastest"));
}

}  // namespace
}  // namespace asyncmark::reading_test
