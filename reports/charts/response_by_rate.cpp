// The response time as the offered rate grows, and the rate from which a runner is saturated.

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <set>

#include "bench/results/counters.hpp"
#include "reports/analysis/cases.hpp"
#include "reports/charts/chart_entry.hpp"
#include "reports/charts/panels.hpp"
#include "reports/charts/spec.hpp"

namespace asyncmark::charts::response_by_rate_chart {
namespace {

Json figures_of(const Line& line, const Result& one) {
  const auto& all = one.summary().all;
  const auto& offer = one.summary().offered;
  auto row = row_of(line, one);
  row["rate"] = *one.what.load.rate;
  row["saturated"] = !offer || !offer->kept_up();
  if (offer) row["achieved"] = offer->achieved;
  for (const auto& [key, fraction] : {std::pair{"p50_ms", 0.5}, {"p99_ms", 0.99}})
    if (const auto value = response_percentile(all, fraction))
      row[key] = static_cast<double>(value->count()) / 1e6;
  return row;
}

Json rows_of(const std::vector<Line>& lines) {
  auto rows = Json::array();
  for (const auto& line : lines)
    for (const auto* one : line.cases) rows.push_back(figures_of(line, *one));
  return rows;
}

std::size_t rates_in(const Json& rows) {
  std::set<double> rates;
  for (const auto& row : rows) rates.insert(row["rate"].get<double>());
  return rates.size();
}

bool is_saturated(const Json& row) { return row["saturated"].get<bool>(); }

/// The rate from which each is saturated.
std::string caption(const std::vector<Line>& lines, const Json& rows) {
  std::map<double, std::vector<std::string>> saturated;
  std::vector<std::string> kept, parts;
  for (const auto& line : lines) {
    std::optional<double> first;
    for (const auto& row : rows)
      if (row["series"] == line.label && is_saturated(row) && !first)
        first = row["rate"].get<double>();
    if (first)
      saturated[*first].push_back(line.label);
    else
      kept.push_back(line.label);
  }
  for (const auto& [rate, names] : saturated)
    parts.push_back(fmt::format("{} from {}/s", enumerated(names), rate));
  if (!kept.empty()) parts.push_back(enumerated(kept) + " at no rate");
  return fmt::format("Saturated: {}.", fmt::join(parts, "; "));
}

bool is_drawn(const Json& row, const std::string& key) { return row.value(key, 0.0) > 0; }

/// The rates at which a line has no point; empty where it has all.
std::string rates_without(const Line& line, const Json& rows, const std::string& key) {
  std::vector<std::string> rates;
  bool all_above = false;
  for (const auto& row : rows) {
    if (row["series"] != line.label) continue;
    const bool out = !is_drawn(row, key);
    if (out) rates.push_back(fmt::format("{}/s", row["rate"].get<double>()));
    all_above = out && (all_above || rates.size() == 1);
  }
  if (rates.empty()) return "";
  if (all_above && rates.size() > 1) return fmt::format("{} from {} on", line.label, rates.front());
  return fmt::format("{} at {}", line.label, fmt::join(rates, ", "));
}

std::string left_out(const std::vector<Line>& lines, const Json& rows,
                     const std::string& percentile) {
  std::vector<std::string> parts;
  for (const auto& line : lines)
    if (auto text = rates_without(line, rows, percentile + "_ms"); !text.empty())
      parts.push_back(std::move(text));
  if (parts.empty()) return "";
  return fmt::format(
      " Not drawn, because too few operations completed or too many were dropped for a {}: {}.",
      percentile, fmt::join(parts, "; "));
}

/// Around the points that are saturated.
Json rings(const Json& x, const Json& y) {
  return {{"transform", {{{"filter", "datum.saturated"}}}},
          {"mark",
           {{"type", "point"},
            {"shape", "circle"},
            {"filled", false},
            {"size", 260},
            {"stroke", "#808080"},
            {"strokeWidth", 2}}},
          {"encoding", {{"x", x}, {"y", y}}}};
}

Charts chart_of(const std::vector<Line>& lines, const Json& all, const std::string& percentile) {
  const auto key = percentile + "_ms";
  auto rows = Json::array();
  for (const auto& row : all)
    if (is_drawn(row, key)) rows.push_back(row);
  if (rates_in(rows) < 2) return {};
  const auto x = at_values(quantity("rate", "offered rate, operations/s", Scale::log, "~s"), rows);
  const auto y = quantity(key, "response time, " + percentile + ", ms", Scale::log);
  const auto tip =
      tooltip({{"case", "case"}, {key, percentile + ", ms"}, {"achieved", "achieved / offered"}});
  auto layers = Json::array();
  const bool has_rings = std::ranges::any_of(rows, is_saturated);
  if (has_rings) layers.push_back(rings(x, y));
  std::string signs;
  if (std::ranges::any_of(all, is_saturated))
    signs = fmt::format(
        "Saturated{}: less than 95 % of the offered rate is achieved, and the response time grows "
        "with the length of the run.",
        has_rings ? " (ringed)" : "");
  signs += left_out(lines, all, percentile);
  return {{.name = "response-" + percentile + "-by-rate",
           .title = fmt::format("Response time ({}) by request rate", percentile),
           .caption = caption(lines, all),
           .signs = signs.substr(signs.starts_with(' ') ? 1 : 0),
           .spec = lines_spec(rows, {.x = x, .y = y, .tip = tip, .more_layers = std::move(layers)}),
           .table = exact_table(all, {{"case", "case", false},
                                      {"rate", "offered rate, 1/s"},
                                      {key, percentile + ", ms"},
                                      {"achieved", "achieved / offered"},
                                      {"saturated", "saturated", false}})}};
}

Charts response_by_rate(const Group& group) {
  const auto lines = lines_of(group.cases, Axis::rate);
  const auto rows = rows_of(lines);
  auto charts = chart_of(lines, rows, "p50");
  for (auto& one : chart_of(lines, rows, "p99")) charts.push_back(std::move(one));
  return charts;
}

const bool response_by_rate_registered = Registry<ChartEntry>::add({
    .name = "response-by-rate",
    .order = 10,
    .of_group = response_by_rate,
});

}  // namespace
}  // namespace asyncmark::charts::response_by_rate_chart
