// The table for the terminal, which is also what people paste.

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "bench/catalog.hpp"
#include "bench/result_set.hpp"
#include "bench/visible.hpp"
#include "reports/check_texts.hpp"
#include "reports/context_lines.hpp"
#include "reports/draw.hpp"
#include "reports/foreign.hpp"
#include "reports/phases.hpp"
#include "reports/rates.hpp"
#include "reports/reading.hpp"
#include "reports/service_table.hpp"
#include "reports/side_by_side.hpp"

namespace asyncmark {
namespace {

std::string checks(const std::vector<Finding>& findings, std::size_t width) {
  std::string text;
  for (const auto& one : check_texts(findings)) {
    text += (text.empty() ? "\nChecks\n" : "") + wrap("  " + one.heading, width);
    for (const auto& evidence : one.evidence) text += wrap("    " + evidence, width);
    text += wrap("    Remedy: " + one.remedy, width);
  }
  return text;
}

std::string print(const ResultSet& set, const Terminal& terminal, bool phases) {
  const auto& [label, context, results, findings, foreign] = set;
  std::string text;
  for (const auto& [heading, line] : context_lines(context))
    text += fmt::format("{:<9}{}\n", heading, visible(line));
  for (const auto& cases : grouped(results)) {
    const bool partial = set.is_partial();
    text += '\n' + draw(make_table(cases, partial, findings), terminal);
    if (const auto rates = make_rates_table(context, cases)) text += '\n' + draw(*rates, terminal);
    if (const auto service = service_table(cases, partial)) text += '\n' + draw(*service, terminal);
    if (phases) text += '\n' + draw(phases_table(cases, partial), terminal);
    if (const auto sentences = reading(context, cases); !sentences.empty())
      text += '\n' + wrap(fmt::format("{}", fmt::join(sentences, " ")), terminal.text_width());
  }
  if (const auto table = foreign_table(set)) text += '\n' + draw(*table, terminal);
  return text + checks(findings, terminal.text_width());
}

std::string print(const ResultSets& sets, bool phases) {
  const auto terminal = Terminal::of_standard_output();
  std::string text;
  for (const auto* set : sets) {
    if (sets.size() > 1)
      text += fmt::format("{}{}\n\n", text.empty() ? "" : "\n", title(set->label, terminal));
    text += print(*set, terminal, phases);
  }
  if (const auto table = side_by_side(sets)) text += '\n' + draw(*table, terminal);
  return text;
}

const bool registered = Catalog::add(FormatEntry{
    .name = "table",
    .summary = "for people: the figures side by side, and read aloud",
    .print = [](const ResultSets& sets) { return print(sets, false); },
    .print_with_phases = [](const ResultSets& sets) { return print(sets, true); },
});

}  // namespace
}  // namespace asyncmark
