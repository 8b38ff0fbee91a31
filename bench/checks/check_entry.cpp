#include "bench/checks/check_entry.hpp"

#include <algorithm>

#include "bench/base/statistics.hpp"
#include "bench/model/workload.hpp"
#include "bench/results/offered.hpp"

namespace asyncmark::check_rules {
namespace {

Rule in_each_case_with(auto rule) {
  return [rule](const Scene& scene) {
    std::vector<Difference> found;
    for (const auto& one : scene.subjects)
      if (auto evidence = rule(one, scene.context))
        found.push_back({{one.result.name()}, std::move(*evidence)});
    return found;
  };
}

}  // namespace

Rule in_each_case(std::optional<std::string> (*rule)(const Subject&)) {
  return in_each_case_with([rule](const Subject& one, const Context&) { return rule(one); });
}

Rule in_each_case(std::optional<std::string> (*rule)(const Subject&, const Context&)) {
  return in_each_case_with(rule);
}

Rule in_each_comparison(std::optional<Difference> (*rule)(const Compared&)) {
  return [rule](const Scene& scene) {
    std::vector<Difference> found;
    for (const auto& cases : scene.comparisons)
      if (auto difference = rule(cases)) found.push_back(std::move(*difference));
    return found;
  };
}

Rule in_all_cases(std::optional<Difference> (*rule)(const Compared&)) {
  return [rule](const Scene& scene) {
    Compared all;
    for (const auto& one : scene.subjects) all.push_back(&one);
    std::vector<Difference> found;
    if (auto difference = rule(all)) found.push_back(std::move(*difference));
    return found;
  };
}

Rule in_the_context(std::optional<std::string> (*rule)(const Context&)) {
  return [rule](const Scene& scene) {
    std::vector<Difference> found;
    if (auto evidence = rule(scene.context)) found.push_back({{}, std::move(*evidence)});
    return found;
  };
}

double Subject::busy() const { return busy_share(result, all); }

bool Subject::holds_the_loop() const { return result.what.make_workload()->holds_the_loop(); }

std::optional<Cost> typical_cost(const Subject& one) {
  const auto workload = one.result.what.make_workload();
  std::vector<Duration> wait, cpu;
  const auto ops = std::clamp<std::uint64_t>(one.all.completed, 1, 10'000);
  for (std::uint64_t op = 0; op < ops; ++op) {
    const auto cost = workload->cost(op);
    if (!cost) return std::nullopt;
    wait.push_back(cost->wait);
    cpu.push_back(cost->cpu);
  }
  return Cost{median(wait), median(cpu)};
}

}  // namespace asyncmark::check_rules
