// When to use which: the runners over all workloads, each beside the best one there.

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "reports/charts/families.hpp"
#include "reports/charts/spec.hpp"

namespace asyncmark::charts {
namespace {

/// The most successes a second of each runner, at the largest load that several carried out.
std::map<std::string, const Result*> best_of(const Group& group) {
  std::map<std::uint64_t, std::map<std::string, const Result*>> by_load;
  for (const auto* one : group.cases) {
    if (one->what.load.rate) continue;
    auto& best = by_load[one->what.load.ops][one->what.runner];
    if (!best || ops_per_s(*one).median > ops_per_s(*best).median) best = one;
  }
  for (auto load = by_load.rbegin(); load != by_load.rend(); ++load)
    if (load->second.size() > 1) return load->second;
  return {};
}

std::string name_of(const Group& group, const Case& one) {
  auto name = workload_text(one);
  if (one.load.ops > 0) name += fmt::format(", {} ops", one.load.ops);
  return short_label(group.set.label.empty() ? name : group.set.label + ": " + name);
}

Json rows_of(const std::vector<Group>& groups) {
  auto rows = Json::array();
  for (const auto& group : groups) {
    const auto best = best_of(group);
    double most = 0;
    for (const auto& [runner, one] : best) most = std::max(most, ops_per_s(*one).median);
    for (const auto& [runner, one] : best) {
      const auto own = ops_per_s(*one).median;
      if (own <= 0) continue;
      rows.push_back({{"workload", name_of(group, one->what)},
                      {"case", one->name()},
                      {"runner", runner},
                      {"ops_per_s", own},
                      {"ratio", most / own},
                      {"text", ratio_text(most / own)}});
    }
  }
  return rows;
}

std::string caption(const Json& rows) {
  std::map<std::string, int> wins;
  for (const auto& row : rows)
    if (row["ratio"] == 1.0) ++wins[row["runner"].get<std::string>()];
  std::vector<std::string> parts;
  for (const auto& [runner, times] : wins) parts.push_back(fmt::format("{} of {}", runner, times));
  return fmt::format(
      "The best, which is 1x: {}. In each cell how many times as many operations a second the best "
      "runner carried out; of a runner with several caps the best counts.",
      fmt::join(parts, ", "));
}

}  // namespace

Charts heat_map(const std::vector<Group>& groups) {
  auto rows = rows_of(groups);
  double most = 1;
  for (const auto& row : rows) most = std::max(most, row["ratio"].get<double>());
  for (auto& row : rows) row["dark"] = std::log(row["ratio"].get<double>()) < 0.45 * std::log(most);
  const auto workloads = values_of(rows, "workload"), runners = values_of(rows, "runner");
  if (workloads.size() < 2 || runners.size() < 2) return {};
  auto x = names_axis("runner", runners);
  x["axis"] = {{"orient", "top"}, {"labelAngle", -30}};
  const auto y = names_axis("workload", workloads);
  const Json colour{{"field", "ratio"},
                    {"type", "quantitative"},
                    {"title", "times the best"},
                    {"scale", {{"type", "log"}, {"range", {"#08519c", "#deebf7"}}}},
                    {"legend", {{"format", "~g"}, {"tickCount", 4}}}};
  const Json ink{{"condition", {{"test", "datum.dark"}, {"value", "#ffffff"}}},
                 {"value", "#111111"}};
  auto layers = Json::array(
      {{{"name", kPoints},
        {"mark", {{"type", "rect"}}},
        {"encoding",
         {{"x", x},
          {"y", y},
          {"color", colour},
          {"tooltip",
           tooltip({{"case", "case"}, {"ops_per_s", "ops/s"}, {"ratio", "the best over it"}})}}}},
       {{"mark", {{"type", "text"}, {"aria", false}}},
        {"encoding", {{"x", x}, {"y", y}, {"text", {{"field", "text"}}}, {"color", ink}}}}});
  auto spec = spec_of(rows, std::move(layers));
  spec["height"] = 36 * workloads.size();
  return {{.name = "ratio-to-the-best",
           .title = "Which runner for which workload?",
           .caption = caption(rows),
           .spec = spec,
           .table = exact_table(rows, {{"workload", "workload", false},
                                       {"case", "case", false},
                                       {"runner", "runner", false},
                                       {"ops_per_s", "ops/s, median"},
                                       {"ratio", "the best over it"}})}};
}

}  // namespace asyncmark::charts
