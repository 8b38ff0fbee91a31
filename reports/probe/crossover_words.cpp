#include "reports/probe/crossover_words.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace asyncmark {
namespace {

/// What the better runner does: "needs less time".
const char* achievement(CrossoverMetric metric) {
  switch (metric) {
    case CrossoverMetric::time:
      return "needs less time";
    case CrossoverMetric::p50:
      return "has the lower p50";
    case CrossoverMetric::p99:
      return "has the lower p99";
    case CrossoverMetric::cpu:
      return "uses less CPU";
    case CrossoverMetric::memory:
      return "uses less memory";
  }
  return "";
}

const std::string& name_of(const Crossover& found, Better better) {
  return better == Better::first ? found.first : found.second;
}

const std::string& other_than(const Crossover& found, Better better) {
  return better == Better::first ? found.second : found.first;
}

std::string ahead(const Crossover& found, Better better) {
  if (better == Better::unknown) return "the two cannot be told apart";
  return fmt::format("{} {}", name_of(found, better), achievement(found.metric));
}

std::string changes(const Crossover& found, const CrossoverBracket& bracket) {
  const auto& range = found.range;
  const auto where =
      fmt::format("--{} {} to {}", range.option, range.text(bracket.low), range.text(bracket.high));
  const auto sure = "(95 % confidence)";
  const auto below = ahead(found, bracket.below), above = ahead(found, bracket.above);
  if (bracket.above == Better::unknown)
    return fmt::format("{} up to --{} {}; from {} on, {} {}.", below, range.option,
                       range.text(bracket.low), range.text(bracket.high), above, sure);
  if (bracket.below == Better::unknown)
    return fmt::format("{} from --{} {} on; up to {}, {} {}.", above, range.option,
                       range.text(bracket.high), range.text(bracket.low), below, sure);
  return fmt::format("The order changes within {} {}: up to {}, {}; from {} on, {}.", where, sure,
                     range.text(bracket.low), below, range.text(bracket.high), above);
}

}  // namespace

std::string metric_text(CrossoverMetric metric) {
  constexpr const char* kNames[] = {"time per operation", "p50", "p99", "CPU per operation",
                                    "memory per operation"};
  return kNames[static_cast<std::size_t>(metric)];
}

std::string crossover_sentence(const Crossover& found) {
  const auto& range = found.range;
  if (found.bracket) {
    auto text = changes(found, *found.bracket);
    if (found.changes_twice) text += " It changes again above that.";
    return text;
  }
  const auto decided = std::ranges::find_if(
      found.points, [](const auto& point) { return point.better() != Better::unknown; });
  const auto whole =
      fmt::format("--{} {} to {}", range.option, range.text(range.low), range.text(range.high));
  // An end that was not measured says nothing.
  const bool ended = found.points.size() > 1;
  if (decided == found.points.end())
    return fmt::format("Inconclusive: {} and {} cannot be told apart within {}.", found.first,
                       found.second, whole);
  const auto better = decided->better();
  return fmt::format(
      "{}: {} {} than {} {}.", ended ? "No crossover" : "Inconclusive", name_of(found, better),
      achievement(found.metric), other_than(found, better),
      ended ? (found.points.size() > 2 ? "everywhere within " : "at both ends of ") + whole
            : fmt::format("at {}, and the rest was not measured", range.text(decided->value)));
}

}  // namespace asyncmark
