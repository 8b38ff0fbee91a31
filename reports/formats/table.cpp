// The table for the terminal, which is also what people paste.

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "bench/base/wrap.hpp"
#include "bench/results/format_entry.hpp"
#include "bench/results/result_set.hpp"
#include "reports/analysis/check_texts.hpp"
#include "reports/analysis/rates.hpp"
#include "reports/analysis/reading.hpp"
#include "reports/tables/context_lines.hpp"
#include "reports/tables/foreign.hpp"
#include "reports/tables/overview.hpp"
#include "reports/tables/phases.hpp"
#include "reports/tables/service_table.hpp"
#include "reports/tables/side_by_side.hpp"
#include "reports/text/draw.hpp"

namespace asyncmark::table_format {
namespace {

std::string checks(const std::vector<Finding>& findings, std::size_t width) {
  std::string text;
  for (const auto& one : check_texts(findings)) {
    text += (text.empty() ? "\nChecks\n" : "") +
            wrap(fmt::format("  ({}) {}", one.sign, one.heading), width);
    for (const auto& evidence : one.evidence) text += wrap("    " + evidence, width);
    text += wrap("    Remedy: " + one.remedy, width);
  }
  return text;
}

/// Every figure of each case; before them, where there are several loads, who was how fast at each.
std::string figures(const Cases& cases, bool partial, const std::vector<Finding>& findings,
                    const Terminal& terminal) {
  auto table = make_table(cases, partial, findings);
  const auto overview = make_overview(cases, partial, findings);
  if (!overview || !fits(*overview, terminal)) return '\n' + draw(std::move(table), terminal);
  for (auto& row : table.rows) row.bar.reset();
  table.title = "Each case by itself";
  return '\n' + draw(*overview, terminal) + '\n' + draw(std::move(table), terminal);
}

std::string print(const ResultSet& set, const Terminal& terminal, bool phases) {
  auto text = context_text(set.context, terminal);
  for (const auto& cases : grouped(set.results)) {
    const bool partial = set.is_partial();
    text += figures(cases, partial, set.findings, terminal);
    if (const auto rates = make_rates_table(set.context, cases))
      text += '\n' + draw(*rates, terminal);
    if (const auto service = service_table(cases, partial)) text += '\n' + draw(*service, terminal);
    if (phases) text += '\n' + draw(phases_table(cases, partial), terminal);
    if (const auto sentences = reading(set.context, cases); !sentences.empty())
      text += '\n' + wrap(fmt::format("{}", fmt::join(sentences, " ")), terminal.text_width());
  }
  if (const auto table = foreign_table(set)) text += '\n' + draw(*table, terminal);
  return text + checks(set.findings, terminal.text_width());
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

const bool registered = Registry<FormatEntry>::add({
    .name = "table",
    .summary = "for people: the figures side by side, and read aloud",
    .print = [](const ResultSets& sets) { return print(sets, false); },
    .print_with_phases = [](const ResultSets& sets) { return print(sets, true); },
    .is_default = true,
});

}  // namespace
}  // namespace asyncmark::table_format
