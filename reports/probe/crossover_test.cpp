// What is said of a search for a crossover.

#include "bench/probe/crossover.hpp"

#include <gmock/gmock.h>

#include "bench/base/registry.hpp"
#include "reports/probe/crossover_words.hpp"

namespace asyncmark::crossover_words_test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

CrossoverPoint point(double value, double first, double second) {
  return {value, {first, first}, {second, second}};
}

Crossover found(std::vector<CrossoverPoint> points) {
  Crossover result{.first = "sync", .second = "event-loop", .points = std::move(points)};
  result.range = ValueRange::parse("ops=1..64");
  return result;
}

TEST(CrossoverSentence, NamesTheBracketAndTheBetterRunnerOnBothSides) {
  auto result = found({point(1, 1, 2), point(8, 1, 2), point(9, 2, 1), point(64, 2, 1)});
  result.bracket = CrossoverBracket{8, 9, Better::first, Better::second};
  EXPECT_EQ(crossover_sentence(result),
            "The order changes within --ops 8 to 9 (95 % confidence): up to 8, sync needs less "
            "time; from 9 on, event-loop needs less time.");
  result.bracket->below = Better::unknown;
  result.metric = CrossoverMetric::cpu;
  result.changes_twice = true;
  EXPECT_EQ(crossover_sentence(result),
            "event-loop uses less CPU from --ops 9 on; up to 8, the two cannot be told apart (95 % "
            "confidence). It changes again above that.");
}

TEST(CrossoverSentence, OfOneSideSpeaksOfNoOrder) {
  auto result = found({point(1, 1, 2), point(8, 1, 2), point(64, 1, 1)});
  result.bracket = CrossoverBracket{8, 64, Better::first, Better::unknown};
  EXPECT_EQ(crossover_sentence(result),
            "sync needs less time up to --ops 8; from 64 on, the two cannot be told apart (95 % "
            "confidence).");
}

TEST(CrossoverOutput, SaysThatTheMachineWasBusy) {
  auto result = found({point(1, 1, 2)});
  const auto* table = Registry<CrossoverEntry>::find("table");
  EXPECT_THAT(table->text(result), Not(HasSubstr("noisy-machine")));
  result.context.facts["others_share"] = 0.3;
  EXPECT_THAT(table->text(result), HasSubstr("other processes used 30 %"));
}

TEST(CrossoverSentence, SaysThatThereIsNone) {
  EXPECT_EQ(crossover_sentence(found({point(1, 2, 1), point(8, 2, 1), point(64, 2, 1)})),
            "No crossover: event-loop needs less time than sync everywhere within --ops 1 to 64.");
}

TEST(CrossoverSentence, ClaimsNothingThatWasNotMeasured) {
  EXPECT_EQ(crossover_sentence(found({point(1, 2, 1), point(64, 2, 1)})),
            "No crossover: event-loop needs less time than sync at both ends of --ops 1 to 64.");
  EXPECT_EQ(crossover_sentence(found({point(1, 2, 1)})),
            "Inconclusive: event-loop needs less time than sync at 1, and the rest was not "
            "measured.");
  EXPECT_THAT(crossover_sentence(found({point(1, 1, 1), point(64, 1, 1)})),
              StartsWith("Inconclusive: sync and event-loop cannot be told apart within "));
}

}  // namespace
}  // namespace asyncmark::crossover_words_test
