// The throughput of the runners in all workloads, relative to the best runner there.

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "reports/charts/chart_entry.hpp"
#include "reports/charts/spec.hpp"

namespace asyncmark::charts::heat_map_chart {
namespace {

constexpr int kCellWidth = 64;
constexpr int kCellHeight = 44;
constexpr std::size_t kMostWorkloads = 48;
// Where white and black have the same contrast with a cell's colour.
constexpr double kWhiteInkBelow = 0.26;

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

/// Of all groups, by the names of their workloads and the parts of their texts, how many have them.
using Shares = std::map<std::string, std::map<std::string, std::size_t>>;

std::vector<std::string> parts_of(std::string text) {
  std::vector<std::string> parts;
  for (std::size_t end; (end = text.find(", ")) != std::string::npos; text.erase(0, end + 2))
    parts.push_back(text.substr(0, end));
  parts.push_back(std::move(text));
  return parts;
}

Shares shares_of(const std::vector<Group>& groups) {
  Shares shares;
  for (const auto& group : groups) {
    auto& own = shares[group.cases.front()->what.workload];
    for (const auto& part : parts_of(workload_text(group.cases.front()->what))) ++own[part];
  }
  return shares;
}

/// The parts that tell it from others of that name, first: what a picture has no room for is cut.
std::string name_of(const Group& group, const Case& one, const Shares& shares) {
  const auto& own = shares.at(one.workload);
  auto parts = parts_of(workload_text(one));
  const auto all = own.at(parts.front());  // The name itself, which each has.
  const auto shared = std::stable_partition(parts.begin() + 1, parts.end(),
                                            [&](const auto& part) { return own.at(part) < all; });
  if (one.load.ops > 0) parts.insert(shared, fmt::format("{} ops", one.load.ops));
  const auto name = fmt::format("{}", fmt::join(parts, ", "));
  return short_label(group.set.label.empty() ? name : group.set.label + ": " + name);
}

Json rows_of(const std::vector<Group>& groups) {
  auto rows = Json::array();
  const auto shares = shares_of(groups);
  for (const auto& group : groups) {
    const auto best = best_of(group);
    double most = 0;
    for (const auto& [runner, one] : best) most = std::max(most, ops_per_s(*one).median);
    for (const auto& [runner, one] : best) {
      const auto own = ops_per_s(*one).median;
      if (own <= 0) continue;
      rows.push_back({{"workload", name_of(group, one->what, shares)},
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
  for (const auto& [runner, times] : wins) parts.push_back(fmt::format("{} in {}", runner, times));
  return fmt::format("Highest throughput of {} workloads: {}.", values_of(rows, "workload").size(),
                     fmt::join(parts, ", "));
}

Charts heat_map(const std::vector<Group>& all) {
  const auto drawn = std::min(all.size(), kMostWorkloads);
  const std::vector<Group> groups(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(drawn));
  auto rows = rows_of(groups);
  double most = 1;
  for (const auto& row : rows) most = std::max(most, row["ratio"].get<double>());
  for (auto& row : rows)
    row["dark"] = std::log(row["ratio"].get<double>()) < kWhiteInkBelow * std::log(most);
  const auto workloads = values_of(rows, "workload"), runners = values_of(rows, "runner");
  if (workloads.size() < 2 || runners.size() < 2) return {};
  auto x = names_axis("runner", runners);
  x["axis"] = {{"orient", "top"}, {"labelAngle", -30}};
  auto y = names_axis("workload", workloads);
  // On several lines, which leave a narrow screen some room for cells.
  y["axis"] = {{"labelLimit", 240},
               {"labelExpr", "split(replace(datum.label, /(.{14,}?), /g, '$1,\\n'), '\\n')"}};
  const Json colour{{"field", "ratio"},
                    {"type", "quantitative"},
                    {"title", "best / own"},
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
           tooltip({{"case", "case"}, {"ops_per_s", "ops/s"}, {"ratio", "best / own"}})}}}},
       {{"mark", {{"type", "text"}, {"aria", false}}},
        {"encoding", {{"x", x}, {"y", y}, {"text", {{"field", "text"}}}, {"color", ink}}}}});
  auto spec = spec_of(rows, std::move(layers));
  // Cells that can be read on any screen: a narrow one scrolls the picture.
  spec["width"] = {{"step", kCellWidth}};
  spec["autosize"] = {{"type", "pad"}};
  spec["height"] = {{"step", kCellHeight}};
  return {{.name = "ratio-to-the-best",
           .title = "Throughput relative to the best runner, by workload",
           .caption = caption(rows),
           .signs =
               "Each cell: the best runner's throughput over that of this runner, 1x being the "
               "best; a runner counts with its best concurrency limit.",
           .spec = spec,
           .table = exact_table(rows, {{"workload", "workload", false},
                                       {"case", "case", false},
                                       {"runner", "runner", false},
                                       {"ops_per_s", "ops/s, median"},
                                       {"ratio", "best / own"}})}};
}

const bool heat_map_registered = Registry<ChartEntry>::add({
    .name = "heat-map",
    .order = 20,
    .of_all = heat_map,
});

}  // namespace
}  // namespace asyncmark::charts::heat_map_chart
