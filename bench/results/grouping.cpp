#include "bench/results/grouping.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace asyncmark {

std::vector<Cases> grouped(const std::vector<Result>& results) {
  std::vector<Cases> groups;
  std::map<std::pair<std::string, std::string>, std::size_t> places;
  for (const auto& one : results) {
    const auto [place, is_new] = places.try_emplace(
        {one.what.workload, one.what.workload_options.name_suffix()}, groups.size());
    if (is_new) groups.emplace_back();
    groups[place->second].push_back(&one);
  }
  return groups;
}

bool equal_cap(const Cases& cases) {
  std::map<std::string, std::set<std::uint64_t>> caps;
  for (const auto* one : cases) {
    if (one->what.runner == kBaseline) continue;
    if (!one->what.load.in_flight) return false;
    caps[one->what.runner].insert(*one->what.load.in_flight);
  }
  return !caps.empty() && std::ranges::all_of(caps, [&](const auto& runner) {
    return runner.second == caps.begin()->second;
  });
}

std::string comparison(const Cases& cases) {
  return equal_cap(cases) ? "equal cap" : "as usually deployed";
}

}  // namespace asyncmark
