#include "reports/page/frame.hpp"

#include <fmt/format.h>

#include "bench/base/errors.hpp"
#include "bench/base/escaped.hpp"
#include "reports/charts/spec.hpp"
#include "reports/page/carried.hpp"
#include "reports/page/markup.hpp"
#include "reports/tables/context_lines.hpp"

namespace asyncmark::page {
namespace {

std::string script(std::string_view text) { return fmt::format("<script>{}</script>\n", text); }

/// Nothing is fetched, and no text becomes a program: Vega interprets its expressions.
constexpr const char* kPolicy =
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: "
    "blob:";

}  // namespace

std::string figure(const charts::Chart& chart, const Place& place) {
  auto spec = chart.spec;
  spec["description"] = description(chart);
  const auto paragraph = [](const char* form, const std::string& text) {
    return text.empty() ? "" : fmt::format(fmt::runtime(form), escaped(text));
  };
  return fmt::format(
             "<figure class=\"chart{2}\" id=\"{0}\" aria-labelledby=\"{0}-title\">\n"
             "<h3 id=\"{0}-title\">{1}</h3>\n<div class=\"picture\" data-name=\"{0}\"></div>\n",
             escaped(place.key), escaped(chart.title),
             place.lead                     ? " lead"
             : chart.spec.contains("facet") ? " panels"
                                            : "") +
         data_element(spec, "class=\"spec\"") +
         paragraph("<figcaption>{}</figcaption>\n", chart.caption) +
         paragraph("<p class=\"signs\">{}</p>\n", chart.signs) + place.warnings +
         folded(chart.table, exact_figures(chart.table)) + "</figure>\n";
}

std::string environment_of(const Context& context, const std::string& summary) {
  auto text = fmt::format("<details class=\"context printed\"><summary>{}</summary>\n<dl>\n",
                          escaped(summary));
  for (const auto& [heading, line] : context_lines(context))
    text +=
        fmt::format("<dt>{0}</dt><dd>{2}{1}{3}</dd>\n", escaped(heading), escaped(line),
                    heading == "command" ? "<code>" : "", heading == "command" ? "</code>" : "");
  text += "</dl>\n";
  Table facts{
      .title = "", .columns = {{"", "fact", false}, {"", "value", false}}, .rows = {}, .notes = {}};
  for (const auto& [key, value] : context.facts.items())
    facts.rows.push_back({{key, value.is_string() ? value.get<std::string>() : value.dump()}, ""});
  return text + folded(facts, "All facts of the result file") + "</details>\n";
}

std::string framed(const std::string& title, const std::string& body) {
  if (carried::vega_embed().empty())
    throw UsageError(
        "--html: this asyncmark was built without what draws its charts; install npm "
        "(scripts/install-packages page) and build it again");
  return fmt::format(
             "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
             "<meta http-equiv=\"Content-Security-Policy\" content=\"{}\">\n"
             "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
             "<meta name=\"color-scheme\" content=\"light dark\">\n"
             "<link rel=\"icon\" "
             "href=\"data:,\">\n<title>{}</title>\n<style>{}</style>\n</head>\n<body>\n"
             "<main>\n<h1>{}</h1>\n",
             kPolicy, escaped(title), carried::style(), escaped(title)) +
         "<noscript><p class=\"note\">The charts need JavaScript; all figures are in the tables."
         "</p></noscript>\n" +
         body +
         fmt::format(
             "<details class=\"licences\"><summary>Licences of the chart "
             "library</summary><pre>{}</pre></details>\n",
             [&] {
               std::string all;
               for (const char c : carried::licences())
                 all += c == '<' ? "&lt;" : c == '&' ? "&amp;" : std::string(1, c);
               return all;
             }()) +
         "</main>\n" + data_element(charts::config(false), "id=\"light\"") +
         data_element(charts::config(true), "id=\"dark\"") +
         data_element(charts::colours_on_black(), "id=\"on-black\"") + script(carried::vega()) +
         script(carried::vega_lite()) + script(carried::vega_embed()) + script(carried::script()) +
         "</body>\n</html>\n";
}

}  // namespace asyncmark::page
