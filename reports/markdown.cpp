// The table for READMEs, pull requests and job summaries.

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "bench/catalog.hpp"
#include "bench/result_set.hpp"
#include "reports/check_texts.hpp"
#include "reports/context_lines.hpp"
#include "reports/foreign.hpp"
#include "reports/phases.hpp"
#include "reports/rates.hpp"
#include "reports/reading.hpp"
#include "reports/rows.hpp"
#include "reports/service_table.hpp"
#include "reports/side_by_side.hpp"

namespace asyncmark {
namespace {

/// Text that Markdown shows as it is.
std::string plain(const std::string& text) {
  std::string escaped;
  for (const char c : text) {
    if (std::string_view("\\`*_[]<>|#").find(c) != std::string_view::npos) escaped += '\\';
    const bool printed = static_cast<unsigned char>(c) >= ' ' && c != '\x7f';
    escaped += printed ? c : ' ';  // A line ends a table's row, and others may move a cursor.
  }
  return escaped;
}

std::string line(const std::vector<std::string>& cells) {
  return fmt::format("| {} |\n", fmt::join(cells, " | "));
}

std::string table_text(const Table& table, const char* level = "###") {
  bool remarks = false;
  for (const auto& row : table.rows) remarks = remarks || !row.remark.empty();
  std::vector<std::string> headings, rules;
  for (const auto& column : table.columns) {
    headings.push_back(plain(column.heading()));
    rules.push_back(column.number ? "---:" : ":---");
  }
  if (remarks) {
    headings.emplace_back("remark");
    rules.emplace_back(":---");
  }
  auto text = fmt::format("{} {}\n\n", level, plain(table.title)) + line(headings) + line(rules);
  for (const auto& row : table.rows) {
    std::vector<std::string> cells;
    for (const auto& cell : row.cells) cells.push_back(plain(cell));
    cells.resize(table.columns.size());
    if (remarks) cells.push_back(plain(row.remark));
    text += line(cells);
  }
  if (!table.notes.empty()) text += '\n';
  for (const auto& note : table.notes) text += fmt::format("- {}\n", plain(note));
  return text;
}

std::string checks(const std::vector<Finding>& findings) {
  std::string text;
  for (const auto& one : check_texts(findings)) {
    text += fmt::format("{}- ({}) {}\n", text.empty() ? "\n#### Checks\n\n" : "", one.sign,
                        plain(one.heading));
    for (const auto& evidence : one.evidence) text += fmt::format("  - {}\n", plain(evidence));
    text += fmt::format("  - Remedy: {}\n", plain(one.remedy));
  }
  return text;
}

std::string print(const ResultSet& set, bool phases) {
  const auto& [label, context, results, findings, foreign] = set;
  std::string text;
  for (const auto& [heading, line] : context_lines(context))
    text += fmt::format("- {}: {}\n", heading, plain(line));
  for (const auto& cases : grouped(results)) {
    const bool partial = set.is_partial();
    text += '\n' + table_text(make_table(cases, partial, findings));
    if (const auto rates = make_rates_table(context, cases)) text += '\n' + table_text(*rates);
    if (const auto service = service_table(cases, partial)) text += '\n' + table_text(*service);
    if (phases) text += '\n' + table_text(phases_table(cases, partial));
    if (const auto sentences = reading(context, cases); !sentences.empty())
      text += '\n' + plain(fmt::format("{}", fmt::join(sentences, " "))) + '\n';
  }
  if (const auto table = foreign_table(set)) text += '\n' + table_text(*table);
  return text + checks(findings);
}

std::string print(const ResultSets& sets, bool phases) {
  std::string text;
  for (const auto* set : sets) {
    if (sets.size() > 1)
      text += fmt::format("{}## {}\n\n", text.empty() ? "" : "\n", plain(set->label));
    text += print(*set, phases);
  }
  if (const auto table = side_by_side(sets)) text += '\n' + table_text(*table, "##");
  return text;
}

const bool registered = Catalog::add(FormatEntry{
    .name = "markdown",
    .summary = "the same table for a README or a pull request",
    .print = [](const ResultSets& sets) { return print(sets, false); },
    .print_with_phases = [](const ResultSets& sets) { return print(sets, true); },
});

const bool output = Catalog::add(OutputEntry{
    .name = "markdown",
    .summary = "the table for a README or a pull request",
    .file = [](const ResultSets& sets) { return print(sets, false); },
});

}  // namespace
}  // namespace asyncmark
