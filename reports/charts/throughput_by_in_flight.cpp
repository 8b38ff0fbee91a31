// The throughput as more operations are in flight.

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "reports/charts/chart_entry.hpp"
#include "reports/charts/panels.hpp"
#include "reports/charts/spec.hpp"

namespace asyncmark::charts::throughput_by_in_flight_chart {
namespace {

Json rows_of(const std::vector<Line>& lines) {
  auto rows = Json::array();
  for (const auto& line : lines)
    for (const auto* one : line.cases) {
      const auto rate = ops_per_s(*one);
      if (rate.low <= 0) continue;
      auto row = row_of(line, *one);
      row.update({{"cap", one->how.cap},
                  {"ops_per_s", rate.median},
                  {"low", rate.low},
                  {"high", rate.high}});
      rows.push_back(std::move(row));
    }
  return rows;
}

std::string caption(const Json& rows) {
  const auto& best = *std::ranges::max_element(
      rows, {}, [](const Json& row) { return row["ops_per_s"].get<double>(); });
  return fmt::format("{} has the highest throughput: {} operations/s with {} in flight.",
                     best["series"].get<std::string>(),
                     rounded_count(best["ops_per_s"].get<double>()),
                     best["cap"].get<std::uint64_t>());
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
  const auto x = at_values(quantity("cap", "operations in flight", Scale::log, "~s"), rows);
  const auto y = quantity("ops_per_s", "throughput, operations/s", Scale::log, "~s");
  const auto tip =
      tooltip({{"case", "case"}, {"ops_per_s", "ops/s"}, {"low", "from"}, {"high", "to"}});
  Chart chart{.name = "throughput-by-in-flight",
              .title = "Throughput by operations in flight",
              .caption = caption(rows),
              .signs = fewer ? "Each runner with its largest number of operations." : "",
              .spec = lines_spec(rows, {.x = x, .y = y, .tip = tip}),
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
    .order = 40,
    .of_group = throughput_by_in_flight,
});

}  // namespace
}  // namespace asyncmark::charts::throughput_by_in_flight_chart
