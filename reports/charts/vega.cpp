// Each chart's specification as a file of its own, light and dark, for Vega-Lite's own
// tools: the editor, the command line (scripts/charts), notebooks.

#include <fmt/format.h>

#include <algorithm>

#include "bench/base/errors.hpp"
#include "bench/base/split.hpp"
#include "bench/base/visible.hpp"
#include "bench/base/wrap.hpp"
#include "bench/results/format_entry.hpp"
#include "reports/charts/charts.hpp"
#include "reports/charts/spec.hpp"

namespace asyncmark::charts::vega_chart {
namespace {

constexpr int kWidth = 640;

/// Of the legend, in which Vega cuts off what the width has no room for.
std::size_t columns(const Json& rows) {
  constexpr std::size_t kRoom = 590, kSymbol = 30, kLetter = 10;  // As Vega reckons them.
  std::size_t longest = 0;
  for (const auto& name : values_of(rows, "series")) longest = std::max(longest, name.size());
  return std::clamp<std::size_t>(kRoom / (kSymbol + kLetter * longest), 1, 3);
}

/// The lines of a title that is longer than the picture is wide.
Json lines_of_title(const std::string& text) {
  constexpr std::size_t kRoom = 64;
  return lines_in(wrap(text, kRoom));
}

/// With what stands around the chart on the page.
Json alone(const Chart& chart, const std::string& heading, bool dark) {
  auto spec = dark ? on_black(chart.spec) : chart.spec;
  if (spec.value("width", Json()) == "container") spec["width"] = kWidth;
  spec["title"] = {{"text", chart.title}};
  if (!heading.empty()) spec["title"]["subtitle"] = lines_of_title(heading);
  spec["description"] = description(chart) + (chart.signs.empty() ? "" : " " + chart.signs);
  spec["config"] = config(dark);
  spec["config"]["legend"]["columns"] = columns(spec["data"]["values"]);
  return spec;
}

void add(std::map<std::string, std::string>& files, const std::string& name, const Chart& chart,
         const std::string& heading) {
  for (const bool dark : {false, true})
    files[fmt::format("{}{}.vl.json", name, dark ? ".dark" : "")] =
        alone(chart, heading, dark).dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::map<std::string, std::string> files_of(const ResultSets& sets) {
  const auto gallery = gallery_of(sets);
  std::map<std::string, std::string> files;
  for (const auto& chart : gallery.overall) add(files, chart.name, chart, "");
  for (const auto& section : gallery.sections)
    for (const auto& chart : section.charts)
      add(files, section.key + "-" + chart.name, chart, section.heading);
  if (files.empty()) throw UsageError("--vega: there are no figures to draw in these results");
  return files;
}

const bool registered = Registry<OutputEntry>::add({
    .name = "vega",
    .summary = "the charts as Vega-Lite specifications, light and dark",
    .folder = files_of,
});

}  // namespace
}  // namespace asyncmark::charts::vega_chart
