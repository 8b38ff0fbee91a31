// How soon answers come as more is offered, and from where on a runner cannot keep up.

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "bench/counters.hpp"
#include "bench/offered.hpp"
#include "reports/charts/families.hpp"
#include "reports/charts/spec.hpp"

namespace asyncmark::charts {
namespace {

Json row_of(const Line& line, const Result& one) {
  const auto all = one.merged();
  const auto offer = offered(one, all);
  Json row{{"case", one.name()},
           {"series", line.label},
           {"runner", one.what.runner},
           {"rate", *one.what.load.rate},
           {"saturated", !offer || offer->saturated()}};
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
  if (!late.empty()) text = fmt::format("Saturated: {}. ", fmt::join(late, ", "));
  if (!kept.empty()) text += fmt::format("Kept up at every rate: {}. ", fmt::join(kept, ", "));
  return text;
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

Charts chart_of(const Json& all, const std::string& percentile, std::string words) {
  const auto key = percentile + "_ms";
  auto rows = Json::array();
  for (const auto& row : all)
    if (row.contains(key) && row[key].get<double>() > 0) rows.push_back(row);
  if (rows.empty()) return {};
  const auto x = at_values(quantity("rate", "operations due per second", Scale::log, "~s"), rows);
  const auto y = quantity(key, "response time, " + percentile + ", ms", Scale::log);
  auto layers = lines_layers(
      x, y, rows,
      tooltip({{"case", "case"}, {key, percentile + ", ms"}, {"achieved", "carried out in time"}}));
  if (std::ranges::any_of(rows, is_saturated)) layers.push_back(rings(x, y));
  Chart chart{
      .name = "response-" + percentile + "-by-rate",
      .title = fmt::format("How long is the response time as more is offered? ({})", percentile),
      .caption = std::move(words),
      .spec = spec_of(rows, std::move(layers))};
  chart.caption +=
      "A ring marks what is saturated: less than 95 % of what was offered was carried out in its "
      "time, so that its response times only tell how long the run was.";
  chart.table = exact_table(all, {{"case", "case", false},
                                  {"rate", "due per second"},
                                  {key, percentile + ", ms"},
                                  {"achieved", "carried out in time"},
                                  {"saturated", "saturated", false}});
  return {chart};
}

}  // namespace

Charts response_by_rate(const Group& group) {
  const auto lines = lines_of(group.cases, Axis::rate);
  if (rates_in(lines) < 2) return {};
  const auto rows = rows_of(lines);
  auto charts = chart_of(rows, "p50", caption(lines, rows));
  for (auto& one : chart_of(rows, "p99", caption(lines, rows))) charts.push_back(std::move(one));
  return charts;
}

}  // namespace asyncmark::charts
