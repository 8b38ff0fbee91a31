// Which runners overlap their waits: the total time against the number of operations, between that
// of one wait and that of all of them in a row.

#include <fmt/format.h>

#include <map>
#include <set>

#include "reports/analysis/published.hpp"
#include "reports/charts/chart_entry.hpp"
#include "reports/charts/panels.hpp"
#include "reports/charts/spec.hpp"

namespace asyncmark::charts::time_by_operations_chart {
namespace {

using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""us;

Json rows_of(const std::vector<Line>& lines) {
  auto rows = Json::array();
  for (const auto& line : lines)
    for (const auto* one : line.cases) {
      const auto time = time_ms(*one);
      auto row = row_of(line, *one);
      row.update({{"ops", one->what.load.ops},
                  {"time_ms", time.median},
                  {"low_ms", time.low},
                  {"high_ms", time.high}});
      rows.push_back(std::move(row));
    }
  return rows;
}

std::set<std::uint64_t> ops_of(const std::vector<Line>& lines) {
  std::set<std::uint64_t> all;
  for (const auto& line : lines)
    for (const auto* one : line.cases) all.insert(one->what.load.ops);
  return all;
}

/// What an operation asks for, where that is known.
std::optional<Duration> asked(const Cases& cases) {
  const auto& bound = cases.front()->bound;
  if (!bound || bound->asked <= Duration(0)) return std::nullopt;
  return bound->asked;
}

/// The line that a model without any overlap would follow, and that of one with nothing else.
Json reference_rows(Duration one, const std::set<std::uint64_t>& ops) {
  auto rows = Json::array();
  const auto ms = static_cast<double>(one.count()) / 1e6;
  for (const auto n : {*ops.begin(), *ops.rbegin()}) {
    rows.push_back({{"ops", n}, {"time_ms", ms}, {"line", "one wait"}});
    rows.push_back({{"ops", n}, {"time_ms", ms * static_cast<double>(n)}, {"line", "N waits"}});
  }
  return rows;
}

/// The published cells, where it is their waits that were run anew: in full, or a tenth of each.
Json published_rows(Duration one, const std::set<std::uint64_t>& ops) {
  auto rows = Json::array();
  if (one != 46ms && one != 4600us) return rows;
  const double scale = one == 46ms ? 1 : 10;
  for (std::size_t i = 0; i < reproduction::kColumns; ++i) {
    if (!ops.contains(reproduction::kOps[i])) continue;
    for (const auto& [name, cells] : {std::pair{"published sync", &reproduction::kPublishedSync},
                                      {"published async", &reproduction::kPublishedAsync}})
      rows.push_back({{"series", name},
                      {"ops", reproduction::kOps[i]},
                      {"time_ms", (*cells)[i].seconds * 1000 / scale}});
  }
  return rows;
}

/// How many times as long the most operations take as the fewest, of the lines where that is least
/// and most.
std::string caption(const std::vector<Line>& lines) {
  std::map<double, std::string> growths;
  for (const auto& line : lines) {
    const auto &first = *line.cases.front(), &last = *line.cases.back();
    if (first.what.load.ops == last.what.load.ops) continue;
    const auto times = time_ms(last).median / time_ms(first).median;
    growths[times] =
        fmt::format("{} takes {} as long for {} operations as for {} ({}, {})", line.label,
                    ratio_text(times), last.what.load.ops, first.what.load.ops,
                    rounded_text(last.summary().time), rounded_text(first.summary().time));
  }
  if (growths.empty()) return "";
  const auto &least = growths.begin()->second, &most = growths.rbegin()->second;
  return least == most ? least + "." : fmt::format("{}; {}.", least, most);
}

Json published_layer(const Json& rows, const Json& x, const Json& y) {
  return {
      {"data", {{"values", rows}}},
      {"mark",
       {{"type", "point"},
        {"filled", false},
        {"shape", "diamond"},
        {"size", 170},
        {"stroke", "#808080"},
        {"strokeWidth", 2}}},
      {"encoding",
       {{"x", x}, {"y", y}, {"tooltip", tooltip({{"series", "cell"}, {"time_ms", "time, ms"}})}}}};
}

void add_references(Json& layers, const Json& rows, const Json& x, const Json& y) {
  layers.push_back(
      {{"data", {{"values", rows}}},
       {"mark", {{"type", "line"}, {"stroke", "#808080"}, {"strokeDash", {3, 3}}, {"aria", false}}},
       {"encoding", {{"x", x}, {"y", y}, {"detail", {{"field", "line"}}}}}});
  Json ends = Json::array({rows[0], rows[1]});
  layers.push_back(
      {{"data", {{"values", ends}}},
       {"mark", {{"type", "text"}, {"align", "left"}, {"dx", 6}, {"dy", 12}, {"aria", false}}},
       {"encoding", {{"x", x}, {"y", y}, {"text", {{"field", "line"}}}}}});
}

Charts time_by_operations(const Group& group) {
  const auto lines = lines_of(group.cases, Axis::ops);
  const auto ops = ops_of(lines);
  if (ops.size() < 2) return {};
  Chart chart{.name = "time-by-operations",
              .title = "Total time by number of operations",
              .caption = caption(lines)};
  const auto rows = rows_of(lines);
  const auto x = at_values(quantity("ops", "operations", Scale::log, "~s"), rows);
  const auto y = quantity("time_ms", "total time, ms", Scale::log);
  auto layers = Json::array();
  if (const auto one = asked(group.cases)) {
    add_references(layers, reference_rows(*one, ops), x, y);
    chart.signs = fmt::format("Dotted: the time of one wait ({}) and of N waits in a row.",
                              rounded_text(*one));
    if (const auto published = published_rows(*one, ops);
        !published.empty() && group.cases.front()->what.workload == "sleep") {
      layers.push_back(published_layer(published, x, y));
      chart.signs +=
          fmt::format(" Hollow diamonds: the published table (asyncmark reproduce table){}.",
                      *one == 46ms ? "" : ", a tenth of its times as the waits are a tenth");
    }
  }
  const auto tip =
      tooltip({{"case", "case"}, {"time_ms", "time, ms"}, {"low_ms", "from"}, {"high_ms", "to"}});
  chart.spec = lines_spec(rows, {.x = x, .y = y, .tip = tip, .more_layers = std::move(layers)});
  chart.table = exact_table(rows, {{"case", "case", false},
                                   {"ops", "operations"},
                                   {"time_ms", "time, median, ms"},
                                   {"low_ms", "from, ms"},
                                   {"high_ms", "to, ms"}});
  chart.table.notes.push_back("from, to: " + interval_words(group.cases));
  return {chart};
}

const bool time_by_operations_registered = Registry<ChartEntry>::add({
    .name = "time-by-operations",
    .order = 30,
    .of_group = time_by_operations,
});

}  // namespace
}  // namespace asyncmark::charts::time_by_operations_chart
