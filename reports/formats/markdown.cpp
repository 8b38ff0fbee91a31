// The table for READMEs, pull requests and job summaries.

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "bench/results/format_entry.hpp"
#include "bench/results/result_set.hpp"
#include "reports/analysis/check_texts.hpp"
#include "reports/analysis/rates.hpp"
#include "reports/analysis/reading.hpp"
#include "reports/tables/context_lines.hpp"
#include "reports/tables/foreign.hpp"
#include "reports/tables/phases.hpp"
#include "reports/tables/rows.hpp"
#include "reports/tables/service_table.hpp"
#include "reports/tables/side_by_side.hpp"
#include "reports/text/markdown_table.hpp"
#include "reports/text/typeset.hpp"

namespace asyncmark::markdown_format {
namespace {

std::string warnings(const std::vector<Finding>& findings) {
  std::string text;
  for (const auto& one : check_texts(findings)) {
    text += fmt::format("{}- ({}) {}\n", text.empty() ? "\n#### Warnings\n\n" : "", one.sign,
                        markdown_text(one.heading));
    for (const auto& evidence : one.evidence)
      text += fmt::format("  - {}\n", markdown_text(evidence));
    text += fmt::format("  - Fix: {}\n", markdown_text(one.remedy));
  }
  return text;
}

std::string print(const ResultSet& set, const View& view) {
  std::string text;
  const auto add = [&](const std::string& part) {
    text += (text.empty() || part.empty() ? "" : "\n") + part;
  };
  if (view.shows_all())
    for (const auto& [heading, line] : context_lines(set.context))
      text += fmt::format("- {}: {}\n", heading, markdown_text(line));
  for (const auto& cases : grouped(set.results)) {
    const bool partial = set.is_partial();
    add(markdown_table(make_table(cases, partial, set.findings, view_of(set.context, view))));
    const auto rates = make_rates_table(set.context, cases);
    if (rates && view.shows_all()) add(markdown_table(*rates));
    const auto service = service_table(cases, partial);
    if (service && view.shows_all()) add(markdown_table(*service));
    if (view.phases) add(markdown_table(phases_table(cases, partial)));
    if (const auto sentences = reading(set.context, cases, set.findings); !sentences.empty())
      add(markdown_text(fmt::format("{}", fmt::join(sentences, " "))) + '\n');
  }
  if (const auto table = foreign_table(set)) add(markdown_table(*table));
  text += warnings(set.findings);
  if (!view.shows_all())
    if (const auto line = context_line(set.context, "; "); !line.empty())
      add(markdown_text(line) + '\n');
  return text;
}

std::string print(const ResultSets& sets, const View& view) {
  std::string text;
  for (const auto* set : sets) {
    if (sets.size() > 1)
      text += fmt::format("{}## {}\n\n", text.empty() ? "" : "\n", markdown_text(set->label));
    text += print(*set, view);
  }
  if (const auto table = side_by_side(sets)) text += '\n' + markdown_table(*table, "##");
  return typeset(text);
}

const bool registered = Registry<FormatEntry>::add({
    .name = "markdown",
    .summary = "the table as Markdown, for a README or a pull request",
    .print = [](const ResultSets& sets, const View& view) { return print(sets, view); },
    .check_view = check_columns,
    .is_job_summary = true,
});

const bool output = Registry<OutputEntry>::add({
    .name = "markdown",
    .summary = "the table as Markdown, for a README or a pull request",
    .file = [](const ResultSets& sets) { return print(sets, View{}); },
});

}  // namespace
}  // namespace asyncmark::markdown_format
