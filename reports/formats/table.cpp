// The table for the terminal, which is also what people paste.

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "bench/base/wrap.hpp"
#include "bench/results/format_entry.hpp"
#include "bench/results/result_set.hpp"
#include "reports/analysis/check_texts.hpp"
#include "reports/analysis/conclusion.hpp"
#include "reports/analysis/rates.hpp"
#include "reports/analysis/reading.hpp"
#include "reports/tables/context_lines.hpp"
#include "reports/tables/foreign.hpp"
#include "reports/tables/overview.hpp"
#include "reports/tables/phases.hpp"
#include "reports/tables/service_table.hpp"
#include "reports/tables/side_by_side.hpp"
#include "reports/text/draw.hpp"
#include "reports/text/typeset.hpp"

namespace asyncmark::table_format {
namespace {

/// More rows than this, where the same cases ran at several loads, are shown as a matrix: runners
/// against loads.
constexpr std::size_t kMostRows = 20;

constexpr const char* kDetails = "Details: --columns all";
constexpr const char* kCharts = "Charts: --out FILE, then 'asyncmark report FILE --html PAGE'";
constexpr const char* kChartsOf = "Charts: asyncmark report {} --html page.html";

std::string prose(const std::string& text, const Terminal& terminal, std::size_t hanging = 0) {
  return wrap(terminal.unicode ? typeset(text) : text, terminal.text_width(), hanging);
}

std::string warnings(const std::vector<Finding>& findings, const View& view,
                     const Terminal& terminal) {
  constexpr std::size_t kHanging = 4;
  std::string text;
  std::vector<std::string> codes;
  for (const auto& one : check_texts(findings)) {
    // What is about the machine stands in no row.
    codes.push_back(
        fmt::format("({}) {}{}", one.sign, one.code, one.cases.empty() ? " (all rows)" : ""));
    const auto heading = view.shows_all() ? one.heading : one.brief;
    text += prose(fmt::format(" ({}) {}.", one.sign, heading), terminal, kHanging);
    if (view.shows_all())
      for (const auto& evidence : one.evidence) text += prose("     " + evidence, terminal);
    text += prose(fmt::format("     Fix: {}.", one.remedy), terminal);
  }
  if (text.empty()) return view.shows_all() ? "" : "No warnings.\n";
  // One is read as soon as a list of one would be.
  if (codes.size() == 1) return "Warning\n" + text;
  return prose(fmt::format("Warnings: {}", fmt::join(codes, ", ")), terminal) + text;
}

/// Parts of a report with an empty line between them.
class Parts {
 public:
  void add(const std::string& part) {
    if (!part.empty()) text_ += (text_.empty() ? "" : "\n") + part;
  }
  void add(const std::optional<Table>& table, const Terminal& terminal) {
    if (table) add(draw(*table, terminal));
  }
  std::string text() && { return std::move(text_); }

 private:
  std::string text_;
};

void add_figures(Parts& parts, const ResultSet& set, const Cases& cases, const View& view,
                 const Terminal& terminal) {
  const bool partial = set.is_partial();
  const auto overview = make_overview(cases, partial, set.findings);
  const bool is_matrix = overview && fits(*overview, terminal) &&
                         (view.shows_all() || (view.is_usual() && cases.size() > kMostRows));
  if (is_matrix) parts.add(overview, terminal);
  if (!is_matrix || view.shows_all())
    parts.add(make_table(cases, partial, set.findings, view_of(set.context, view)), terminal);
  if (view.shows_all()) {
    parts.add(make_rates_table(set.context, cases), terminal);
    parts.add(service_table(cases, partial), terminal);
  }
  if (view.phases) parts.add(phases_table(cases, partial), terminal);
  const auto sentences = reading(set.context, cases, set.findings);
  if (!sentences.empty()) parts.add(prose(fmt::format("{}", fmt::join(sentences, " ")), terminal));
}

void add_set(Parts& parts, const ResultSet& set, const View& view, const Terminal& terminal) {
  if (view.shows_all()) parts.add(context_text(set.context, terminal));
  for (const auto& cases : grouped(set.results)) add_figures(parts, set, cases, view, terminal);
  parts.add(foreign_table(set), terminal);
  parts.add(warnings(set.findings, view, terminal));
  if (view.shows_all()) return;
  auto line = context_line(set.context, terminal.unicode ? " \u00b7 " : "; ");
  if (!line.empty()) line = prose(visible(line), terminal);
  if (!set.results.empty()) line += fmt::format("{}\n", kDetails);
  if (!set.results.empty() && (!view.is_stored || !view.kept_in.empty()))
    line += view.kept_in.empty()
                ? fmt::format("{}\n", kCharts)
                : fmt::format(fmt::runtime(kChartsOf), visible(view.kept_in)) + '\n';
  parts.add(line);
}

std::string print(const ResultSets& sets, const View& view) {
  const auto terminal = Terminal::of_standard_output();
  Parts parts;
  if (view.is_stored || sets.size() > 1) parts.add(prose(conclusion(sets), terminal));
  parts.add(side_by_side(sets), terminal);
  for (const auto* set : sets) {
    if (sets.size() > 1) parts.add(title(set->label, terminal) + "\n");
    add_set(parts, *set, view, terminal);
  }
  return std::move(parts).text();
}

const bool registered = Registry<FormatEntry>::add({
    .name = "table",
    .summary = "a text table with a summary",
    .print = print,
    .check_view = check_columns,
    .is_default = true,
});

}  // namespace
}  // namespace asyncmark::table_format
