#include "bench/compare/comparison.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bench/base/errors.hpp"

namespace asyncmark::comparison_test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// Pairs by a clock of their own: each takes so long.
struct Stage {
  Clock::time_point time{};
  Duration pair_takes = milliseconds(100);
  std::size_t taken = 0;
  std::function<double(std::size_t)> ratio;

  CaseVerdict judged(Duration budget = seconds(30), const std::string& name = "a case") {
    std::mt19937_64 random(1);
    PairSettings settings;
    settings.budget = budget;
    settings.now = [&] { return time; };
    return judge_case(
        name,
        [&](bool contender_first) {
          time += pair_takes;
          const double wall = 100 * ratio(taken++);
          return Pair{{{100, 101}, {10, 10}}, {{wall, wall + 1}, {10, 10}}, contender_first};
        },
        settings, random);
  }
};

TEST(JudgeCase, EndsAsSoonAsItIsSure) {
  Stage stage{.ratio = [](std::size_t) { return 1.0; }};
  const auto one = stage.judged();
  EXPECT_EQ(one.verdict, Verdict::same);
  EXPECT_EQ(one.pairs.size(), 25u);  // Of 100 ms each: at the first look, a twelfth of 30 s.
  EXPECT_TRUE(one.flagged.empty());
  EXPECT_EQ(one.spent, milliseconds(2500));
}

TEST(JudgeCase, WhatIsFlaggedIsRunAgainAndTheSecondEffectIsTold) {
  // 8 % at first, 5 % when run again.
  Stage stage{.ratio = [](std::size_t i) { return i < 25 ? 1.08 : 1.05; }};
  const auto one = stage.judged();
  EXPECT_EQ(one.verdict, Verdict::slower);
  EXPECT_EQ(one.flagged.size(), 25u);
  EXPECT_EQ(one.pairs.size(), 25u);
  EXPECT_THAT(one.because(), ElementsAre(Figure::wall));
  EXPECT_THAT(one.reason(), HasSubstr("time +5.0 %"));
}

TEST(JudgeCase, WhatIsFlaggedOnceIsNoVerdict) {
  Stage stage{.ratio = [](std::size_t i) { return i < 25 ? 1.08 : 1.0; }};
  const auto one = stage.judged();
  EXPECT_EQ(one.verdict, Verdict::same);
  EXPECT_THAT(one.remark, HasSubstr("slower once, but not"));
}

TEST(JudgeCase, TheSecondRunGoesOnUntilTheFigureOfTheFirstIsFlagged) {
  // By processor time at first; when run again the time is flagged at once, and processor time
  // later.
  std::mt19937_64 random(1);
  Clock::time_point time{};
  PairSettings settings;
  settings.now = [&] { return time; };
  std::size_t taken = 0;
  const auto one = judge_case(
      "a case",
      [&](bool contender_first) {
        time += milliseconds(100);
        const bool again = taken++ >= 25;
        const double wall = again ? 110 : 100;
        const double cpu = again && taken < 60 ? 70 + static_cast<double>(taken % 3) * 30 : 110;
        return Pair{{{100, 100}, {100, 100}}, {{wall, wall}, {cpu, cpu}}, contender_first};
      },
      settings, random);
  EXPECT_EQ(one.verdict, Verdict::slower);
  EXPECT_THAT(one.because(), ElementsAre(Figure::cpu));
  EXPECT_GT(one.pairs.size(), 25u);
}

TEST(JudgeCase, FlaggedOnceAndInTheOtherDirectionIsNoVerdictEither) {
  Stage stage{.ratio = [](std::size_t i) { return i < 25 ? 1.08 : 0.92; }};
  EXPECT_EQ(stage.judged().verdict, Verdict::inconclusive);
}

TEST(JudgeCase, GoesOnUntilTheBudgetIsUsedUp) {
  // Neither certain nor the same.
  Stage stage{.ratio = [](std::size_t i) { return i % 2 == 0 ? 0.9 : 1.12; }};
  const auto one = stage.judged();
  EXPECT_EQ(one.verdict, Verdict::inconclusive);
  EXPECT_EQ(one.pairs.size(), 300u);
  EXPECT_TRUE(one.remark.empty());
}

TEST(JudgeCase, TooFewPairsAreToldWithABudgetThatWouldDo) {
  Stage stage{.pair_takes = seconds(10), .ratio = [](std::size_t) { return 2.0; }};
  const auto one = stage.judged(seconds(30));
  EXPECT_EQ(one.verdict, Verdict::inconclusive);
  EXPECT_THAT(one.remark, HasSubstr("at least 11 are needed"));
  EXPECT_THAT(one.remark, HasSubstr("--budget 2m"));
}

TEST(JudgeCase, ASideThatFailsIsTold) {
  std::mt19937_64 random(1);
  const auto one = judge_case(
      "a case", [](bool) -> Pair { throw CaseError("the contender: killed by SIGSEGV"); }, {},
      random);
  EXPECT_TRUE(one.died);
  EXPECT_EQ(one.failed, "the contender: killed by SIGSEGV");
}

TEST(JudgeCase, WhoIsFirstIsDrawnForEachPair) {
  Stage stage{.ratio = [](std::size_t) { return 1.0; }};
  std::size_t contender_first = 0;
  for (const auto& pair : stage.judged().pairs) contender_first += pair.contender_first;
  EXPECT_GT(contender_first, 5u);
  EXPECT_LT(contender_first, 20u);
}

Comparison comparison_of(std::vector<Verdict> verdicts, Verdict control = Verdict::same) {
  Comparison all;
  for (const auto verdict : verdicts) all.cases.push_back({.name = "a", .verdict = verdict});
  all.control = CaseVerdict{.name = "a", .verdict = control};
  return all;
}

TEST(Comparison, IsInvalidWhereTheBaselineDiffersFromItself) {
  EXPECT_FALSE(comparison_of({Verdict::slower}).is_void());
  EXPECT_TRUE(comparison_of({Verdict::same}, Verdict::slower).is_void());
  EXPECT_TRUE(comparison_of({Verdict::same}, Verdict::faster).is_void());
  EXPECT_FALSE(comparison_of({Verdict::same}, Verdict::inconclusive).is_void());
  EXPECT_TRUE(comparison_of({}).is_void());
  auto failed = comparison_of({Verdict::same});
  failed.cases[0].failed = "the contender: killed by SIGSEGV";
  EXPECT_TRUE(failed.is_void());
  failed.cases[0].died = true;
  EXPECT_FALSE(failed.is_void());
}

TEST(Comparison, SaysInOneSentenceWhatItComesTo) {
  EXPECT_EQ(comparison_of({Verdict::same, Verdict::slower, Verdict::same}).sentence(),
            "Of 3 cases: 1 slower, 2 same.");
  EXPECT_EQ(comparison_of({Verdict::inconclusive}).sentence(), "Of 1 case: 1 inconclusive.");
  EXPECT_THAT(comparison_of({Verdict::same}, Verdict::slower).sentence(),
              HasSubstr("the baseline differs from itself (slower)"));
  auto failed = comparison_of({Verdict::same, Verdict::same});
  failed.cases[1].failed = "the contender: killed by SIGSEGV";
  EXPECT_EQ(failed.sentence(), "Of 2 cases: 1 same, 1 without a verdict.");
}

TEST(ChangeText, HasASignUnlessThereIsNoChange) {
  EXPECT_EQ(change_text(1.051), "+5.1 %");
  EXPECT_EQ(change_text(0.9), "-10.0 %");
  EXPECT_EQ(change_text(0.9999), "0.0 %");
}

}  // namespace
}  // namespace asyncmark::comparison_test
