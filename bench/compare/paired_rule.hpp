#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace asyncmark {

/// What is said of a contender beside a baseline. Only `slower` fails a build.
enum class Verdict { same, faster, slower, inconclusive };
const char* text_of(Verdict verdict);

/// From which change on a figure counts as changed, and within which it counts as the same: 0.025
/// is 2.5 %. A change between the two is neither, and more pairs are taken.
struct Margins {
  double least_effect = 0.025;
  double equivalence = 0.05;
};

/// How far the contender is from the baseline: 1 is no change, and more is worse.
struct Estimate {
  double median = 1;
  double low = 0;   ///< The true median lies above with 1 - kAlphaOfLook,
  double high = 0;  ///< and below this; infinite where there are too few pairs to tell.
};

/// The chance to take noise for a change at one look, of six at most: 0.5 % over all of them,
/// however much the looks have in common (Bonferroni).
inline constexpr double kAlphaOfLook = 0.005 / 6;

/// The median of the pairs' ratios and the order statistics that enclose the true one, whatever the
/// distribution (the sign test's interval; Conover, Practical Nonparametric Statistics). Needs one
/// or more ratios.
Estimate estimate(std::vector<double> ratios);

/// By the median alone, whose change has to be both certain and large enough to matter.
Verdict judge(const Estimate& estimate, const Margins& margins);

/// In how many pairs one side did worse than the other, for what medians and minima hide: a thing
/// that happens more often. `difference` is by how much the share of bad moments rose, from 0 to 1.
struct Tally {
  std::size_t pairs = 0;
  std::size_t worse = 0;   ///< Pairs in which the contender did worse.
  std::size_t better = 0;  ///< Pairs in which the baseline did.
  double base = 0;         ///< The share of bad moments on each side.
  double contender = 0;
  double high = 1;  ///< The true difference lies below with 95 %,
  double low = -1;  ///< and above this.

  double difference() const { return contender - base; }
};

/// A smaller rise of a share is never flagged,
inline constexpr double kLeastRise = 0.05;
/// and one of this size has to be excluded before two sides are the same. Of slow passes: where one
/// of ten was slow and then four are, the shares that are seen above the limit are 4 % and 16 %.
inline constexpr double kRiseOfPasses = 0.08;
/// Of slow processes: of these there are fewer, and noise alone makes many.
inline constexpr double kRiseOfProcesses = 0.15;

/// The sign test for a change; and for none that the interval of the difference excludes such a
/// rise.
Verdict judge(const Tally& tally, double rise);

/// One side of a pair: a fresh process, and what its passes took for an operation each.
struct Block {
  std::vector<double> wall_ns;
  std::vector<double> cpu_ns;
  std::optional<double> tail_ns = {};       ///< See Figure::tail.
  std::optional<double> memory_bytes = {};  ///< For each operation in flight.
  /// Of the service that was called, for an operation, where two services are compared.
  std::optional<double> service_cpu_ns = {};
};

/// A block of either side, one right after the other.
struct Pair {
  Block base;
  Block contender;
  bool contender_first = false;
};

/// Of each pair the share of passes on either side that took longer than nine of ten of all passes
/// of both sides, and than the median of all by more than `margin`: a change of all passes is no
/// matter of how many are slow. Empty where passes were not told apart.
Tally slow_passes(const std::vector<Pair>& pairs, double margin);

/// Pairs whose best pass is out by more than `margin` in either direction: what a process has for
/// all of its passes (where its memory lies, which processor it got) may be bad more often.
Tally bad_placements(const std::vector<Pair>& pairs, double margin);

/// By what a contender is judged.
enum class Figure {
  wall,         ///< Time of an operation, in the best pass.
  cpu,          ///< Its processor time, in the best pass.
  slow_share,   ///< Passes that are slow, see slow_passes().
  placement,    ///< Processes that are slow, see bad_placements().
  tail,         ///< The 99th percentile of a block, or its longest where it has fewer than 1000.
  memory,       ///< For each operation in flight.
  service_cpu,  ///< Processor time of a service for an operation.
};
const char* text_of(Figure figure);

/// One figure's part of a verdict.
struct Judgement {
  Figure figure{};
  Verdict verdict = Verdict::inconclusive;
  Estimate ratio = {};              ///< Of wall, cpu, tail, memory and service_cpu.
  Margins margins = {};             ///< What that was held against.
  std::optional<Tally> tally = {};  ///< Of the two shares.
  /// Median over the blocks; absent for shares.
  std::optional<double> base = {}, contender = {};
};

/// Everything that the pairs tell.
struct Judged {
  Verdict verdict = Verdict::inconclusive;
  std::vector<Judgement> figures;

  /// Whether some figure would be flagged so.
  bool any(Verdict what) const;
  /// Whether this figure alone would.
  bool says(Figure figure, Verdict what) const;
};

/// The paired rule: of each pair the ratio of the best passes, because interference only ever adds
/// time; of all pairs the median of that, with its bounds. The verdict is `slower` where a figure
/// is; `same` where time, processor time and both shares are. Processor time may also be better by
/// who knows how much; and where both sides do nothing but compute, the time and the share of slow
/// processes need not be known. The tail, memory and a service's processor time
/// can only object. Needs one pair or more.
Judged judge(const std::vector<Pair>& pairs, const Margins& margins);

}  // namespace asyncmark
