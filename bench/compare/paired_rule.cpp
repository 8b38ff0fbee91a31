#include "bench/compare/paired_rule.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

#include "bench/base/statistics.hpp"

namespace asyncmark {
namespace {

/// A figure that chance alone moves by a hundredth at one look is no reason to call sides the same.
constexpr double kHint = 0.05;
/// Of the normal distribution, one side: 95 %.
constexpr double kZ95 = 1.645;

/// Where less of the time is computed, processor time is that of waking up, which varies more.
constexpr double kComputes = 0.5;
constexpr Margins kWakeUps{0.10, 0.25};
constexpr Margins kTail{0.25, 0.50};
constexpr Margins kMemory{0.10, 0.25};
/// Two processes of one program differ by some percent, because their memory lies elsewhere.
constexpr Margins kServiceCpu{0.10, 0.25};

using Take = std::function<std::optional<double>(const Block&)>;

std::optional<double> least(const std::vector<double>& values) {
  if (values.empty()) return std::nullopt;
  return *std::ranges::min_element(values);
}
std::optional<double> best_wall(const Block& one) { return least(one.wall_ns); }
std::optional<double> best_cpu(const Block& one) { return least(one.cpu_ns); }

/// Of the pairs in which both sides have it.
std::optional<Judgement> by_ratio(const std::vector<Pair>& pairs, Figure figure, const Take& take,
                                  const Margins& margins) {
  std::vector<double> ratios, base, contender;
  for (const auto& pair : pairs) {
    const auto ours = take(pair.base), theirs = take(pair.contender);
    if (!ours || !theirs || *ours <= 0 || *theirs <= 0) continue;
    ratios.push_back(*theirs / *ours);
    base.push_back(*ours);
    contender.push_back(*theirs);
  }
  if (ratios.empty()) return std::nullopt;
  Judgement one{.figure = figure, .ratio = estimate(std::move(ratios)), .margins = margins};
  one.verdict = judge(one.ratio, margins);
  one.base = median(std::move(base));
  one.contender = median(std::move(contender));
  return one;
}

/// The largest part of a pass in which it computed.
double computed_share(const Block& one) {
  double most = 0;
  for (std::size_t i = 0; i < std::min(one.wall_ns.size(), one.cpu_ns.size()); ++i)
    if (one.wall_ns[i] > 0) most = std::max(most, one.cpu_ns[i] / one.wall_ns[i]);
  return most;
}

/// How much of a pass was computed where no other process had the processor: in the blocks of one
/// side that were disturbed least.
double undisturbed_share(const std::vector<Pair>& pairs, Block Pair::*side) {
  std::vector<double> shares;
  for (const auto& pair : pairs) shares.push_back(computed_share(pair.*side));
  const auto place = shares.begin() + static_cast<std::ptrdiff_t>(shares.size() * 9 / 10);
  std::ranges::nth_element(shares, place);
  return *place;
}

/// Whether both sides do nothing but compute, on one processor: then others only ever add to the
/// time, and processor time tells all. What waits for as long as would count does not, nor a
/// contender that waits for longer than the baseline.
bool only_compute(const std::vector<Pair>& pairs, const Margins& margins) {
  const double base = undisturbed_share(pairs, &Pair::base);
  const double contender = undisturbed_share(pairs, &Pair::contender);
  const double least = 1 / (1 + margins.equivalence);
  return std::min(base, contender) >= least && std::max(base, contender) <= 1 / least &&
         contender >= base - margins.least_effect;
}

Margins margins_of_cpu(const std::vector<Pair>& pairs, const Margins& asked) {
  if (undisturbed_share(pairs, &Pair::base) >= kComputes) return asked;
  return {std::max(kWakeUps.least_effect, asked.least_effect),
          std::max(kWakeUps.equivalence, asked.equivalence)};
}

/// From the difference that each pair shows between its sides.
Tally tally_of(const std::vector<std::pair<double, double>>& shares) {
  Tally tally;
  tally.pairs = shares.size();
  double sum = 0, squares = 0;
  for (const auto& [base, contender] : shares) {
    tally.worse += contender > base;
    tally.better += contender < base;
    tally.base += base;
    tally.contender += contender;
    sum += contender - base;
    squares += (contender - base) * (contender - base);
  }
  if (shares.empty()) return tally;
  const auto n = static_cast<double>(shares.size());
  tally.base /= n;
  tally.contender /= n;
  const auto mean = sum / n;
  const auto error = std::sqrt(std::max(0.0, squares / n - mean * mean) / n);
  tally.high = mean + kZ95 * error;
  tally.low = mean - kZ95 * error;
  return tally;
}

}  // namespace

const char* text_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::same:
      return "same";
    case Verdict::faster:
      return "faster";
    case Verdict::slower:
      return "slower";
    case Verdict::inconclusive:
      return "inconclusive";
  }
  return "";
}

const char* text_of(Figure figure) {
  switch (figure) {
    case Figure::wall:
      return "time";
    case Figure::cpu:
      return "CPU time";
    case Figure::slow_share:
      return "slow passes";
    case Figure::placement:
      return "slow processes";
    case Figure::tail:
      return "tail";
    case Figure::memory:
      return "memory";
    case Figure::service_cpu:
      return "server CPU time";
  }
  return "";
}

Estimate estimate(std::vector<double> ratios) {
  std::ranges::sort(ratios);
  const auto middle = median(ratios);
  // From the (k+1)th smallest on, where at most k of n fall below the median by a chance of alpha.
  const auto outside = most_below(ratios.size(), 0.5, kAlphaOfLook);
  if (!outside) return {middle, 0, std::numeric_limits<double>::infinity()};
  return {middle, ratios[*outside], ratios[ratios.size() - 1 - *outside]};
}

Verdict judge(const Estimate& ratio, const Margins& margins) {
  const double more = 1 + margins.least_effect, less = 1 / more;
  if (ratio.low > 1 && ratio.median > more) return Verdict::slower;
  if (ratio.high < 1 && ratio.median < less) return Verdict::faster;
  // With a least effect of 0 half of all pairs of equals would lie beyond it.
  const double near = 1 + std::max(margins.least_effect, margins.equivalence / 2);
  const double wide = 1 + margins.equivalence;
  const bool enclosed = ratio.high < wide && ratio.low > 1 / wide;
  return enclosed && ratio.median < near && ratio.median > 1 / near ? Verdict::same
                                                                    : Verdict::inconclusive;
}

Verdict judge(const Tally& tally, double rise) {
  const auto tried = tally.worse + tally.better;
  const auto chance_of = [&](std::size_t times) { return at_least_by_half(tried, times); };
  const auto worse = chance_of(tally.worse), better = chance_of(tally.better);
  if (worse <= kAlphaOfLook && tally.difference() >= kLeastRise) return Verdict::slower;
  if (better <= kAlphaOfLook && tally.difference() <= -kLeastRise) return Verdict::faster;
  // That they got rarer is no reason to go on.
  return worse > kHint && tally.high < rise ? Verdict::same : Verdict::inconclusive;
}

Tally slow_passes(const std::vector<Pair>& pairs, double margin) {
  std::vector<double> all;
  for (const auto& pair : pairs)
    for (const auto* side : {&pair.base, &pair.contender})
      if (side->wall_ns.size() > 1)
        all.insert(all.end(), side->wall_ns.begin(), side->wall_ns.end());
  if (all.empty()) return {};
  const auto place = all.begin() + static_cast<std::ptrdiff_t>((all.size() - 1) * 9 / 10);
  std::ranges::nth_element(all, place);
  const double limit = std::max(*place, median(all) * (1 + margin));
  const auto share = [&](const Block& one) {
    return static_cast<double>(
               std::ranges::count_if(one.wall_ns, [&](double ns) { return ns > limit; })) /
           static_cast<double>(one.wall_ns.size());
  };
  std::vector<std::pair<double, double>> shares;
  for (const auto& pair : pairs)
    if (pair.base.wall_ns.size() > 1 && pair.contender.wall_ns.size() > 1)
      shares.emplace_back(share(pair.base), share(pair.contender));
  return tally_of(shares);
}

Tally bad_placements(const std::vector<Pair>& pairs, double margin) {
  std::vector<std::pair<double, double>> shares;
  for (const auto& pair : pairs) {
    const auto base = best_wall(pair.base), contender = best_wall(pair.contender);
    if (!base || !contender || *base <= 0 || *contender <= 0) continue;
    shares.emplace_back(*base > *contender * (1 + margin), *contender > *base * (1 + margin));
  }
  return tally_of(shares);
}

bool Judged::any(Verdict what) const {
  return std::ranges::any_of(figures, [&](const Judgement& one) { return one.verdict == what; });
}

bool Judged::says(Figure figure, Verdict what) const {
  return std::ranges::any_of(
      figures, [&](const Judgement& one) { return one.figure == figure && one.verdict == what; });
}

Judged judge(const std::vector<Pair>& pairs, const Margins& margins) {
  Judged all;
  // A smaller change than the user asked for is never flagged, whatever the figure.
  const double apart = std::max(margins.least_effect, margins.equivalence);
  const auto at_least = [&](const Margins& usual) {
    return Margins{std::max(usual.least_effect, margins.least_effect),
                   std::max(usual.equivalence, margins.equivalence)};
  };
  const auto add = [&](std::optional<Judgement> one) {
    if (one) all.figures.push_back(*one);
  };
  const auto add_share = [&](Figure figure, const Tally& tally, double rise) {
    if (tally.pairs > 0)
      add(Judgement{.figure = figure, .verdict = judge(tally, rise), .tally = tally});
  };
  add(by_ratio(pairs, Figure::wall, best_wall, margins));
  add(by_ratio(pairs, Figure::cpu, best_cpu, margins_of_cpu(pairs, margins)));
  add_share(Figure::slow_share, slow_passes(pairs, apart), kRiseOfPasses);
  add_share(Figure::placement, bad_placements(pairs, apart), kRiseOfProcesses);
  add(by_ratio(pairs, Figure::tail, std::mem_fn(&Block::tail_ns), at_least(kTail)));
  add(by_ratio(pairs, Figure::memory, std::mem_fn(&Block::memory_bytes), at_least(kMemory)));
  add(by_ratio(pairs, Figure::service_cpu, std::mem_fn(&Block::service_cpu_ns),
               at_least(kServiceCpu)));

  const bool by_cpu = only_compute(pairs, margins) && (all.says(Figure::cpu, Verdict::same) ||
                                                       all.says(Figure::cpu, Verdict::faster));
  const auto settled = [&](const Judgement& one) {
    if (one.verdict != Verdict::inconclusive) return true;
    if (one.figure == Figure::tail || one.figure == Figure::memory ||
        one.figure == Figure::service_cpu)
      return true;  // They only object.
    if (one.figure == Figure::wall || one.figure == Figure::placement) return by_cpu;
    // Better by how much is not known, and worse it is not.
    return !one.tally && one.ratio.high < 1 + one.margins.equivalence;
  };
  // An open loop has no time where too many operations were dropped.
  const bool has_time = std::ranges::any_of(
      all.figures, [](const Judgement& one) { return one.figure == Figure::wall; });
  const bool all_settled = std::ranges::all_of(all.figures, settled);
  if (all.any(Verdict::slower))
    all.verdict = Verdict::slower;
  else if (all_settled && has_time)
    all.verdict = all.says(Figure::wall, Verdict::faster) || all.says(Figure::cpu, Verdict::faster)
                      ? Verdict::faster
                      : Verdict::same;
  return all;
}

}  // namespace asyncmark
