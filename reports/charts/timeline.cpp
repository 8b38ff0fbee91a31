// Each operation as a bar from its start to its end, by runner: operations that overlap are below
// one another, operations that queue behind one another.

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>

#include "reports/charts/chart_entry.hpp"
#include "reports/charts/spec.hpp"

namespace asyncmark::charts::timeline_chart {
namespace {

/// Some more than the 28 that the published table keeps in flight: the rest is seen to queue.
constexpr std::size_t kMostBars = 36;
constexpr std::size_t kMostPanels = 8;
constexpr int kPanelHeight = 72;
constexpr int kPanelHeightOfHollow = 144;  // Of which the inside is seen.

double ms(Duration time) { return static_cast<double>(time.count()) / 1e6; }

const Timeline* timeline_of(const Result& one) {
  for (const auto* run : one.finished())
    if (!run->timeline.operations.empty()) return &run->timeline;
  return nullptr;
}

/// The first case of each line that has a timeline: with the fewest operations the bars are
/// longest.
std::vector<Line> panels(const Cases& cases) {
  Cases told;
  for (const auto* one : cases)
    if (timeline_of(*one)) told.push_back(one);
  auto lines =
      lines_of(told, told.empty() || !told.front()->what.load.rate ? Axis::ops : Axis::rate);
  for (auto& line : lines) line.cases = {line.cases.front()};
  return lines;
}

Json rows_of(const std::vector<Line>& lines) {
  auto rows = Json::array();
  for (const auto& line : lines) {
    const auto& one = *line.cases.front();
    const auto& all = timeline_of(one)->operations;
    for (std::size_t i = 0; i < std::min(all.size(), kMostBars); ++i) {
      auto row = row_of(line, one);
      row.update({{"place", i},
                  {"op", all[i].op},
                  {"started_ms", ms(all[i].started)},
                  {"finished_ms", ms(all[i].finished)},
                  {"worker", all[i].worker},
                  {"ok", all[i].ok}});
      if (all[i].intended) row["intended_ms"] = ms(*all[i].intended);
      rows.push_back(std::move(row));
    }
  }
  return rows;
}

/// How many of the bars of a line there are at one moment, at most.
std::size_t most_at_once(const Json& rows, const std::string& label) {
  std::map<double, int> changes;
  for (const auto& row : rows)
    if (row["series"] == label) {
      ++changes[row["started_ms"].get<double>()];
      --changes[row["finished_ms"].get<double>()];
    }
  int now = 0, most = 0;
  for (const auto& [time, change] : changes) most = std::max(most, now += change);
  return static_cast<std::size_t>(most);
}

/// Whether a bar of waiting is long enough to be seen.
bool shows_waiting(const Json& rows) {
  constexpr double kSeen = 0.005;  // Of the picture's width.
  double all = 0, longest = 0;
  for (const auto& row : rows) {
    const auto started = row["started_ms"].get<double>();
    all = std::max(all, row["finished_ms"].get<double>());
    longest = std::max(longest, started - row.value("intended_ms", started));
  }
  return longest > kSeen * all;
}

bool has_failed(const Json& row) { return !row["ok"].get<bool>(); }

std::string caption(const std::vector<Line>& lines, const Json& rows) {
  std::vector<std::string> parts;
  for (const auto& line : lines)
    parts.push_back(fmt::format("{}: {}", line.label, most_at_once(rows, line.label)));
  return fmt::format("Most bars at once: {}.", fmt::join(parts, "; "));
}

std::string signs(const Json& rows, std::size_t drawn, std::size_t all) {
  auto text = fmt::format(
      "A bar is an operation from its start to its end{}{}: the first {} of each runner at its "
      "smallest load.",
      shows_waiting(rows) ? ", pale while it waits to start" : "",
      std::ranges::any_of(rows, has_failed) ? ", hollow if it failed" : "", kMostBars);
  if (all > drawn) text += fmt::format(" Drawn are the first {} of {} lines.", drawn, all);
  return text;
}

Json bars(const Json& y, const Json& colour, const char* from, const char* to, double opacity) {
  auto x = quantity(from, "time since the start, ms", Scale::linear);
  return {{"mark", {{"type", "bar"}, {"opacity", opacity}}},
          {"encoding",
           {{"x", x},
            {"x2", {{"field", to}}},
            {"y", y},
            {"yOffset", {{"field", "place"}, {"type", "nominal"}, {"sort", nullptr}}},
            {"color", colour}}}};
}

Json layers_of(const Json& rows) {
  const auto y = names_axis("series", values_of(rows, "series"));
  const auto colour = runner_colour(rows);
  auto waited = bars(y, colour, "intended_ms", "started_ms", 0.3);
  waited["mark"]["aria"] = false;
  waited["transform"] = Json::array({{{"filter", "isValid(datum.intended_ms)"}}});
  auto worked = bars(y, colour, "started_ms", "finished_ms", 1);
  worked["name"] = kPoints;
  if (std::ranges::any_of(rows, has_failed)) {
    worked["encoding"]["stroke"] = colour;
    worked["encoding"]["fillOpacity"] = {{"condition", {{"test", "datum.ok"}, {"value", 1}}},
                                         {"value", 0}};
  }
  worked["encoding"]["tooltip"] = tooltip({{"series", "runner"},
                                           {"op", "operation"},
                                           {"started_ms", "started, ms"},
                                           {"finished_ms", "finished, ms"}});
  auto layers = Json::array();
  if (shows_waiting(rows)) layers.push_back(std::move(waited));
  layers.push_back(std::move(worked));
  return layers;
}

Charts timeline(const Group& group) {
  auto lines = panels(group.cases);
  const auto all = lines.size();
  if (all > kMostPanels) lines.resize(kMostPanels);
  const auto rows = rows_of(lines);
  if (rows.empty()) return {};
  auto spec = spec_of(rows, layers_of(rows));
  spec["height"] = {
      {"step", std::ranges::any_of(rows, has_failed) ? kPanelHeightOfHollow : kPanelHeight},
      {"for", "position"}};
  return {{.name = "timeline",
           .title = "Start and end of operations by runner",
           .caption = caption(lines, rows),
           .signs = signs(rows, lines.size(), all),
           .spec = std::move(spec),
           .table = exact_table(rows, {{"case", "case", false},
                                       {"op", "operation"},
                                       {"intended_ms", "intended, ms"},
                                       {"started_ms", "started, ms"},
                                       {"finished_ms", "finished, ms"},
                                       {"worker", "worker"},
                                       {"ok", "succeeded", false}})}};
}

const bool timeline_registered = Registry<ChartEntry>::add({
    .name = "timeline",
    .order = 60,
    .of_group = timeline,
});

}  // namespace
}  // namespace asyncmark::charts::timeline_chart
