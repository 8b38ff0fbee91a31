#include "reports/tables/foreign.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <set>

namespace asyncmark {
namespace {

/// Of the last run: others may have counted otherwise.
std::string counters_text(const ForeignRun& run) {
  std::vector<std::string> texts;
  for (const auto& [name, value] : run.counters)
    texts.push_back(fmt::format("{} {:.4g}", name, value));
  return fmt::format("{}", fmt::join(texts, ", "));
}

Row row_of(const ForeignCase& one) {
  if (one.runs.empty()) return {{one.name}, one.missing()};
  const auto& last = one.runs.back();
  return {{one.name, std::to_string(one.runs.size()), std::to_string(last.iterations),
           foreign_time_text(median(one.real_ns())), foreign_time_text(median(one.cpu_ns())),
           counters_text(last)},
          one.missing()};
}

}  // namespace

std::string foreign_time_text(double ns) {
  return ns < 10 ? fmt::format("{:.3g} ns", ns) : rounded_text(from_seconds(ns / 1e9));
}

std::optional<Table> foreign_table(const ResultSet& set) {
  if (set.foreign.empty()) return std::nullopt;
  Table table;
  table.title = set.results.empty() ? "Results of another program (times only)"
                                    : "Other results (times only)";
  if (set.is_partial()) table.title += " (PARTIAL: interrupted)";
  table.columns = {{"", "case", false}, {"repe-", "titions"}, {"", "iterations"},
                   {"", "time"},        {"CPU", "time"},      {"", "counters", false}};
  std::set<std::string> reasons;
  for (const auto& one : set.foreign) {
    table.rows.push_back(row_of(one));
    reasons.insert(one.why);
  }
  table.notes.push_back("time, CPU time: per iteration, median of the repetitions");
  table.notes.push_back(fmt::format(
      "missing, because {}: runner, load, service and response times, percentiles, theoretical "
      "best, memory and warnings",
      fmt::join(reasons, "; ")));
  return table;
}

}  // namespace asyncmark
