#include "reports/charts/panels.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <set>

#include "bench/results/grouping.hpp"
#include "reports/charts/spec.hpp"

namespace asyncmark::charts {
namespace {

/// As many dashes and shapes as there are.
constexpr std::size_t kMostLines = 8;
constexpr int kPanelWidth = 280;
constexpr int kPanelHeight = 220;

std::size_t forms_in(const Json& rows, const Lines& lines) {
  return lines.dashed_by == "series" ? 1 : values_of(rows, lines.dashed_by).size();
}

/// Whether two lines of one runner would look the same, as the dash tells something else.
bool look_alike(const Json& rows, const Lines& lines) {
  if (lines.dashed_by == "series") return false;
  return values_of(rows, "runner").size() < values_of(rows, "series").size();
}

std::string text(const Json& row, const char* key) { return row[key].get<std::string>(); }

/// The series of each panel, in the order in which they come.
std::map<std::string, std::vector<std::string>> series_by_panel(const Json& rows) {
  std::map<std::string, std::vector<std::string>> all;
  for (const auto& row : rows) {
    auto& own = all[text(row, "panel")];
    const auto series = text(row, "series");
    if (std::ranges::find(own, series) == own.end()) own.push_back(series);
  }
  return all;
}

/// The rows with those of the baseline, which has no concurrency limit, in every panel instead of
/// in one of its own.
Json with_baseline(const Json& rows) {
  std::set<std::string> others;
  for (const auto& row : rows)
    if (row["runner"] != kBaseline) others.insert(text(row, "panel"));
  auto all = Json::array();
  for (const auto& row : rows) {
    const bool alone = row["runner"] == kBaseline && !others.contains(text(row, "panel"));
    if (!alone || others.empty()) all.push_back(row);
    if (!alone) continue;
    for (const auto& panel : others) {
      all.push_back(row);
      all.back()["panel"] = panel;
    }
  }
  return all;
}

/// Names the series of a panel by their runners, and divides a panel that has too many.
void name_panels(Json& rows, std::size_t most) {
  const auto series = series_by_panel(rows);
  std::map<std::pair<std::string, std::string>, std::set<std::string>> same_runner;
  for (const auto& row : rows)
    same_runner[{text(row, "panel"), text(row, "runner")}].insert(text(row, "series"));
  for (auto& row : rows) {
    const auto panel = text(row, "panel");
    const auto& own = series.at(panel);
    const auto parts = (own.size() + most - 1) / most;
    const auto place = std::ranges::find(own, text(row, "series")) - own.begin();
    if (parts > 1)
      row["panel"] = fmt::format("{} ({} of {})", panel,
                                 static_cast<std::size_t>(place) * parts / own.size() + 1, parts);
    if (same_runner[{panel, text(row, "runner")}].size() == 1) row["series"] = row["runner"];
  }
}

/// Smaller numbers first: `4 in flight`, `16 in flight`.
std::vector<std::string> sorted_panels(const Json& rows) {
  auto panels = values_of(rows, "panel");
  const auto number = [](const std::string& panel) { return std::strtod(panel.c_str(), nullptr); };
  std::ranges::stable_sort(panels, {}, number);
  return panels;
}

Json faceted(Json spec, const Json& rows) {
  const auto panels = sorted_panels(rows);
  for (std::size_t i = 0; i < rows.size(); ++i)
    spec["data"]["values"][i]["panel"] = rows[i]["panel"];
  spec["spec"] = {{"width", kPanelWidth}, {"height", kPanelHeight}, {"layer", spec["layer"]}};
  for (const auto* key : {"layer", "width", "height", "autosize"}) spec.erase(key);
  spec["columns"] = 2;
  spec["facet"] = {{"field", "panel"},
                   {"type", "nominal"},
                   {"title", nullptr},
                   {"sort", panels},
                   {"header", {{"labelAnchor", "start"}}}};
  return spec;
}

}  // namespace

Json lines_spec(Json rows, const Lines& lines) {
  const auto forms = forms_in(rows, lines);
  const bool split =
      values_of(rows, "series").size() * forms > kMostLines || look_alike(rows, lines);
  if (split) rows = with_baseline(rows);
  if (split) name_panels(rows, std::max<std::size_t>(1, kMostLines / forms));
  auto layers = lines_layers(lines.x, lines.y, rows, lines.tip, lines.dashed_by);
  layers[1]["mark"]["size"] = lines.point_size;
  for (const auto& layer : lines.more_layers) layers.push_back(layer);
  auto spec = spec_of(rows, std::move(layers));
  return split ? faceted(std::move(spec), rows) : spec;
}

}  // namespace asyncmark::charts
