// Where more in flight no longer helps.

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>

#include "reports/charts/chart_entry.hpp"
#include "reports/charts/spec.hpp"

namespace asyncmark::charts::throughput_by_in_flight_chart {
namespace {

Json rows_of(const std::vector<Line>& lines) {
  auto rows = Json::array();
  for (const auto& line : lines)
    for (const auto* one : line.cases) {
      const auto rate = ops_per_s(*one);
      if (rate.low <= 0) continue;
      rows.push_back({{"case", one->name()},
                      {"series", line.label},
                      {"runner", one->what.runner},
                      {"cap", one->how.cap},
                      {"ops_per_s", rate.median},
                      {"low", rate.low},
                      {"high", rate.high}});
    }
  return rows;
}

std::string caption(const std::vector<Line>& lines, const Json& rows) {
  std::vector<std::string> parts;
  for (const auto& line : lines) {
    const Json* best = nullptr;
    for (const auto& row : rows)
      if (row["series"] == line.label && (!best || row["ops_per_s"] > (*best)["ops_per_s"]))
        best = &row;
    if (best)
      parts.push_back(fmt::format("{} {}/s with {} in flight", line.label,
                                  rounded_count((*best)["ops_per_s"].get<double>()),
                                  (*best)["cap"].get<std::uint64_t>()));
  }
  return fmt::format("The most of each: {}.", fmt::join(parts, "; "));
}

/// Of each runner the lines with the most operations: with few, most of them soon wait for the
/// last. Whether there were others.
bool keep_the_most_operations(std::vector<Line>& lines) {
  const auto ops = [](const Line& line) { return line.cases.front()->what.load.ops; };
  std::map<std::string, std::uint64_t> most;
  for (const auto& line : lines) {
    auto& own = most[line.cases.front()->what.runner];
    own = std::max(own, ops(line));
  }
  return std::erase_if(lines, [&](const Line& line) {
           return ops(line) < most[line.cases.front()->what.runner];
         }) > 0;
}

Charts throughput_by_in_flight(const Group& group) {
  auto lines = lines_of(group.cases, Axis::in_flight);
  // One with 1 in flight by definition is where the others begin.
  const auto varies = [](const Line& line) {
    return std::ranges::count_if(line.cases, [](const auto* one) {
             return one->what.load.in_flight.has_value();
           }) > 1;
  };
  if (std::ranges::none_of(lines, varies)) return {};
  std::erase_if(lines, [&](const Line& line) {
    return !varies(line) && line.cases.front()->what.runner != kBaseline;
  });
  const bool fewer = keep_the_most_operations(lines);
  Cases kept;
  for (const auto& line : lines) kept.insert(kept.end(), line.cases.begin(), line.cases.end());
  lines = lines_of(kept, Axis::in_flight);  // With names that tell these apart.
  const auto rows = rows_of(lines);
  if (rows.empty()) return {};
  const auto x =
      at_values(quantity("cap", "operations in flight, at most", Scale::log, "~s"), rows);
  const auto y = quantity("ops_per_s", "operations per second", Scale::log, "~s");
  auto layers = lines_layers(
      x, y, rows,
      tooltip({{"case", "case"}, {"ops_per_s", "per second"}, {"low", "from"}, {"high", "to"}}));
  Chart chart{
      .name = "throughput-by-in-flight",
      .title = "How much more is done with more in flight?",
      .caption = caption(lines, rows) +
                 (fewer ? " Of each runner with the most operations that it was given." : ""),
      .spec = spec_of(rows, std::move(layers)),
      .table = exact_table(rows, {{"case", "case", false},
                                  {"cap", "in flight"},
                                  {"ops_per_s", "ops/s, median"},
                                  {"low", "from"},
                                  {"high", "to"}})};
  chart.table.notes.push_back("from, to: " + interval_words(kept));
  return {chart};
}

const bool throughput_by_in_flight_registered = Registry<ChartEntry>::add({
    .name = "throughput-by-in-flight",
    .order = 60,
    .of_group = throughput_by_in_flight,
});

}  // namespace
}  // namespace asyncmark::charts::throughput_by_in_flight_chart
