// What operations cost, and what became of those that did not succeed.

#include <fmt/format.h>

#include <algorithm>

#include "bench/results/counters.hpp"
#include "reports/tables/column_entry.hpp"

namespace asyncmark::columns_of_cost {
namespace {

/// Some of all operations that were due, over all repetitions.
Cell some(const CaseFigures& f, std::uint64_t number) {
  if (number == 0) return std::nullopt;
  const auto all = operations_due(f.all);
  return CellFigure{fmt::format("{} of {}", number, all), static_cast<double>(number)};
}

Cell cpu(const CaseFigures& f) {
  const auto value = f.summary.median("cpu_ns_per_op");
  if (!value) return std::nullopt;
  return CellFigure{rounded_text(from_seconds(*value / 1e9)), *value};
}

Cell memory(const CaseFigures& f) {
  const auto value = f.summary.median("memory_bytes_per_op");
  return value ? Cell(CellFigure{rounded_bytes(*value), *value}) : std::nullopt;
}

/// Context switches of both kinds.
Cell switches(const CaseFigures& f) {
  const auto voluntary = f.summary.median("voluntary_switches_per_op");
  const auto involuntary = f.summary.median("involuntary_switches_per_op");
  if (!voluntary || !involuntary) return std::nullopt;
  const auto both = *voluntary + *involuntary;
  return CellFigure{fmt::format("{:.2g}", both), both};
}

/// Shown where connections were made in the timed part; else all of them stood before.
Cell connections_made(const CaseFigures& f) {
  if (f.all.connections) return some(f, f.all.connections->made);
  // A runner that does not report them may have made some.
  const bool shown = std::ranges::any_of(f.cases, [](const Result* one) {
    const auto& reported = one->summary().all.connections;
    return reported && reported->made > 0;
  });
  return shown ? Cell(CellFigure{"-"}) : std::nullopt;
}

const bool registered[] = {
    Registry<ColumnEntry>::add({.name = "failed",
                                .order = 90,
                                .heading = {"", "failed"},
                                .cell = [](const CaseFigures& f) { return some(f, f.all.failed); },
                                .usual = Usual::always,
                                .weight = 10,
                                .blank = "0"}),
    Registry<ColumnEntry>::add(
        {.name = "dropped",
         .order = 91,
         .heading = {"", "dropped"},
         .cell = [](const CaseFigures& f) { return some(f, f.all.never_started); },
         .usual = Usual::always,
         .weight = 10,
         .blank = "0"}),
    Registry<ColumnEntry>::add({.name = "cpu/op",
                                .order = 100,
                                .heading = {"", "CPU/op"},
                                .cell = cpu,
                                .usual = Usual::always,
                                .weight = 3}),
    Registry<ColumnEntry>::add({.name = "mem/op",
                                .order = 110,
                                .heading = {"", "mem/op"},
                                .cell = memory,
                                .usual = Usual::always,
                                .weight = 2}),
    Registry<ColumnEntry>::add(
        {.name = "switches/op", .order = 120, .heading = {"", "switches/op"}, .cell = switches}),
    Registry<ColumnEntry>::add({.name = "connections-made",
                                .order = 140,
                                .heading = {"connections", "made"},
                                .cell = connections_made,
                                .blank = "0"}),
    Registry<ColumnEntry>::add(
        {.name = "connections-reopened",
         .order = 150,
         .heading = {"connections", "reopened"},
         .cell = [](const CaseFigures& f) { return some(f, f.all.resources.connections_reopened); },
         .blank = "0"}),
};

}  // namespace
}  // namespace asyncmark::columns_of_cost
