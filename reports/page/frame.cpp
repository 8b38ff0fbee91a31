#include "reports/page/frame.hpp"

#include <fmt/format.h>

#include "bench/base/errors.hpp"
#include "bench/base/escaped.hpp"
#include "bench/base/split.hpp"
#include "bench/base/visible.hpp"
#include "reports/charts/spec.hpp"
#include "reports/page/carried.hpp"
#include "reports/page/markup.hpp"
#include "reports/tables/context_lines.hpp"

namespace asyncmark::page {
namespace {

std::string script(std::string_view text) { return fmt::format("<script>{}</script>\n", text); }

/// Its words each in one piece: no line ends within `--in-flight`.
std::string heading(const std::string& title) {
  std::string all;
  for (const auto& word : words_in(visible(title)))
    all += fmt::format("{}<span>{}</span>", all.empty() ? "" : " ", escaped(word));
  return all;
}

/// Nothing is fetched, and no text becomes a program: Vega interprets its expressions.
constexpr const char* kPolicy =
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: "
    "blob:";

}  // namespace

std::string figure(const charts::Chart& chart, const std::string& key) {
  auto spec = chart.spec;
  spec["description"] = chart.title + " " + chart.caption;
  return fmt::format(
             "<figure class=\"chart\" id=\"{0}\">\n<h3>{1}</h3>\n<div class=\"picture\" "
             "data-name=\"{0}\"></div>\n",
             escaped(key), escaped(chart.title)) +
         data_element(spec, "class=\"spec\"") +
         fmt::format("<figcaption>{}</figcaption>\n", escaped(chart.caption)) +
         folded(chart.table, fmt::format("Exact figures, {} rows", chart.table.rows.size())) +
         "</figure>\n";
}

std::string environment_of(const Context& context) {
  std::string text = "<dl>\n";
  for (const auto& [heading, line] : context_lines(context))
    text +=
        fmt::format("<dt>{0}</dt><dd>{2}{1}{3}</dd>\n", escaped(heading), escaped(line),
                    heading == "command" ? "<code>" : "", heading == "command" ? "</code>" : "");
  text += "</dl>\n";
  Table facts{
      .title = "", .columns = {{"", "fact", false}, {"", "value", false}}, .rows = {}, .notes = {}};
  for (const auto& [key, value] : context.facts.items())
    facts.rows.push_back({{key, value.is_string() ? value.get<std::string>() : value.dump()}, ""});
  return text + folded(facts, "Everything that the result tells of it");
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
             kPolicy, escaped(title), carried::style(), heading(title)) +
         "<noscript><p class=\"note\">The pictures need JavaScript; all figures are in the tables."
         "</p></noscript>\n" +
         body +
         fmt::format(
             "<details><summary>Licences of what draws the "
             "charts</summary><pre>{}</pre></details>\n",
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
