// How soon answers come as more is offered, and from where on a runner cannot keep up.

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "bench/results/counters.hpp"
#include "reports/charts/chart_entry.hpp"
#include "reports/charts/spec.hpp"

namespace asyncmark::charts::response_by_rate_chart {
namespace {

Json row_of(const Line& line, const Result& one) {
  const auto& all = one.summary().all;
  const auto& offer = one.summary().offered;
  Json row{{"case", one.name()},
           {"series", line.label},
           {"runner", one.what.runner},
           {"rate", *one.what.load.rate},
           {"saturated", !offer || !offer->kept_up()}};
  if (offer) row["achieved"] = offer->achieved;
  for (const auto& [key, fraction] : {std::pair{"p50_ms", 0.5}, {"p99_ms", 0.99}})
    if (const auto value = response_percentile(all, fraction))
      row[key] = static_cast<double>(value->count()) / 1e6;
  return row;
}

Json rows_of(const std::vector<Line>& lines) {
  auto rows = Json::array();
  for (const auto& line : lines)
    for (const auto* one : line.cases) rows.push_back(row_of(line, *one));
  return rows;
}

std::size_t rates_in(const std::vector<Line>& lines) {
  std::set<double> rates;
  for (const auto& line : lines)
    for (const auto* one : line.cases) rates.insert(*one->what.load.rate);
  return rates.size();
}

bool is_saturated(const Json& row) { return row["saturated"].get<bool>(); }

/// From which rate on each could not keep up.
std::string caption(const std::vector<Line>& lines, const Json& rows) {
  std::vector<std::string> late, kept;
  for (const auto& line : lines) {
    std::optional<double> first;
    for (const auto& row : rows)
      if (row["series"] == line.label && is_saturated(row) && !first)
        first = row["rate"].get<double>();
    if (first)
      late.push_back(fmt::format("{} from {}/s", line.label, *first));
    else
      kept.push_back(line.label);
  }
  std::string text;
  if (!late.empty()) text = fmt::format("Saturated: {}. ", fmt::join(late, "; "));
  if (!kept.empty()) text += fmt::format("Kept up at every rate: {}. ", fmt::join(kept, "; "));
  return text;
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
      "Not drawn, for fewer than ten of the operations that ended lie beyond the {}: {}. ",
      percentile, fmt::join(parts, "; "));
}

/// Around what is saturated.
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
  if (rows.empty()) return {};
  const auto x = at_values(quantity("rate", "operations due per second", Scale::log, "~s"), rows);
  const auto y = quantity(key, "response time, " + percentile + ", ms", Scale::log);
  auto layers = lines_layers(
      x, y, rows,
      tooltip({{"case", "case"}, {key, percentile + ", ms"}, {"achieved", "carried out in time"}}));
  auto words = caption(lines, all) + left_out(lines, all, percentile);
  const bool has_rings = std::ranges::any_of(rows, is_saturated);
  if (has_rings) layers.push_back(rings(x, y));
  if (std::ranges::any_of(all, is_saturated))
    words += fmt::format(
        "Saturated{} is what carried out less than 95 % of what was offered in its time: its "
        "response times only tell how long the run was. ",
        has_rings ? ", and in a ring," : "");
  words.pop_back();
  return {
      {.name = "response-" + percentile + "-by-rate",
       .title = fmt::format("How long is the response time as more is offered? ({})", percentile),
       .caption = words,
       .spec = spec_of(rows, std::move(layers)),
       .table = exact_table(all, {{"case", "case", false},
                                  {"rate", "due per second"},
                                  {key, percentile + ", ms"},
                                  {"achieved", "carried out in time"},
                                  {"saturated", "saturated", false}})}};
}

Charts response_by_rate(const Group& group) {
  const auto lines = lines_of(group.cases, Axis::rate);
  if (rates_in(lines) < 2) return {};
  const auto rows = rows_of(lines);
  auto charts = chart_of(lines, rows, "p50");
  for (auto& one : chart_of(lines, rows, "p99")) charts.push_back(std::move(one));
  return charts;
}

const bool response_by_rate_registered = Registry<ChartEntry>::add({
    .name = "response-by-rate",
    .order = 40,
    .of_group = response_by_rate,
});

}  // namespace
}  // namespace asyncmark::charts::response_by_rate_chart
