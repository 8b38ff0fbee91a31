// One file that needs nothing else: the finding, what the checks say, the charts with what they
// show and their exact figures, the machine and the commands.

#include <fmt/format.h>

#include "bench/base/escaped.hpp"
#include "bench/results/format_entry.hpp"
#include "reports/analysis/check_texts.hpp"
#include "reports/analysis/notes.hpp"
#include "reports/analysis/reading.hpp"
#include "reports/charts/charts.hpp"
#include "reports/page/all_cases.hpp"
#include "reports/page/frame.hpp"
#include "reports/page/markup.hpp"
#include "reports/tables/foreign.hpp"
#include "reports/tables/side_by_side.hpp"

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
      const auto sentences = reading(set->context, section.group.cases, set->findings);
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

std::string section(const charts::Section& one) {
  auto text = fmt::format("<section>\n<h2>{}</h2>\n", escaped(one.heading));
  for (const auto& sentence :
       reading(one.group.set.context, one.group.cases, one.group.set.findings))
    text += fmt::format("<p>{}</p>\n", escaped(sentence));
  for (const auto& note : notes_of_programs(one.group.cases))
    text += fmt::format("<p class=\"note\">{}</p>\n", escaped(note));
  for (const auto& chart : one.charts) text += figure(chart, one.key + "-" + chart.name);
  return text + "</section>\n";
}

std::string environment(const ResultSets& sets) {
  std::string text;
  for (const auto* set : sets) {
    if (sets.size() > 1) text += fmt::format("<h3>{}</h3>\n", escaped(set->label));
    text += environment_of(set->context);
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

std::string page_of(const ResultSets& sets) {
  const auto gallery = charts::gallery_of(sets);
  return framed(title_of(sets), partial(sets) + finding(sets, gallery) + body(sets, gallery));
}

const bool registered = Registry<OutputEntry>::add({
    .name = "html",
    .summary = "a page with charts that needs nothing else, for a browser",
    .file = page_of,
});

}  // namespace
}  // namespace asyncmark::page
