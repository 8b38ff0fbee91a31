#include "bench/compare/paired_rule.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "bench/base/statistics.hpp"

namespace asyncmark::paired_rule_test {
namespace {

/// As many pairs of this one, or of what a function makes of their numbers.
std::vector<Pair> pairs_of(std::size_t count, const std::function<Pair(std::size_t)>& make) {
  std::vector<Pair> all;
  for (std::size_t i = 0; i < count; ++i) all.push_back(make(i));
  return all;
}

Block block(double wall, double cpu_share = 1) {
  // Passes that others disturbed are longer; the best one is the fourth.
  return {{wall * 1.03, wall * 1.02, wall * 1.04, wall, wall * 1.01},
          {wall * 1.01 * cpu_share, wall * cpu_share, wall * cpu_share, wall * cpu_share,
           wall * cpu_share}};
}

Pair pair(double ratio, double cpu_share = 1) {
  return {block(100, cpu_share), block(100 * ratio, cpu_share)};
}

/// Ratios around `ratio`, evenly spread over 0.2 % below and above.
std::vector<Pair> around(double ratio, std::size_t count, double cpu_share = 1) {
  return pairs_of(count, [&](std::size_t i) {
    const double step = static_cast<double>(i % 5) - 2;
    return pair(ratio * (1 + step * 0.001), cpu_share);
  });
}

Verdict verdict_of(const std::vector<Pair>& pairs, Margins margins = {}) {
  return judge(pairs, margins).verdict;
}

TEST(Binomial, IsThatOfAFairCoin) {
  EXPECT_NEAR(at_least_by_half(10, 10), 1.0 / 1024, 1e-12);
  EXPECT_NEAR(at_least_by_half(10, 9), 11.0 / 1024, 1e-12);
  EXPECT_DOUBLE_EQ(at_least_by_half(10, 0), 1);
  EXPECT_DOUBLE_EQ(at_least_by_half(0, 0), 1);
  EXPECT_EQ(most_below(10, 0.5, 11.0 / 1024 + 1e-12), std::size_t{1});
  EXPECT_EQ(most_below(10, 0.5, 0.0009), std::nullopt);
}

TEST(PairedRule, KnowsNothingOfFewPairs) {
  EXPECT_EQ(verdict_of(around(1.5, 10)), Verdict::inconclusive);
  EXPECT_EQ(verdict_of(around(1.5, 11)), Verdict::slower);
  EXPECT_TRUE(std::isinf(estimate(std::vector(10, 1.5)).high));
  EXPECT_EQ(estimate({2}).low, 0);
}

TEST(PairedRule, BoundsAreTheOrderStatisticsOfTheSignTest) {
  std::vector<double> ratios;
  for (int i = 20; i >= 1; --i) ratios.push_back(i);
  // P(X <= 2) of 20 throws is 0.0002, P(X <= 3) is 0.0013: the third smallest and the third
  // largest.
  const auto found = estimate(ratios);
  EXPECT_EQ(found.median, 10.5);
  EXPECT_EQ(found.low, 3);
  EXPECT_EQ(found.high, 18);
}

TEST(PairedRule, FlagsWhatIsCertainAndLargeEnough) {
  EXPECT_EQ(verdict_of(around(1.03, 20)), Verdict::slower);
  EXPECT_EQ(verdict_of(around(1 / 1.03, 20)), Verdict::faster);
  EXPECT_EQ(verdict_of(around(1.02, 20)), Verdict::same);  // Certain, and too small to matter.
  EXPECT_EQ(verdict_of(around(1.02, 20), {0.01, 0.05}), Verdict::slower);
  EXPECT_EQ(verdict_of(around(1.0, 20)), Verdict::same);
}

TEST(PairedRule, NothingBelowTheLeastEffectIsFlaggedWhateverTheFigure) {
  EXPECT_EQ(verdict_of(around(1.10, 40), {0.3, 0.05}), Verdict::inconclusive);
  EXPECT_EQ(verdict_of(around(1.40, 40), {0.3, 0.05}), Verdict::slower);
}

TEST(PairedRule, DoesNotCallTheSameWhatMayDifferByMore) {
  // The median is 1, and one of three pairs is 10 % out to either side.
  const auto wide = pairs_of(30, [](std::size_t i) {
    return pair(i % 3 == 0 ? 0.9 : i % 3 == 1 ? 1.0 : 1.1);
  });
  EXPECT_EQ(verdict_of(wide), Verdict::inconclusive);
  EXPECT_EQ(verdict_of(wide, {0.025, 0.2}), Verdict::same);
}

TEST(PairedRule, WithALeastEffectOfNothingEqualsAreStillTheSame) {
  EXPECT_EQ(verdict_of(around(1.0, 20), {0, 0.05}), Verdict::same);
  EXPECT_EQ(verdict_of(around(1.004, 20), {0, 0.05}), Verdict::slower);
}

TEST(PairedRule, TakesTheBestPassOfEach) {
  // All passes but one of the contender are twice as long, and still its best is as good.
  const auto disturbed = pairs_of(40, [](std::size_t i) {
    auto one = pair(1.0);
    if (i % 2 == 0) one.contender.wall_ns = {200, 200, 100, 200, 200};
    if (i % 2 == 1) one.base.wall_ns = {200, 200, 100, 200, 200};
    return one;
  });
  EXPECT_TRUE(judge(disturbed, {}).says(Figure::wall, Verdict::same));
}

TEST(PairedRule, ProcessorTimeAloneIsEnough) {
  const auto more_cpu = pairs_of(20, [](std::size_t) {
    auto one = pair(1.0);
    for (auto& cpu : one.contender.cpu_ns) cpu *= 1.05;
    return one;
  });
  const auto judged = judge(more_cpu, {});
  EXPECT_EQ(judged.verdict, Verdict::slower);
  EXPECT_TRUE(judged.says(Figure::cpu, Verdict::slower));
  EXPECT_TRUE(judged.says(Figure::wall, Verdict::same));
}

TEST(PairedRule, ProcessorTimeOfWakingUpHasWiderMargins) {
  const auto with_cpu = [](double factor) {
    return pairs_of(20, [factor](std::size_t) {
      auto one = pair(1.0, 0.01);
      for (auto& cpu : one.contender.cpu_ns) cpu *= factor;
      return one;
    });
  };
  EXPECT_EQ(verdict_of(with_cpu(1.05)), Verdict::same);
  EXPECT_EQ(verdict_of(with_cpu(1.15)), Verdict::slower);
}

TEST(PairedRule, WhatComputesIsToldFromWhatWaitsWhereOthersHaveTheProcessor) {
  // Nine of ten blocks had a third of it, and one had it to itself: 5 % of processor time counts.
  const auto contended = pairs_of(30, [](std::size_t i) {
    auto one = pair(1.0);
    if (i % 10 != 0)
      for (auto* side : {&one.base, &one.contender})
        for (auto& wall : side->wall_ns) wall *= 3;
    for (auto& cpu : one.contender.cpu_ns) cpu *= 1.05;
    return one;
  });
  EXPECT_TRUE(judge(contended, {}).says(Figure::cpu, Verdict::slower));
}

TEST(PairedRule, ProcessorTimeThatIsBetterByWhoKnowsHowMuchIsNoReasonToGoOn) {
  const auto faster = pairs_of(20, [](std::size_t i) {
    auto one = pair(0.7, 0.01);
    for (auto& cpu : one.contender.cpu_ns) cpu = one.base.cpu_ns[1] * (i % 3 == 0 ? 0.75 : 0.95);
    return one;
  });
  EXPECT_TRUE(judge(faster, {}).says(Figure::cpu, Verdict::inconclusive));
  EXPECT_EQ(verdict_of(faster), Verdict::faster);
}

TEST(PairedRule, WhatOnlyComputesIsJudgedByProcessorTimeWhereTheTimeIsOthersDoing) {
  // Of each pair one side or the other had to wait for the processor, but in a tenth of them.
  const auto contended = [](double more_wall, double more_cpu) {
    return pairs_of(60, [=](std::size_t i) {
      auto one = pair(1.0);
      for (auto& wall : one.contender.wall_ns) wall *= more_wall * more_cpu;
      for (auto& cpu : one.contender.cpu_ns) cpu *= more_cpu;
      if (i % 10 != 0)
        for (auto& wall : (i % 2 == 0 ? one.base : one.contender).wall_ns) wall *= 1.4;
      return one;
    });
  };
  EXPECT_TRUE(judge(contended(1, 1), {}).says(Figure::wall, Verdict::inconclusive));
  EXPECT_EQ(verdict_of(contended(1, 1)), Verdict::same);
  EXPECT_EQ(verdict_of(contended(1, 1.05)), Verdict::slower);
  // It waits for a third of its time now: processor time alone does not tell.
  EXPECT_NE(verdict_of(contended(1.5, 1)), Verdict::same);
}

TEST(PairedRule, ProcessorTimeDoesNotTellOfAContenderThatWaitsForLonger) {
  // The time is others' doing, as above.
  const auto waits = [](double base, double contender) {
    return pairs_of(60, [=](std::size_t i) {
      Pair one{block(100 * base, 1 / base), block(100 * contender, 1 / contender)};
      if (i % 10 != 0) (i % 2 == 0 ? one.base : one.contender).wall_ns = block(140).wall_ns;
      return one;
    });
  };
  EXPECT_EQ(verdict_of(waits(1.04, 1)), Verdict::same);
  EXPECT_EQ(verdict_of(waits(1.04, 1.04)), Verdict::same);
  EXPECT_EQ(verdict_of(waits(1, 1.04)), Verdict::inconclusive);
}

TEST(Tally, IsTheSameWhereItsIntervalExcludesTheRise) {
  const auto tally = [](double low, double high) {
    return Tally{.pairs = 40,
                 .worse = 8,
                 .better = 8,
                 .base = 0.1,
                 .contender = 0.1,
                 .high = high,
                 .low = low};
  };
  EXPECT_EQ(judge(tally(-0.05, 0.05), kRiseOfPasses), Verdict::same);
  EXPECT_EQ(judge(tally(-0.09, 0.09), kRiseOfPasses), Verdict::inconclusive);
  EXPECT_EQ(judge(tally(-0.09, 0.05), kRiseOfPasses), Verdict::same) << "rarer is no matter";
}

TEST(PairedRule, SlowPassesThatGetMoreFrequentAreFound) {
  // 10 % of passes take half as long again, and then 40 %: no minimum tells.
  std::mt19937 random(7);
  const auto passes = [&](double share) {
    std::vector<double> all;
    for (int i = 0; i < 10; ++i)
      all.push_back((std::uniform_real_distribution<>()(random) < share ? 150 : 100) +
                    std::uniform_real_distribution<>()(random));
    return all;
  };
  const auto with_share = [&](double base, double contender, std::size_t count = 60) {
    return pairs_of(count, [&](std::size_t) {
      Pair one = pair(1.0);
      one.base.wall_ns = passes(base);
      one.contender.wall_ns = passes(contender);
      return one;
    });
  };
  const auto worse = judge(with_share(0.1, 0.4), {});
  EXPECT_TRUE(worse.says(Figure::wall, Verdict::same));
  EXPECT_TRUE(worse.says(Figure::slow_share, Verdict::slower));
  EXPECT_EQ(worse.verdict, Verdict::slower);
  EXPECT_TRUE(judge(with_share(0.4, 0.1), {}).says(Figure::slow_share, Verdict::faster));
  EXPECT_EQ(judge(with_share(0.1, 0.1), {}).verdict, Verdict::same);
  // With fewer pairs it is not certain, but not called the same either.
  EXPECT_NE(judge(with_share(0.1, 0.4, 25), {}).verdict, Verdict::same);
}

TEST(PairedRule, SlowProcessesThatGetMoreFrequentAreFound) {
  std::mt19937 random(7);
  const auto drawn = [&](double good_base, double good_contender) {
    const auto wall = [&](double good) {
      const double noise = 0.2 * std::uniform_real_distribution<>()(random);
      return (std::uniform_real_distribution<>()(random) < good ? 100 : 120) + noise;
    };
    return pairs_of(250, [&](std::size_t) {
      return Pair{block(wall(good_base)), block(wall(good_contender))};
    });
  };
  const auto worse = judge(drawn(0.6, 0.35), {});
  EXPECT_TRUE(worse.says(Figure::placement, Verdict::slower));
  EXPECT_EQ(worse.verdict, Verdict::slower);
  EXPECT_FALSE(judge(drawn(0.5, 0.5), {}).says(Figure::placement, Verdict::slower));
}

TEST(PairedRule, TailAndMemoryCanOnlyObject) {
  const auto with = [](double tail, double memory) {
    return pairs_of(20, [=](std::size_t) {
      auto one = pair(1.0);
      one.base.tail_ns = one.base.memory_bytes = 1000;
      one.contender.tail_ns = 1000 * tail;
      one.contender.memory_bytes = 1000 * memory;
      return one;
    });
  };
  EXPECT_EQ(verdict_of(with(1.0, 1.0)), Verdict::same);
  EXPECT_EQ(verdict_of(with(1.2, 1.05)), Verdict::same);
  EXPECT_TRUE(judge(with(1.5, 1.0), {}).says(Figure::tail, Verdict::slower));
  EXPECT_EQ(verdict_of(with(1.5, 1.0)), Verdict::slower);
  EXPECT_EQ(verdict_of(with(1.0, 1.2)), Verdict::slower);
}

TEST(PairedRule, ProcessorTimeOfAServiceCanOnlyObjectFromATenthOn) {
  const auto with_service = [](double ratio, double spread) {
    return pairs_of(20, [&](std::size_t i) {
      Pair one{{.wall_ns = {100, 101}, .cpu_ns = {}}, {.wall_ns = {100, 101}, .cpu_ns = {}}};
      one.base.service_cpu_ns = 50;
      one.contender.service_cpu_ns = 50 * (ratio + (i % 2 == 0 ? spread : -spread));
      return one;
    });
  };
  EXPECT_EQ(verdict_of(with_service(1, 0)), Verdict::same);
  EXPECT_EQ(verdict_of(with_service(1.08, 0)), Verdict::same);
  EXPECT_EQ(verdict_of(with_service(1, 0.5)), Verdict::same);
  EXPECT_EQ(verdict_of(with_service(1.12, 0)), Verdict::slower);
}

TEST(PairedRule, AChangeOfAllPassesIsNoMatterOfHowManyAreSlow) {
  // All of the contender are among the slowest of both, by 2 %.
  const auto judged = judge(around(1.02, 40), {});
  EXPECT_TRUE(judged.says(Figure::slow_share, Verdict::same));
  EXPECT_EQ(judged.verdict, Verdict::same);
}

TEST(PairedRule, OpenLoopsHaveNoPassesToCount) {
  const auto one_value = pairs_of(20, [](std::size_t) { return Pair{{{100}, {5}}, {{100}, {5}}}; });
  const auto judged = judge(one_value, {});
  EXPECT_EQ(judged.verdict, Verdict::same);
  EXPECT_FALSE(judged.says(Figure::slow_share, Verdict::same));
}

TEST(PairedRule, WithoutATimeNothingIsTheSame) {
  EXPECT_EQ(verdict_of(pairs_of(
                20,
                [](std::size_t) {
                  return Pair{{.wall_ns = {}, .cpu_ns = {10}}, {.wall_ns = {}, .cpu_ns = {10}}};
                })),
            Verdict::inconclusive);
}

TEST(PairedRule, SaysSoWhereTheTruthIsKnown) {
  // Noise only ever adds time, in slow spells that both sides of a pair share: 400 comparisons of
  // equals have no more false alarms than the rule is made for, and 5 % are found.
  std::mt19937 random(1);
  std::exponential_distribution<> adds(1 / 0.02);
  std::uniform_real_distribution<> any;
  const auto comparison = [&](double factor) {
    double spell = 0;
    return verdict_of(pairs_of(40, [&](std::size_t) {
      spell = 0.8 * spell + (any(random) < 0.1 ? 0.2 * any(random) : 0);
      const auto side = [&](double mean) {
        Block one;
        for (int i = 0; i < 8; ++i) {
          one.wall_ns.push_back(mean * (1 + spell + adds(random)));
          one.cpu_ns.push_back(mean * (1 + 0.1 * adds(random)));
        }
        return one;
      };
      return Pair{side(100), side(100 * factor)};
    }));
  };
  int false_alarms = 0, found = 0;
  for (int i = 0; i < 400; ++i) false_alarms += comparison(1) == Verdict::slower;
  for (int i = 0; i < 100; ++i) found += comparison(1.05) == Verdict::slower;
  EXPECT_LE(false_alarms, 4);
  EXPECT_GE(found, 95);
}

}  // namespace
}  // namespace asyncmark::paired_rule_test
