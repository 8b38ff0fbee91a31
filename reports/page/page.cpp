// One file that needs nothing else: the finding, what the checks say, the charts with what they
// show and their exact figures, the machine and the commands.

#include <fmt/format.h>

#include "bench/catalog.hpp"
#include "bench/errors.hpp"
#include "reports/charts/charts.hpp"
#include "reports/charts/spec.hpp"
#include "reports/check_texts.hpp"
#include "reports/context_lines.hpp"
#include "reports/foreign.hpp"
#include "reports/page/all_cases.hpp"
#include "reports/page/carried.hpp"
#include "reports/page/markup.hpp"
#include "reports/reading.hpp"
#include "reports/side_by_side.hpp"

namespace asyncmark::page {
namespace {

constexpr std::size_t kMostEvidence = 10;

std::string label_of(const ResultSet& set) { return set.label.empty() ? "" : set.label + ": "; }

/// The first sentence of each set's first workload that has one.
std::string finding(const ResultSets& sets, const charts::Gallery& gallery) {
  std::string text;
  for (const auto* set : sets)
    for (const auto& section : gallery.sections) {
      if (&section.group.set != set) continue;
      const auto sentences = reading(set->context, section.group.cases);
      if (sentences.empty()) continue;
      text += fmt::format("<p class=\"finding\">{}{}</p>\n", escaped(label_of(*set)),
                          escaped(sentences.front()));
      break;
    }
  return text.empty() ? "<p class=\"finding\">No case has figures to conclude from.</p>\n" : text;
}

std::string evidence(const CheckText& one) {
  std::string text;
  for (std::size_t i = 0; i < std::min(one.evidence.size(), kMostEvidence); ++i)
    text += fmt::format("<li>{}</li>\n", escaped(one.evidence[i]));
  if (one.evidence.size() > kMostEvidence)
    text += fmt::format("<li>and {} more like these</li>\n", one.evidence.size() - kMostEvidence);
  return text;
}

std::string checks(const ResultSets& sets) {
  std::string text;
  for (const auto* set : sets)
    for (const auto& one : check_texts(set->findings))
      text +=
          fmt::format("<li>{}{}\n<ul>\n{}</ul>\n<p>Remedy: {}</p></li>\n", escaped(label_of(*set)),
                      escaped(one.heading), evidence(one), escaped(one.remedy));
  if (text.empty()) return "<p>They found nothing to object to.</p>\n";
  return fmt::format("<ul class=\"checks\">\n{}</ul>\n", text);
}

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

std::string section(const charts::Section& one) {
  auto text = fmt::format("<section>\n<h2>{}</h2>\n", escaped(one.heading));
  for (const auto& sentence : reading(one.group.set.context, one.group.cases))
    text += fmt::format("<p>{}</p>\n", escaped(sentence));
  for (const auto& chart : one.charts) text += figure(chart, one.key + "-" + chart.name);
  return text + "</section>\n";
}

std::string environment(const ResultSets& sets) {
  std::string text;
  for (const auto* set : sets) {
    if (sets.size() > 1) text += fmt::format("<h3>{}</h3>\n", escaped(set->label));
    text += "<dl>\n";
    for (const auto& [heading, line] : context_lines(set->context))
      text +=
          fmt::format("<dt>{0}</dt><dd>{2}{1}{3}</dd>\n", escaped(heading), escaped(line),
                      heading == "command" ? "<code>" : "", heading == "command" ? "</code>" : "");
    text += "</dl>\n";
    Table facts{.title = "",
                .columns = {{"", "fact", false}, {"", "value", false}},
                .rows = {},
                .notes = {}};
    for (const auto& [key, value] : set->context.facts.items())
      facts.rows.push_back(
          {{key, value.is_string() ? value.get<std::string>() : value.dump()}, ""});
    text += folded(facts, "Everything that the result tells of it");
  }
  return text;
}

std::string other_tables(const ResultSets& sets) {
  std::string text;
  if (const auto table = side_by_side(sets))
    text +=
        fmt::format("<h2>{}</h2>\n{}", escaped(table->title), table_element(*table, table->title));
  for (const auto* set : sets)
    if (const auto table = foreign_table(*set))
      text += fmt::format("<h2>{}{}</h2>\n{}", escaped(label_of(*set)), escaped(table->title),
                          table_element(*table, table->title));
  return text;
}

std::string title_of(const ResultSets& sets) {
  const auto& facts = sets.front()->context.facts;
  const auto command = facts.find("command");
  if (sets.size() == 1 && command != facts.end() && command->is_string())
    return command->get<std::string>();
  std::string all = "asyncmark:";
  for (const auto* set : sets) all += " " + set->label;
  return all;
}

std::string partial(const ResultSets& sets) {
  std::string text;
  for (const auto* set : sets)
    if (set->is_partial())
      text += fmt::format("<p class=\"note\">{}PARTIAL: not all that was planned was run.</p>\n",
                          escaped(label_of(*set)));
  return text;
}

std::string body(const ResultSets& sets, const charts::Gallery& gallery) {
  auto text = "<h2>Checks</h2>\n" + checks(sets) + other_tables(sets);
  if (!gallery.left_out.empty())
    text += fmt::format("<p class=\"note\">{}</p>\n", escaped(gallery.left_out));
  if (!gallery.overall.empty()) text += "<section>\n<h2>Overall</h2>\n";
  for (const auto& chart : gallery.overall) text += figure(chart, chart.name);
  if (!gallery.overall.empty()) text += "</section>\n";
  for (const auto& one : gallery.sections) text += section(one);
  const auto cases = all_cases(sets);
  if (!cases.rows.empty())
    text += "<section>\n<h2>All cases</h2>\n" +
            folded(cases, fmt::format("Exact figures, {} rows", cases.rows.size())) +
            "</section>\n";
  return text + "<section>\n<h2>Environment and commands</h2>\n" + environment(sets) +
         "</section>\n";
}

std::string script(std::string_view text) { return fmt::format("<script>{}</script>\n", text); }

/// Nothing is fetched, and no text becomes a program: Vega interprets its expressions.
constexpr const char* kPolicy =
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: "
    "blob:";

std::string page_of(const ResultSets& sets) {
  if (carried::vega_embed().empty())
    throw UsageError(
        "--html: this asyncmark was built without what draws its charts; install npm "
        "(scripts/install-packages charts) and build it again");
  const auto gallery = charts::gallery_of(sets);
  const auto title = escaped(title_of(sets));
  return fmt::format(
             "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
             "<meta http-equiv=\"Content-Security-Policy\" content=\"{}\">\n"
             "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
             "<meta name=\"color-scheme\" content=\"light dark\">\n"
             "<link rel=\"icon\" "
             "href=\"data:,\">\n<title>{}</title>\n<style>{}</style>\n</head>\n<body>\n"
             "<main>\n<h1>{}</h1>\n",
             kPolicy, title, carried::style(), title) +
         partial(sets) + finding(sets, gallery) +
         "<noscript><p class=\"note\">The pictures need JavaScript; all figures are in the tables."
         "</p></noscript>\n" +
         body(sets, gallery) +
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
         data_element(charts::config(true), "id=\"dark\"") + script(carried::vega()) +
         script(carried::vega_lite()) + script(carried::vega_embed()) + script(carried::script()) +
         "</body>\n</html>\n";
}

const bool registered = Catalog::add(OutputEntry{
    .name = "html",
    .summary = "a page with charts that needs nothing else, for a browser",
    .file = page_of,
});

}  // namespace
}  // namespace asyncmark::page
