// The speed-up vs sync: with the same concurrency limit for all, and with the default one.

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "reports/charts/chart_entry.hpp"
#include "reports/charts/spec.hpp"

namespace asyncmark::charts::speed_up_chart {
namespace {

/// The baseline's cases by their loads.
class Baselines {
 public:
  explicit Baselines(const Cases& cases) {
    for (const auto* one : cases)
      if (one->what.runner == kBaseline) all_.emplace(load_texts(one->what), one);
  }
  const Result* of(const Result& one) const {
    const auto found = all_.find(load_texts(one.what));
    return found == all_.end() ? nullptr : found->second;
  }

 private:
  std::map<Texts, const Result*> all_;
};

/// The cap that most runners were given, and of two the larger; absent where none was given.
std::optional<std::uint64_t> common_cap(const Cases& cases) {
  std::map<std::uint64_t, std::size_t> times;
  for (const auto* one : cases)
    if (one->what.load.in_flight && one->what.runner != kBaseline)
      ++times[*one->what.load.in_flight];
  std::optional<std::uint64_t> most;
  for (const auto& [cap, number] : times)
    if (!most || number >= times[*most]) most = cap;
  return most;
}

/// From the throughputs: the ratio of the medians, and what the ends of both ranges leave open.
Json row_of(const Result& one, const Result& baseline) {
  const auto own = ops_per_s(one), base = ops_per_s(baseline);
  if (own.low <= 0 || base.low <= 0) return nullptr;
  const auto times = own.median / base.median;
  return {{"case", one.name()},       {"runner", one.what.runner},  {"ops", one.what.load.ops},
          {"times", times},           {"low", own.low / base.high}, {"high", own.high / base.low},
          {"text", ratio_text(times)}};
}

/// Of all cases; those that are drawn, at the largest load, have a series.
Json rows_of(const std::vector<Line>& lines, const Baselines& baselines) {
  auto rows = Json::array();
  std::uint64_t largest = 0;
  for (const auto& line : lines)
    for (const auto* one : line.cases)
      if (baselines.of(*one)) largest = std::max(largest, one->what.load.ops);
  for (const auto& line : lines)
    for (const auto* one : line.cases) {
      const auto* baseline = baselines.of(*one);
      auto row = baseline ? row_of(*one, *baseline) : Json();
      if (row.is_null()) continue;
      if (one->what.load.ops == largest) row["series"] = line.label;
      rows.push_back(std::move(row));
    }
  return rows;
}

std::string caption(const Json& drawn) {
  const auto by_times = [](const Json& a, const Json& b) { return a["times"] < b["times"]; };
  const auto [least, most] = std::minmax_element(drawn.begin(), drawn.end(), by_times);
  const auto text = [](const Json& row, const char* key) { return row[key].get<std::string>(); };
  auto sentence = fmt::format("{} has {} the throughput of {}", text(*most, "series"),
                              text(*most, "text"), kBaseline);
  if (least != most)
    sentence += fmt::format(", {} {}", text(*least, "series"), text(*least, "text"));
  return sentence + ".";
}

Json drawn_of(const Json& rows) {
  auto drawn = Json::array();
  for (const auto& row : rows)
    if (row.contains("series")) drawn.push_back(row);
  return drawn;
}

Charts chart_of(const Cases& cases, const Baselines& baselines, const std::string& name,
                const std::string& condition) {
  auto lines = lines_of(cases, Axis::ops);
  const auto timed = [&](const auto* one) { return one->what.load.duration.has_value(); };
  if (lines.empty() && std::ranges::any_of(cases, timed)) lines = at_largest_load(cases).lines;
  const auto rows = rows_of(lines, baselines);
  if (rows.empty()) return {};
  const auto drawn = drawn_of(rows);
  Chart chart{.name = name,
              .title = fmt::format("Speed-up vs {} by runner, {}", kBaseline, condition),
              .caption = caption(drawn),
              .signs = fmt::format(
                  "Bars: the ratios that the ranges of both allow; these are {}. Dashed: {}.",
                  interval_words(cases), kBaseline)};
  chart.spec = dots_spec(
      drawn,
      {.key = "times",
       .title = fmt::format("speed-up vs {}", kBaseline),
       .low = "low",
       .high = "high",
       .more_is_better = true},
      tooltip({{"case", "case"}, {"times", "speed-up"}, {"low", "from"}, {"high", "to"}}));
  chart.spec["layer"].push_back(
      {{"mark", {{"type", "rule"}, {"strokeDash", {4, 4}}, {"color", "#808080"}}},
       {"encoding", {{"x", {{"datum", 1}}}}}});
  chart.table = exact_table(rows, {{"case", "case", false},
                                   {"times", fmt::format("speed-up vs {}", kBaseline)},
                                   {"low", "from"},
                                   {"high", "to"}});
  return {chart};
}

Charts speed_up(const Group& group) {
  const Baselines baselines(group.cases);
  const auto cap = common_cap(group.cases);
  Cases capped, deployed;
  for (const auto* one : group.cases) {
    if (one->what.runner == kBaseline || one->what.load.rate) continue;
    if (!one->what.load.in_flight)
      deployed.push_back(one);
    else if (one->what.load.in_flight == cap)
      capped.push_back(one);
  }
  Charts charts;
  if (!capped.empty())
    charts =
        chart_of(capped, baselines, "speed-up-equal-cap",
                 *cap == kUnbounded ? "no concurrency limit"
                                    : fmt::format("same concurrency limit ({} in flight)", *cap));
  for (auto& one : chart_of(deployed, baselines, "speed-up-as-deployed", "default concurrency"))
    charts.push_back(std::move(one));
  return charts;
}

const bool speed_up_registered = Registry<ChartEntry>::add({
    .name = "speed-up",
    .order = 20,
    .of_group = speed_up,
});

}  // namespace
}  // namespace asyncmark::charts::speed_up_chart
