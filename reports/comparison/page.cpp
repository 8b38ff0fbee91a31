// A page for a browser: how far each case is from where it was, and how sure that is.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "bench/base/escaped.hpp"
#include "bench/compare/comparison_entry.hpp"
#include "reports/charts/spec.hpp"
#include "reports/comparison/rows.hpp"
#include "reports/page/frame.hpp"
#include "reports/page/markup.hpp"

namespace asyncmark::page::page_output {
namespace {

const char* const kWall = "time";
const char* const kCpu = "CPU time";

/// A row a case and figure, in per cent.
Json rows_of(const Comparison& comparison) {
  auto rows = Json::array();
  for (const auto& one : comparison.cases) {
    if (!one.failed.empty()) continue;
    for (const auto& figure : one.judged.figures) {
      if (figure.figure != Figure::wall && figure.figure != Figure::cpu) continue;
      const auto percent = [](double ratio) { return (ratio - 1) * 100; };
      Json row{{"case", one.name},
               {"label", charts::short_label(one.name)},
               {"figure", figure.figure == Figure::wall ? kWall : kCpu},
               {"verdict", text_of(figure.verdict)},
               {"change", percent(figure.ratio.median)}};
      if (std::isfinite(figure.ratio.high)) {
        row["low"] = percent(figure.ratio.low);
        row["high"] = percent(figure.ratio.high);
      }
      rows.push_back(std::move(row));
    }
  }
  return rows;
}

/// Lines at no change and at both ends of what counts as the same.
Json marks_layer(double equivalence) {
  const auto wide = equivalence * 100;
  Json values = Json::array();
  for (const auto at : {-wide / (1 + equivalence), 0.0, wide})
    values.push_back({{"at", at}, {"line", at == 0.0 ? "no change" : "equivalence"}});
  return {{"data", {{"values", values}}},
          {"mark", {{"type", "rule"}, {"color", "#888888"}, {"aria", false}}},
          {"encoding",
           {{"x", {{"field", "at"}, {"type", "quantitative"}}},
            {"strokeDash",
             {{"field", "line"},
              {"scale",
               {{"domain", {"no change", "equivalence"}},
                {"range", Json::array({Json::array({1, 0}), Json::array({4, 4})})}}},
              {"legend", nullptr}}}}}};
}

charts::Chart change_chart(const Comparison& comparison) {
  const auto rows = rows_of(comparison);
  const auto names = charts::values_of(rows, "label");
  const auto y = charts::names_axis("label", names);
  auto x = charts::quantity("change", "change, % (more is slower)", charts::Scale::linear, "+.1~f");
  const Json colour{{"field", "figure"},
                    {"scale", {{"domain", {kWall, kCpu}}, {"range", {"#0072B2", "#D55E00"}}}},
                    {"title", nullptr}};
  const Json apart{{"field", "figure"}, {"scale", {{"domain", {kWall, kCpu}}}}};
  auto from = x;
  from["field"] = "low";
  Json shape = colour;
  shape["scale"]["range"] = {"circle", "square"};
  const auto tip = charts::tooltip({{"case", "case"},
                                    {"figure", "figure"},
                                    {"change", "change, %"},
                                    {"low", "from, %"},
                                    {"high", "to, %"},
                                    {"verdict", "verdict"}});
  charts::Chart chart;
  chart.name = "change";
  chart.title = "Change from baseline to contender by case";
  chart.caption = comparison.sentence();
  chart.signs = fmt::format(
      "Dot: median change of the pairs. Line: its interval of {}. Between the dashed lines: no "
      "change.",
      comparison.stored ? "the repetitions" : kSure);
  auto layers = Json::array();
  layers.push_back(marks_layer(comparison.margins.equivalence));
  layers.push_back({{"mark", {{"type", "rule"}, {"strokeWidth", 3}, {"aria", false}}},
                    {"encoding",
                     {{"x", from},
                      {"x2", {{"field", "high"}}},
                      {"y", y},
                      {"yOffset", apart},
                      {"color", colour}}}});
  layers.push_back({{"name", charts::kPoints},
                    {"mark", {{"type", "point"}, {"filled", true}, {"size", 90}, {"opacity", 1}}},
                    {"encoding",
                     {{"x", x},
                      {"y", y},
                      {"yOffset", apart},
                      {"color", colour},
                      {"shape", shape},
                      {"tooltip", tip}}}});
  chart.spec = charts::spec_of(rows, std::move(layers));
  chart.spec["height"] = {{"step", 44}, {"for", "position"}};
  chart.table = charts::exact_table(rows, {{"case", "case", false},
                                           {"figure", "figure", false},
                                           {"change", "change, %"},
                                           {"low", "from, %"},
                                           {"high", "to, %"},
                                           {"verdict", "verdict", false}});
  return chart;
}

/// What is said of a case: what changed and how far, or why it was not judged.
std::string sentence_of(const CaseVerdict& one) {
  const auto said = [&] {
    if (!one.failed.empty()) return one.failed;
    if (one.remark.empty()) return one.reason();
    return fmt::format("{}; {}", one.reason(), one.remark);
  }();
  return fmt::format("<li><strong>{}</strong>: {}: {}</li>\n",
                     one.failed.empty() ? text_of(one.verdict) : "no verdict", escaped(one.name),
                     escaped(said));
}

/// A sentence a case: those to look at, and the others to be unfolded.
std::string sentences(const Comparison& comparison) {
  std::string changed, others;
  std::size_t number = 0;
  for (const auto& one : comparison.cases)
    if (!one.failed.empty() || one.verdict == Verdict::slower || one.verdict == Verdict::faster)
      changed += sentence_of(one);
    else
      others += sentence_of(one), ++number;
  std::string text;
  if (!changed.empty()) text = fmt::format("<ul>\n{}</ul>\n", changed);
  if (number > 0)
    text += fmt::format("<details><summary>{} other case{}</summary>\n<ul>\n{}</ul></details>\n",
                        number, number == 1 ? "" : "s", others);
  return text;
}

std::string print(const Comparison& comparison) {
  const auto table = comparison_table(comparison);
  auto body = fmt::format("<p class=\"finding\">{}</p>\n", escaped(comparison.sentence())) +
              sentences(comparison);
  if (const auto control = control_text(comparison); !control.empty())
    body += fmt::format("<p>{}</p>\n", escaped(control));
  const auto chart = change_chart(comparison);
  if (!chart.table.rows.empty())
    body += fmt::format("<section class=\"charts\">\n{}</section>\n",
                        figure(chart, {.key = chart.name, .lead = true}));
  body += fmt::format("<section>\n<h2>{}</h2>\n{}</section>\n", escaped(table.title),
                      table_element(table, table.title));
  body += "<section>\n<h2>Compared</h2>\n<dl>\n";
  for (const auto& [role, side] : side_lines(comparison))
    body += fmt::format("<dt>{}</dt><dd>{}</dd>\n", role, escaped(side));
  body +=
      "</dl>\n" + environment_of(comparison.context, "machine, build and command") + "</section>\n";
  return framed("asyncmark compare", body);
}

const bool registered = Registry<ComparisonEntry>::add({
    .name = "html",
    .summary = "a page for a browser, with a chart of the changes",
    .text = print,
});

}  // namespace
}  // namespace asyncmark::page::page_output
