// One file that needs nothing else: the question and the answer, the charts with their findings,
// warnings and exact figures, and a table; machine and command are folded.

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <set>

#include "bench/base/escaped.hpp"
#include "bench/results/format_entry.hpp"
#include "reports/analysis/notes.hpp"
#include "reports/analysis/reading.hpp"
#include "reports/charts/charts.hpp"
#include "reports/page/all_cases.hpp"
#include "reports/page/frame.hpp"
#include "reports/page/markup.hpp"
#include "reports/page/warnings.hpp"
#include "reports/tables/foreign.hpp"
#include "reports/tables/rows.hpp"
#include "reports/tables/side_by_side.hpp"

namespace asyncmark::page {
namespace {

std::string label_of(const ResultSet& set) { return set.label.empty() ? "" : set.label + ": "; }

std::string labels_of(const ResultSets& sets) {
  std::vector<std::string> labels;
  for (const auto* set : sets) labels.push_back(set->label);
  return fmt::format("{}", fmt::join(labels, ", "));
}

std::vector<std::string> reading_of(const charts::Section& section) {
  return reading(section.group.set.context, section.group.cases, section.group.set.findings);
}

std::string question_of(const Cases& cases) {
  std::set<std::string> runners;
  bool open = false;
  for (const auto* one : cases) {
    runners.insert(one->what.runner);
    open = open || one->what.load.rate;
  }
  if (runners.size() == 1)
    return open ? fmt::format("Which rate does {} sustain, and how fast does it respond?",
                              *runners.begin())
                : fmt::format("How fast is {}?", *runners.begin());
  return open ? "Which runner sustains the offered rate, and how fast does it respond?"
              : "Which runner is fastest?";
}

std::string question_of(const ResultSets& sets, const charts::Gallery& gallery) {
  if (sets.size() > 1) return "How do " + labels_of(sets) + " differ?";
  if (gallery.sections.size() > 1) return "Which runner is fastest for which workload?";
  return gallery.sections.empty() ? "Which cases were run?"
                                  : question_of(gallery.sections.front().group.cases);
}

/// The sentences of the only section.
std::string answer(const charts::Section& section) {
  std::string text;
  for (const auto& sentence : reading_of(section))
    text +=
        fmt::format("<p{}>{}</p>\n", text.empty() ? " class=\"finding\"" : "", escaped(sentence));
  return text;
}

/// The first sentence of each section, with a link to it.
std::string answers(const charts::Gallery& gallery) {
  std::string text;
  for (const auto& one : gallery.sections) {
    const auto sentences = reading_of(one);
    text +=
        fmt::format("<li><a href=\"#{}\">{}</a>: {}</li>\n", escaped(one.key), escaped(one.heading),
                    sentences.empty() ? "no conclusion" : escaped(sentences.front()));
  }
  return text.empty() ? "" : fmt::format("<ul class=\"answers\">\n{}</ul>\n", text);
}

std::string answer_of(const charts::Gallery& gallery) {
  const auto text =
      gallery.sections.size() == 1 ? answer(gallery.sections.front()) : answers(gallery);
  if (!text.empty()) return text;
  return "<p class=\"finding\">No case has figures to conclude from.</p>\n";
}

std::string environment(const ResultSets& sets) {
  std::string text;
  for (const auto* set : sets)
    text += environment_of(set->context, label_of(*set) + "machine, build and command");
  return text;
}

std::string partial(const ResultSets& sets) {
  std::string text;
  for (const auto* set : sets)
    if (set->is_partial())
      text += fmt::format("<p class=\"note\">{}PARTIAL: not all that was planned was run.</p>\n",
                          escaped(label_of(*set)));
  return text;
}

/// Charts side by side where there is room.
class Charts {
 public:
  void add(const charts::Chart& chart, Place place) {
    place.lead = !has_lead_;
    has_lead_ = true;
    figures_ += figure(chart, place);
  }
  /// Returns the charts that were added since the last call.
  std::string take() {
    if (figures_.empty()) return "";
    return fmt::format("<div class=\"charts\">\n{}</div>\n", std::exchange(figures_, ""));
  }

 private:
  std::string figures_;
  bool has_lead_ = false;
};

std::string section(const charts::Section& one, const Warnings& warnings, bool is_only,
                    Charts& charts) {
  auto text =
      fmt::format("<section id=\"{0}\" aria-labelledby=\"{0}-heading\">\n", escaped(one.key));
  text += fmt::format("<h2 id=\"{}-heading\"{}>{}</h2>\n", escaped(one.key),
                      is_only ? " class=\"unseen\"" : "", escaped(one.heading));
  if (!is_only) text += answer(one) + warnings.of(one);
  for (const auto& chart : one.charts)
    charts.add(chart, {.key = one.key + "-" + chart.name, .warnings = warnings.links(one, chart)});
  text += charts.take();
  const auto& set = one.group.set;
  const auto table = with_group_column(
      make_table(one.group.cases, set.is_partial(), set.findings, {.columns = "all"}));
  text += fmt::format("<h3>Table: {}</h3>\n{}", escaped(table.title),
                      table_element(table, table.title));
  for (const auto& note : notes_of_programs(one.group.cases))
    text += fmt::format("<p class=\"note\">{}</p>\n", escaped(note));
  return text + "</section>\n";
}

std::string titled(const std::string& title, const std::string& content) {
  return content.empty()
             ? ""
             : fmt::format("<section>\n<h2>{}</h2>\n{}</section>\n", escaped(title), content);
}

std::string other_tables(const ResultSets& sets) {
  std::string text;
  if (const auto table = side_by_side(sets))
    text += titled(table->title, table_element(*table, table->title));
  for (const auto* set : sets)
    if (const auto table = foreign_table(*set))
      text += titled(label_of(*set) + table->title, table_element(*table, table->title));
  return text;
}

std::string every_case(const ResultSets& sets) {
  const auto cases = all_cases(sets);
  if (cases.rows.empty()) return "";
  return titled("All cases", folded(cases, exact_figures(cases)));
}

std::string title_of(const ResultSets& sets, const charts::Gallery& gallery) {
  if (gallery.sections.size() == 1) return gallery.sections.front().heading;
  if (sets.size() > 1) return labels_of(sets);
  return gallery.sections.empty() ? "asyncmark"
                                  : fmt::format("{} workloads", gallery.sections.size());
}

std::string page_of(const ResultSets& sets) {
  const auto gallery = charts::gallery_of(sets);
  const Warnings warnings(sets, gallery);
  Charts charts;
  auto text = fmt::format("<p class=\"question\">{}</p>\n", escaped(question_of(sets, gallery))) +
              partial(sets) + answer_of(gallery) + warnings.general() + environment(sets);
  if (!gallery.left_out.empty())
    text += fmt::format("<p class=\"note\">{}</p>\n", escaped(gallery.left_out));
  for (const auto& chart : gallery.overall) charts.add(chart, {.key = chart.name});
  text += titled("Overall", charts.take());
  if (sets.size() > 1) text += other_tables(sets);
  for (const auto& one : gallery.sections)
    text += section(one, warnings, gallery.sections.size() == 1, charts);
  if (sets.size() == 1) text += other_tables(sets);
  return framed(title_of(sets, gallery), text + every_case(sets));
}

const bool registered = Registry<OutputEntry>::add({
    .name = "html",
    .summary = "a self-contained HTML page with charts",
    .file = page_of,
});

}  // namespace
}  // namespace asyncmark::page
