#include "reports/comparison/rows.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

namespace asyncmark {
namespace {

const Judgement* figure_of(const CaseVerdict& one, Figure figure) {
  const auto found = std::ranges::find(one.judged.figures, figure, &Judgement::figure);
  return found == one.judged.figures.end() ? nullptr : &*found;
}

std::string change(const Judgement* one) { return one ? change_text(one->ratio.median) : "-"; }

std::string range(const Judgement* one) {
  if (!one || !std::isfinite(one->ratio.high)) return "-";
  return fmt::format("{} to {}", change_text(one->ratio.low), change_text(one->ratio.high));
}

std::string shares(const Judgement* one) {
  return one ? fmt::format("{:.0f} / {:.0f} %", one->tally->base * 100, one->tally->contender * 100)
             : "-";
}

std::string remark(const CaseVerdict& one) {
  if (!one.failed.empty()) return one.failed;
  std::vector<std::string> parts;
  // Where it is the time alone, the columns tell it.
  if (const auto because = one.because(); !because.empty() && because != std::vector{Figure::wall})
    parts.push_back((one.verdict == Verdict::inconclusive ? "undecided: " : "") + one.reason());
  if (!one.remark.empty()) parts.push_back(one.remark);
  return fmt::format("{}", fmt::join(parts, "; "));
}

}  // namespace

Table comparison_table(const Comparison& comparison) {
  Table table;
  table.title =
      comparison.stored ? "Contender vs baseline, stored results" : "Contender vs baseline";
  table.columns = {{"", "case", false},
                   {"", "verdict", false},
                   {"baseline", "time"},
                   {"", "change"},
                   {comparison.stored ? "" : kSure, comparison.stored ? "between" : "interval"},
                   {comparison.services ? "server CPU" : "CPU", "change"},
                   {"slow", "passes"},
                   {"slow", "processes"},
                   {"", "pairs"},
                   {"", "took"}};
  if (comparison.stored) {
    table.columns.resize(6);
    table.notes.push_back(
        "measured at different times, which a change includes: only changes of 25 % or more count");
    if (!comparison.machine_differences.empty())
      table.notes.push_back(fmt::format("the machines differ, which a change includes: {}",
                                        fmt::join(comparison.machine_differences, "; ")));
    if (!comparison.gates && comparison.count(Verdict::slower) > 0)
      table.notes.push_back("the exit code is 0; with --gate-stored a slower case makes it 1");
  }
  for (const auto& one : comparison.cases) {
    Row row{{one.name, one.failed.empty() ? text_of(one.verdict) : "no verdict"}, remark(one)};
    const auto* wall = figure_of(one, Figure::wall);
    const auto* cpu = figure_of(one, comparison.services ? Figure::service_cpu : Figure::cpu);
    if (one.failed.empty() && wall) {
      const auto time = Duration(static_cast<std::int64_t>(wall->base.value_or(0)));
      row.cells.insert(row.cells.end(),
                       {rounded_text(time), change(wall), range(wall), change(cpu)});
      if (!comparison.stored)
        row.cells.insert(
            row.cells.end(),
            {shares(figure_of(one, Figure::slow_share)), shares(figure_of(one, Figure::placement)),
             std::to_string(one.pairs.size()), rounded_text(one.spent)});
    }
    table.rows.push_back(std::move(row));
  }
  if (!comparison.cases.empty())
    table.notes.push_back(
        "time: total time / operations; in an open loop the median response time");
  if (!comparison.stored && !comparison.cases.empty()) {
    table.notes.push_back(fmt::format(
        "change: the median over the pairs, by the best pass of each process; a verdict "
        "needs {:g} %, an interval ({}) without 0, and the same result in a second run",
        comparison.margins.least_effect * 100, kSure));
    table.notes.push_back(
        "slow passes: share among the slowest tenth of both, baseline / contender; slow processes: "
        "share that was slower than its pair by more than 5 %");
  }
  return table;
}

std::string control_text(const Comparison& comparison) {
  const auto& control = comparison.control;
  if (!control) return "";
  if (!control->failed.empty())
    return fmt::format("Control: the baseline compared with itself has no verdict: {}.",
                       control->failed);
  return fmt::format("Control: the baseline compared with itself is {}, {} ({} pairs of {}).",
                     control->verdict == Verdict::same ? "the same" : text_of(control->verdict),
                     control->reason(), control->pairs.size(), control->name);
}

std::vector<std::pair<std::string, std::string>> side_lines(const Comparison& comparison) {
  std::vector<std::pair<std::string, std::string>> lines;
  for (const auto* side : {&comparison.baseline, &comparison.contender})
    if (!side->what.empty())
      lines.emplace_back(side->role, side->version.empty()
                                         ? side->what
                                         : fmt::format("{}, {}", side->what, side->version));
  return lines;
}

}  // namespace asyncmark
