#include "bench/compare/comparison.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "bench/base/errors.hpp"
#include "bench/base/statistics.hpp"
#include "bench/os/interruption.hpp"

namespace asyncmark {
namespace {

/// As parts of the budget; kAlphaOfLook is for as many.
constexpr double kLooks[] = {1.0 / 12, 1.0 / 6, 1.0 / 3, 0.5, 0.75, 1};
static_assert(std::size(kLooks) == 6);

bool is_flagged(Verdict verdict) {
  return verdict == Verdict::slower || verdict == Verdict::faster;
}

struct Run {
  std::vector<Pair> pairs;
  Judged judged;
  Duration took{};
};

/// Leaves of a second run's figures as flagged only those that the first flagged alike.
void keep_confirmed(Judged& second, const Judged& first) {
  for (auto& one : second.figures)
    if (is_flagged(one.verdict) && !first.says(one.figure, one.verdict))
      one.verdict = Verdict::inconclusive;
  if (is_flagged(second.verdict))
    second.verdict = second.any(Verdict::slower)   ? Verdict::slower
                     : second.any(Verdict::faster) ? Verdict::faster
                                                   : Verdict::inconclusive;
}

/// One run of a case: until the rule is sure, or six looks are over. A second run goes on until a
/// figure is flagged that `first` flagged as well.
Run run_once(const TakePair& take, const PairSettings& settings, std::mt19937_64& random,
             const Judged* first = nullptr) {
  Run run;
  const auto begun = settings.now();
  for (const double part : kLooks) {
    const auto until = begun + from_seconds(seconds(settings.budget) * part);
    // At least one for each look: a pair may be longer than the time between two.
    do {
      auto pair = take((random() & 1) != 0);
      if (Interruption::happened()) return run;
      run.pairs.push_back(std::move(pair));
      if (settings.seen) settings.seen(run.pairs);
    } while (settings.now() < until);
    run.judged = judge(run.pairs, settings.margins);
    if (first) keep_confirmed(run.judged, *first);
    run.took = settings.now() - begun;
    if (run.judged.verdict != Verdict::inconclusive || run.took >= settings.budget) break;
  }
  return run;
}

std::string too_few(const Run& run, const PairSettings& settings) {
  const auto longer = std::max(seconds(settings.budget),
                               seconds(run.took) * static_cast<double>(fewest_pairs() + 1) /
                                   static_cast<double>(std::max<std::size_t>(run.pairs.size(), 1)));
  return fmt::format(
      "{} pairs in {}, at least {} are needed: use --budget {}, or give the case less work",
      run.pairs.size(), rounded_text(run.took), fewest_pairs(),
      exact_text(std::chrono::ceil<std::chrono::seconds>(from_seconds(longer))));
}

}  // namespace

std::size_t fewest_pairs() {
  std::size_t n = 1;
  while (!most_below(n, 0.5, kAlphaOfLook)) ++n;
  return n;
}

std::vector<Figure> CaseVerdict::because() const {
  std::vector<Figure> all;
  if (verdict == Verdict::same) return all;
  for (const auto& one : judged.figures)
    if (one.verdict == verdict) all.push_back(one.figure);
  return all;
}

std::string change_text(double ratio) {
  const auto percent = (ratio - 1) * 100;
  // No change has no sign either.
  return std::abs(percent) < 0.05 ? "0.0 %" : fmt::format("{:+.1f} %", percent);
}

std::string change_text(const Judgement& one) {
  if (one.tally)
    return fmt::format("{} {:.0f} % of {}, {:.0f} % before", text_of(one.figure),
                       one.tally->contender * 100, one.tally->pairs, one.tally->base * 100);
  const auto range =
      std::isfinite(one.ratio.high)
          ? fmt::format(" ({} to {})", change_text(one.ratio.low), change_text(one.ratio.high))
          : "";
  return fmt::format("{} {}{}", text_of(one.figure), change_text(one.ratio.median), range);
}

std::string CaseVerdict::reason() const {
  // What makes it so; and where all figures are the same, how long it takes.
  const bool decides = !because().empty();
  std::vector<std::string> all;
  for (const auto& one : judged.figures)
    if (decides ? one.verdict == verdict : one.figure == Figure::wall)
      all.push_back(change_text(one));
  return fmt::format("{}", fmt::join(all, ", "));
}

std::size_t Comparison::count(Verdict verdict) const {
  return static_cast<std::size_t>(std::ranges::count_if(
      cases, [&](const auto& one) { return one.failed.empty() && one.verdict == verdict; }));
}

bool Comparison::failed() const {
  return std::ranges::any_of(cases, &CaseVerdict::died) || (control && control->died);
}

bool Comparison::is_void() const {
  if (control && is_flagged(control->verdict)) return true;
  // A side that failed is the finding.
  return std::ranges::none_of(cases,
                              [](const auto& one) { return one.failed.empty() || one.died; });
}

std::string Comparison::sentence() const {
  if (control && is_flagged(control->verdict))
    return fmt::format(
        "Invalid: the baseline differs from itself ({}), so no result on this machine counts now.",
        text_of(control->verdict));
  std::vector<std::string> parts;
  for (const auto verdict :
       {Verdict::slower, Verdict::faster, Verdict::same, Verdict::inconclusive})
    if (const auto n = count(verdict); n > 0)
      parts.push_back(fmt::format("{} {}", n, text_of(verdict)));
  const auto failed =
      std::ranges::count_if(cases, [](const auto& one) { return !one.failed.empty(); });
  if (failed > 0) parts.push_back(fmt::format("{} without a verdict", failed));
  if (parts.empty())
    return partial ? "No case has a verdict yet." : "Invalid: no case has a verdict.";
  return fmt::format("{}Of {} {}: {}.", is_void() ? "Invalid: no case has a verdict. " : "",
                     cases.size(), cases.size() == 1 ? "case" : "cases", fmt::join(parts, ", "));
}

CaseVerdict judge_case(const std::string& name, const TakePair& take, const PairSettings& settings,
                       std::mt19937_64& random) {
  CaseVerdict all{.name = name};
  const auto begun = settings.now();
  try {
    auto run = run_once(take, settings, random);
    if (is_flagged(run.judged.verdict) && !Interruption::happened()) {
      auto again = run_once(take, settings, random, &run.judged);
      if (!Interruption::happened()) {
        const auto found = run.judged.verdict;
        if (again.judged.verdict != found)
          all.remark = fmt::format("{} once, but not when it was repeated", text_of(found));
        all.flagged = std::move(run.pairs);
        run = std::move(again);
      }
    }
    if (Interruption::happened()) {
      all.failed = "interrupted";
    } else if (run.pairs.size() < fewest_pairs()) {
      all.remark = too_few(run, settings);
    }
    all.verdict = run.judged.verdict;
    all.judged = std::move(run.judged);
    all.pairs = std::move(run.pairs);
  } catch (const CaseError& error) {
    all.failed = error.what();
    all.died = true;
  }
  all.spent = settings.now() - begun;
  return all;
}

}  // namespace asyncmark
