#include "bench/checks/checks.hpp"

#include <algorithm>

#include "bench/checks/check_entry.hpp"
#include "bench/results/offered.hpp"
#include "bench/results/summary.hpp"

namespace asyncmark {
namespace {

using namespace check_rules;

bool compared(const Case& a, const Case& b) {
  return a.workload == b.workload && a.load.ops == b.load.ops &&
         a.load.duration == b.load.duration && a.load.rate == b.load.rate &&
         a.load.arrivals == b.load.arrivals && a.load.passes == b.load.passes && a.seed == b.seed &&
         a.workload_options.name_suffix() == b.workload_options.name_suffix();
}

Scene set(const Context& context, const std::vector<Result>& results) {
  Scene scene{context, {}, {}};
  for (const auto& one : results) {
    if (one.finished().empty()) continue;
    const auto& all = one.summary().all;
    scene.subjects.push_back({one, all, usable_processors(one, all)});
  }
  for (const auto& one : scene.subjects) {
    const auto group = std::ranges::find_if(scene.comparisons, [&](const Compared& cases) {
      return compared(cases.front()->result.what, one.result.what);
    });
    if (group == scene.comparisons.end())
      scene.comparisons.push_back({&one});
    else
      group->push_back(&one);
  }
  return scene;
}

std::string remedy_of(const CheckEntry& entry, const std::vector<std::string>& cases,
                      const std::vector<Result>& results) {
  if (!entry.remedy_of || cases.empty()) return entry.remedy;
  const auto first = std::ranges::find(results, cases.front(), &Result::name);
  return first == results.end() ? entry.remedy : entry.remedy_of(*first);
}

}  // namespace

std::vector<Finding> check(const Context& context, const std::vector<Result>& results) {
  const auto scene = set(context, results);
  std::vector<Finding> findings;
  for (const auto& entry : Registry<CheckEntry>::all())
    for (auto& [cases, evidence] : entry.look(scene))
      findings.push_back({entry.name, cases, entry.sentence, std::move(evidence),
                          remedy_of(entry, cases, results)});
  return findings;
}

}  // namespace asyncmark
