// The tail: how long the slowest take, over 1/(1-p), so that each further nine has as much room.

#include <fmt/format.h>

#include <cmath>
#include <map>

#include "bench/results/counters.hpp"
#include "reports/charts/chart_entry.hpp"
#include "reports/charts/panels.hpp"
#include "reports/charts/spec.hpp"

namespace asyncmark::charts::times_by_percentile_chart {
namespace {

constexpr double kPointsATenfold = 8;

/// Service or response times, and how they tell a percentile.
struct Kind {
  std::string name;
  std::string title;
  const Histogram& (*times)(const Measurement&);
  std::optional<Duration> (*percentile)(const Measurement&, double);
};

const Kind kKinds[] = {
    {"service", "Service",
     [](const Measurement& all) -> const Histogram& { return all.service_time; },
     [](const Measurement& all, double p) { return all.service_time.percentile(p); }},
    {"response", "Response",
     [](const Measurement& all) -> const Histogram& { return all.response_time; },
     response_percentile},
};

double ms(Duration time) { return static_cast<double>(time.count()) / 1e6; }

void add_curve(Json& rows, const Kind& kind, const Line& line, const Measurement& all) {
  const auto add = [&](double beyond, Duration time) {
    if (time > Duration(0))
      rows.push_back({{"series", line.label},
                      {"panel", line.panel},
                      {"runner", line.cases.front()->what.runner},
                      {"beyond", beyond},
                      {"time_ms", ms(time)}});
  };
  for (double i = 1;; ++i) {
    const auto beyond = std::pow(10, i / kPointsATenfold);
    const auto time = kind.percentile(all, 1 - 1 / beyond);
    if (!time) break;
    add(beyond, *time);
  }
}

Json exact_row(const Kind& kind, const Result& one, const Measurement& all) {
  Json row{{"case", one.name()}, {"count", kind.times(all).count()}};
  for (const auto& [key, fraction] :
       {std::pair{"p50_ms", 0.5}, {"p90_ms", 0.9}, {"p99_ms", 0.99}, {"p99_9_ms", 0.999}})
    if (const auto time = kind.percentile(all, fraction)) row[key] = ms(*time);
  row["max_ms"] = ms(kind.times(all).max());
  return row;
}

/// The ratio of p99 and p50, of the lines where it is least and most.
std::string caption(const std::vector<Line>& lines, const Json& exact) {
  std::map<double, std::string> ratios;
  for (std::size_t i = 0; i < exact.size(); ++i)
    if (exact[i].contains("p99_ms") && exact[i]["p50_ms"].get<double>() > 0)
      ratios[exact[i]["p99_ms"].get<double>() / exact[i]["p50_ms"].get<double>()] = lines[i].label;
  if (ratios.empty()) return "";
  const auto& [least, tightest] = *ratios.begin();
  const auto& [most, widest] = *ratios.rbegin();
  auto text = fmt::format("p99 is {} the p50 for {}", ratio_text(most), widest);
  if (ratios.size() > 1) text += fmt::format(", and {} for {}", ratio_text(least), tightest);
  return text + ".";
}

Charts chart_of(const Largest& largest, const Kind& kind) {
  auto rows = Json::array(), exact = Json::array();
  std::vector<Line> lines;
  for (const auto& line : largest.lines) {
    const auto& one = *line.cases.front();
    const auto& all = one.summary().all;
    if (kind.times(all).count() == 0) continue;
    lines.push_back(line);
    exact.push_back(exact_row(kind, one, all));
    add_curve(rows, kind, line, all);
  }
  if (rows.empty()) return {};
  auto x = quantity("beyond", "percentile", Scale::log);
  x["axis"]["values"] = {2, 10, 100, 1000, 10000, 100000, 1000000};
  x["axis"]["labelExpr"] = "format(100 - 100 / datum.value, '.6~f') + ' %'";
  const auto y = quantity("time_ms", kind.name + " time, ms", Scale::log);
  const auto tip = tooltip({{"series", "runner"}, {"beyond", "1/(1-p)"}, {"time_ms", "ms"}});
  return {{.name = kind.name + "-time-by-percentile",
           .title = fmt::format("{} time by percentile", kind.title),
           .caption = caption(lines, exact),
           .signs = fmt::format(
               "All successful operations of the repetitions, {}; a curve ends where fewer than "
               "ten are slower.",
               largest.words),
           .spec = lines_spec(rows, {.x = x, .y = y, .tip = tip, .point_size = 22}),
           .table = exact_table(exact, {{"case", "case", false},
                                        {"count", "operations"},
                                        {"p50_ms", "p50, ms"},
                                        {"p90_ms", "p90, ms"},
                                        {"p99_ms", "p99, ms"},
                                        {"p99_9_ms", "p99.9, ms"},
                                        {"max_ms", "maximum, ms"}})}};
}

Charts times_by_percentile(const Group& group) {
  const auto largest = at_largest_load(group.cases);
  Charts charts;
  for (const auto& kind : kKinds)
    for (auto& one : chart_of(largest, kind)) charts.push_back(std::move(one));
  return charts;
}

const bool times_by_percentile_registered = Registry<ChartEntry>::add({
    .name = "times-by-percentile",
    .order = 50,
    .of_group = times_by_percentile,
});

}  // namespace
}  // namespace asyncmark::charts::times_by_percentile_chart
