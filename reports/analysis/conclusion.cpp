#include "reports/analysis/conclusion.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>
#include <vector>

#include "bench/results/differences.hpp"

namespace asyncmark {
namespace {

constexpr std::size_t kEnoughForInterval = 6;

std::string incomplete(const ResultSet& set) {
  if (set.is_partial()) return "the run was interrupted, so cases are missing";
  const auto died =
      std::ranges::count_if(set.results, [](const Result& one) { return one.died().has_value(); });
  if (died == 0) return "";
  return fmt::format("{} of {} cases died", died, set.results.size());
}

std::string repetitions(const ResultSet& set) {
  std::size_t fewest = kEnoughForInterval;
  for (const auto& one : set.results)
    if (const auto finished = one.finished().size(); finished > 0)
      fewest = std::min(fewest, finished);
  if (fewest >= kEnoughForInterval) return "";
  return fewest == 1 ? "one run of a case does not show how much of a difference is noise"
                     : "differences smaller than those between the runs of a case are noise";
}

std::string noise(const ResultSet& set) {
  const bool noisy = std::ranges::any_of(
      set.findings, [](const Finding& one) { return one.code == "noisy-machine"; });
  return noisy ? "other work used the machine, so ignore small differences" : "";
}

/// What weakens one set by itself.
std::vector<std::string> limits_of(const ResultSet& set) {
  std::vector<std::string> limits{incomplete(set), repetitions(set), noise(set)};
  std::erase(limits, "");
  return limits;
}

std::string alone(const ResultSet& set) {
  const auto date = set.context.facts.value("date", "");
  const auto stored = date.empty() ? "Stored result" : "Stored result of " + date.substr(0, 10);
  const auto limits = limits_of(set);
  if (set.results.empty()) return fmt::format("{}.", stored);
  if (limits.empty()) return fmt::format("{}: its rows can be compared with each other.", stored);
  return fmt::format("{}: {}.", stored, fmt::join(limits, "; "));
}

bool shares_a_case(const ResultSets& sets) {
  std::multiset<std::string> names;
  for (const auto* set : sets) {
    for (const auto& one : set->results) names.insert(one.name());
    for (const auto& one : set->foreign) names.insert(one.name);
  }
  return std::ranges::any_of(names, [&](const auto& name) { return names.count(name) > 1; });
}

}  // namespace

std::string conclusion(const ResultSets& sets) {
  if (sets.size() == 1) return alone(*sets.front());
  if (!shares_a_case(sets)) return "The files share no case, so nothing in them can be compared.";
  std::vector<std::string> differences;
  for (std::size_t i = 1; i < sets.size(); ++i)
    for (auto& one : machine_differences(sets.front()->context, sets[i]->context))
      if (std::ranges::find(differences, one) == differences.end())
        differences.push_back(std::move(one));
  if (!differences.empty())
    return fmt::format(
        "The machines differ ({}), so a difference between the files is not a "
        "difference between the programs.",
        fmt::join(differences, "; "));
  std::vector<std::string> limits;
  for (const auto* set : sets)
    for (auto& one : limits_of(*set)) limits.push_back(fmt::format("{}: {}", set->label, one));
  auto text = std::string(
      "Same machine, but not the same time: a difference may come from either. "
      "'asyncmark compare' with two builds decides it.");
  if (!limits.empty()) text += fmt::format(" {}.", fmt::join(limits, "; "));
  return text;
}

}  // namespace asyncmark
