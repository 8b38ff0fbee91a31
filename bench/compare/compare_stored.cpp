#include "bench/compare/compare_stored.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <map>

#include "bench/base/errors.hpp"
#include "bench/base/statistics.hpp"
#include "bench/compare/compare_builds.hpp"
#include "bench/results/differences.hpp"
#include "bench/results/result_reader.hpp"

namespace asyncmark {
namespace {

/// A value a repetition.
struct Values {
  std::vector<double> wall_ns = {};
  std::vector<double> cpu_ns = {};
  std::uint64_t completed = 0;
  std::uint64_t failed = 0;
  std::string died = {};
  std::string skipped = {};  ///< Why the program itself left runs out.
};

double mean(const std::vector<double>& values) {
  double sum = 0;
  for (const auto value : values) sum += value;
  return sum / static_cast<double>(values.size());
}

std::map<std::string, Values> values_of(const ResultSet& set) {
  std::map<std::string, Values> all;
  for (const auto& result : set.results) {
    auto& values = all[result.name()];
    values.died = result.died().value_or("");
    for (const auto* measured : result.finished()) {
      values.completed += measured->completed;
      values.failed += measured->failed;
      const auto block = block_of(result.what, *measured);
      if (!block.wall_ns.empty()) values.wall_ns.push_back(mean(block.wall_ns));
      if (!block.cpu_ns.empty()) values.cpu_ns.push_back(mean(block.cpu_ns));
    }
  }
  for (const auto& foreign : set.foreign)
    all[foreign.name] = {.wall_ns = foreign.real_ns(),
                         .cpu_ns = foreign.cpu_ns(),
                         .died = foreign.died,
                         .skipped = foreign.skipped};
  return all;
}

/// The interval of the median (as median_interval() has it), or as far as they go where there are
/// too few for one.
std::pair<double, double> range_of(std::vector<double> values) {
  // One value tells nothing of how far others would be from it.
  if (values.size() < 2) return {0, std::numeric_limits<double>::infinity()};
  std::ranges::sort(values);
  const auto outside = most_below(values.size(), 0.5, 0.05 / 2).value_or(0);
  return {values[outside], values[values.size() - 1 - outside]};
}

std::optional<Judgement> by_repetitions(Figure figure, const std::vector<double>& base,
                                        const std::vector<double>& contender) {
  if (base.empty() || contender.empty()) return std::nullopt;
  const auto [base_low, base_high] = range_of(base);
  const auto [low, high] = range_of(contender);
  if (median(base) <= 0 || median(contender) <= 0) return std::nullopt;
  Judgement one{.figure = figure,
                .ratio = {median(contender) / median(base), low / base_high,
                          base_low > 0 ? high / base_low : std::numeric_limits<double>::infinity()},
                .margins = {kStoredEffect, kStoredEffect},
                .base = median(base),
                .contender = median(contender)};
  one.verdict = judge(one.ratio, one.margins);
  return one;
}

constexpr const char* kNoTime = "its time is 0";

/// Why these are no times to be compared; empty where they are.
std::string unfit(const Values& values) {
  if (!values.died.empty()) return values.died;
  if (!values.skipped.empty()) return "skipped: " + values.skipped;
  // An operation that fails may be over sooner than one that does its work.
  if (values.failed > 0)
    return fmt::format("{} of {} operations failed", values.failed,
                       values.failed + values.completed);
  if (values.wall_ns.empty()) return "it has no measurement";
  return median(values.wall_ns) > 0 ? "" : kNoTime;
}

/// Whether nothing went wrong though these are not compared: the program left the case out on both
/// sides, or in the baseline alone, or it takes no time in either.
bool is_harmless(const Values& base, const Values& contender) {
  const auto before = unfit(base), now = unfit(contender);
  const auto is_left_out = [](const Values& one) {
    return one.died.empty() && !one.skipped.empty();
  };
  if (is_left_out(base)) return is_left_out(contender) || now.empty();
  return before == kNoTime && now == kNoTime;
}

CaseVerdict judge_stored(const std::string& name, const Values& base, const Values& contender) {
  CaseVerdict verdict{.name = name};
  for (const auto* side : {&base, &contender})
    if (const auto why = unfit(*side); !why.empty())
      verdict.failed += fmt::format("{}the {}: {}", verdict.failed.empty() ? "" : "; ",
                                    side == &base ? "baseline" : "contender", why);
  if (!verdict.failed.empty()) {
    verdict.died = !is_harmless(base, contender);
    return verdict;
  }
  for (const auto figure : {Figure::wall, Figure::cpu}) {
    const bool wall = figure == Figure::wall;
    if (auto one = by_repetitions(figure, wall ? base.wall_ns : base.cpu_ns,
                                  wall ? contender.wall_ns : contender.cpu_ns))
      verdict.judged.figures.push_back(*one);
  }
  // Of what mostly waits, the processor time is that of the client, which other work changes more.
  const bool computes = !base.cpu_ns.empty() && median(base.cpu_ns) >= median(base.wall_ns) / 2;
  const auto said = [&](Verdict what) {
    return std::ranges::any_of(verdict.judged.figures, [&](const Judgement& one) {
      return one.verdict == what && (computes || one.figure == Figure::wall);
    });
  };
  verdict.verdict = said(Verdict::slower)         ? Verdict::slower
                    : said(Verdict::inconclusive) ? Verdict::inconclusive
                    : said(Verdict::faster)       ? Verdict::faster
                                                  : Verdict::same;
  verdict.judged.verdict = verdict.verdict;
  if (std::min(base.wall_ns.size(), contender.wall_ns.size()) < 6)
    verdict.remark =
        fmt::format("range of {} and {} repetitions; 6 or more give an interval of the median",
                    base.wall_ns.size(), contender.wall_ns.size());
  return verdict;
}

std::string version_of(const ResultSet& set) {
  const auto& facts = set.context.facts;
  const auto text = [&](const char* key) {
    const auto found = facts.find(key);
    return found != facts.end() && found->is_string() ? found->get<std::string>() : "";
  };
  const auto version = text("asyncmark_version");
  if (version.empty()) return "";
  return fmt::format("asyncmark {} ({}), {}", version, text("commit"), text("date"));
}

}  // namespace

Comparison compare_stored(const std::string& baseline, const std::string& contender) {
  const auto first = read_results(baseline), second = read_results(contender);
  Comparison all;
  all.stored = true;
  all.margins = {kStoredEffect, kStoredEffect};
  all.baseline = {"baseline", baseline, version_of(first)};
  all.contender = {"contender", contender, version_of(second)};
  all.partial = first.is_partial() || second.is_partial();
  all.machine_differences = machine_differences(first.context, second.context);
  const auto ours = values_of(first), theirs = values_of(second);
  for (const auto& [name, values] : ours)
    if (const auto other = theirs.find(name); other != theirs.end())
      all.cases.push_back(judge_stored(name, values, other->second));
  if (all.cases.empty())
    throw UsageError(
        fmt::format("compare: '{}' and '{}' have no case in common", baseline, contender));
  for (const auto& [name, values] : ours)
    if (!theirs.contains(name))
      all.cases.push_back({.name = name, .failed = "only in the baseline", .died = true});
  for (const auto& [name, values] : theirs)
    if (!ours.contains(name))
      all.cases.push_back({.name = name, .failed = "only in the contender"});
  return all;
}

}  // namespace asyncmark
