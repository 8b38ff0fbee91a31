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

namespace asyncmark::markdown_format {
namespace {

std::string checks(const std::vector<Finding>& findings) {
  std::string text;
  for (const auto& one : check_texts(findings)) {
    text += fmt::format("{}- ({}) {}\n", text.empty() ? "\n#### Checks\n\n" : "", one.sign,
                        markdown_text(one.heading));
    for (const auto& evidence : one.evidence)
      text += fmt::format("  - {}\n", markdown_text(evidence));
    text += fmt::format("  - Remedy: {}\n", markdown_text(one.remedy));
  }
  return text;
}

std::string print(const ResultSet& set, bool phases) {
  const auto& [label, context, results, findings, foreign] = set;
  std::string text;
  for (const auto& [heading, line] : context_lines(context))
    text += fmt::format("- {}: {}\n", heading, markdown_text(line));
  for (const auto& cases : grouped(results)) {
    const bool partial = set.is_partial();
    text += '\n' + markdown_table(make_table(cases, partial, findings));
    if (const auto rates = make_rates_table(context, cases)) text += '\n' + markdown_table(*rates);
    if (const auto service = service_table(cases, partial)) text += '\n' + markdown_table(*service);
    if (phases) text += '\n' + markdown_table(phases_table(cases, partial));
    if (const auto sentences = reading(context, cases); !sentences.empty())
      text += '\n' + markdown_text(fmt::format("{}", fmt::join(sentences, " "))) + '\n';
  }
  if (const auto table = foreign_table(set)) text += '\n' + markdown_table(*table);
  return text + checks(findings);
}

std::string print(const ResultSets& sets, bool phases) {
  std::string text;
  for (const auto* set : sets) {
    if (sets.size() > 1)
      text += fmt::format("{}## {}\n\n", text.empty() ? "" : "\n", markdown_text(set->label));
    text += print(*set, phases);
  }
  if (const auto table = side_by_side(sets)) text += '\n' + markdown_table(*table, "##");
  return text;
}

const bool registered = Registry<FormatEntry>::add({
    .name = "markdown",
    .summary = "the same table for a README or a pull request",
    .print = [](const ResultSets& sets) { return print(sets, false); },
    .print_with_phases = [](const ResultSets& sets) { return print(sets, true); },
});

const bool output = Registry<OutputEntry>::add({
    .name = "markdown",
    .summary = "the table for a README or a pull request",
    .file = [](const ResultSets& sets) { return print(sets, false); },
});

}  // namespace
}  // namespace asyncmark::markdown_format
