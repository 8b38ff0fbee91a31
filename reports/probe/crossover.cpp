// What `crossover` prints: a sentence and the measurements, for people and for programs.

#include <fmt/format.h>

#include "bench/base/statistics.hpp"
#include "bench/base/units.hpp"
#include "bench/base/visible.hpp"
#include "bench/base/wrap.hpp"
#include "bench/checks/checks.hpp"
#include "bench/results/result_set.hpp"
#include "reports/analysis/cases.hpp"
#include "reports/analysis/check_texts.hpp"
#include "reports/probe/crossover_words.hpp"
#include "reports/tables/context_lines.hpp"
#include "reports/text/draw.hpp"
#include "reports/text/typeset.hpp"

namespace asyncmark::crossover_output {
namespace {

std::string figure_text(CrossoverMetric metric, double figure) {
  if (figure >= seconds(kLongest)) return "dropped";
  return metric == CrossoverMetric::memory ? rounded_bytes(figure)
                                           : rounded_text(from_seconds(figure));
}

std::string better_text(const Crossover& found, Better better) {
  if (better == Better::unknown) return "not known";
  return better == Better::first ? found.first : found.second;
}

Table measurements(const Crossover& found) {
  Table table;
  table.title = fmt::format("{}: {} by --{}, medians", found.workload, metric_text(found.metric),
                            found.range.option);
  table.columns = {
      {"", found.range.option}, {"", found.first}, {"", found.second}, {"", "ratio"}, {"", "runs"},
      {"", "better", false}};
  for (const auto& point : found.points)
    table.rows.push_back(
        {{found.range.text(point.value), figure_text(found.metric, median(point.first)),
          figure_text(found.metric, median(point.second)), ratio_text(point.ratio()),
          std::to_string(2 * point.first.size()), better_text(found, point.better())},
         ""});
  table.notes = {fmt::format("ratio: {} divided by {}", found.second, found.first)};
  return table;
}

/// What is wrong with the machine.
std::string warnings(const Context& context, std::size_t width) {
  std::string text;
  for (const auto& one : check_texts(check(context, {})))
    text += '\n' + wrap(fmt::format("Warning: {}. Fix: {}.", one.brief, one.remedy), width);
  return text;
}

std::string print(const Crossover& found) {
  if (found.points.empty()) return "";
  const auto terminal = Terminal::of_standard_output();
  const auto sentence = crossover_sentence(found);
  auto text =
      bold(wrap(terminal.unicode ? typeset(sentence) : sentence, terminal.text_width()), terminal);
  text += '\n' + draw(measurements(found), terminal);
  text += warnings(found.context, terminal.text_width());
  return text + '\n' + wrap(context_line(found.context, " - "), terminal.text_width());
}

std::string print_json(const Crossover& found) {
  Json json{{"schema_version", kSchemaVersion},
            {"kind", "crossover"},
            {"context", found.context.facts},
            {"partial", found.partial},
            {"workload", found.workload},
            {"option", found.range.option},
            {"runners", {found.first, found.second}},
            {"metric", metric_text(found.metric)},
            {"sentence", crossover_sentence(found)},
            {"changes_twice", found.changes_twice}};
  if (!found.failed.empty()) json["failed"] = found.failed;
  if (found.bracket)
    json["bracket"] = {{"low", found.bracket->low},
                       {"high", found.bracket->high},
                       {"better_below", better_text(found, found.bracket->below)},
                       {"better_above", better_text(found, found.bracket->above)}};
  json["points"] = Json::array();
  for (const auto& point : found.points)
    json["points"].push_back({{"value", point.value},
                              {"text", found.range.text(point.value)},
                              {"first", point.first},
                              {"second", point.second},
                              {"ratio", point.ratio()},
                              {"better", better_text(found, point.better())}});
  return json.dump(1, ' ', false, Json::error_handler_t::replace) + '\n';
}

const bool registered[] = {
    Registry<CrossoverEntry>::add(
        {.name = "table", .summary = "for people", .text = print, .is_default = true}),
    Registry<CrossoverEntry>::add(
        {.name = "json", .summary = "everything, for programs", .text = print_json}),
};

}  // namespace
}  // namespace asyncmark::crossover_output
