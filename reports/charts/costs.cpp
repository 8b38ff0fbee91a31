// What an operation costs besides time: memory, CPU time, context switches.

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "reports/charts/chart_entry.hpp"
#include "reports/charts/spec.hpp"

namespace asyncmark::charts::costs_chart {
namespace {

struct Cost {
  std::string name;
  std::string title;
  std::string least;    ///< Begins the finding.
  std::string heading;  ///< Of the exact figure.
  std::string axis;
  double per_unit;  ///< Exact figures in a unit of the axis.
  std::optional<double> (*of)(const Result&);
  std::string (*text)(double);
  std::string remark;
  const char* format;          ///< Of the axis, d3's.
  const char* fact = nullptr;  ///< By which a program says that it is that of its whole process.
};

bool of_whole_process(const Result& one, const Cost& cost) {
  const auto has_fact = [&](const Measurement* run) {
    const auto found = run->facts.find(cost.fact);
    return found != run->facts.end() && found->second.find("whole process") != std::string::npos;
  };
  return cost.fact && std::ranges::any_of(one.finished(), has_fact);
}

std::optional<double> switches(const Result& one) {
  const auto voluntary = one.summary().median("voluntary_switches_per_op");
  const auto involuntary = one.summary().median("involuntary_switches_per_op");
  if (!voluntary || !involuntary) return std::nullopt;
  return *voluntary + *involuntary;
}

const Cost kMemory{"memory-per-operation",
                   "Memory per operation in flight by runner",
                   "Least memory",
                   "bytes per operation in flight",
                   "bytes per operation in flight",
                   1,
                   [](const Result& one) { return one.summary().median("memory_bytes_per_op"); },
                   rounded_bytes,
                   "Includes the kernel's memory: page tables, stacks of threads, slab.",
                   ".3~s"};

const Cost kProcessor{"processor-time-per-operation",
                      "CPU time per operation by runner",
                      "Least CPU time",
                      "CPU per operation, ns",
                      "CPU per operation, µs",
                      1000,
                      [](const Result& one) { return one.summary().median("cpu_ns_per_op"); },
                      [](double ns) { return rounded_text(from_seconds(ns / 1e9)); },
                      "User and kernel, without the service.",
                      ",.6~f",
                      kCpuFact};

const Cost kSwitches{"switches-per-operation",
                     "Context switches per operation by runner",
                     "Fewest context switches",
                     "switches per operation",
                     "context switches per operation",
                     1,
                     switches,
                     [](double number) { return fmt::format("{:.2g}", number); },
                     "Voluntary and involuntary.",
                     ",.6~f",
                     kSwitchesFact};

Json figures_of(const Line& line, const Result& one, const Cost& cost, double value) {
  auto row = row_of(line, one);
  row.update({{"exact", value},
              {"value", value / cost.per_unit},
              {"text", cost.text(value)},
              {"of", of_whole_process(one, cost) ? "its whole process" : "operations"}});
  return row;
}

Json rows_of(const std::vector<Line>& lines, const Cost& cost) {
  auto rows = Json::array();
  for (const auto& line : lines)
    for (const auto* one : line.cases)
      if (const auto value = cost.of(*one)) rows.push_back(figures_of(line, *one, cost, *value));
  return rows;
}

bool is_drawn(const Json& row) {
  // A logarithmic axis has no place for what is not above zero.
  return row["exact"].get<double>() > 0 && row["of"] == "operations";
}

Json drawn_of(const Json& rows) {
  auto drawn = Json::array();
  for (const auto& row : rows)
    if (is_drawn(row)) drawn.push_back(row);
  return drawn;
}

std::string list_of(const std::vector<std::string>& names) {
  constexpr std::size_t kMost = 4;
  if (names.size() > kMost) return fmt::format("{} lines of the table below", names.size());
  return fmt::format("{}", fmt::join(names, "; "));
}

/// The runners that the picture does not show, and why.
std::string left_out(const Largest& largest, const Json& rows) {
  std::vector<std::string> whole, unknown;
  for (const auto& line : largest.lines) {
    const auto row =
        std::ranges::find_if(rows, [&](const Json& one) { return one["series"] == line.label; });
    if (row == rows.end() || ((*row)["of"] == "operations" && !is_drawn(*row)))
      unknown.push_back(line.label);
    else if (!is_drawn(*row))
      whole.push_back(line.label);
  }
  std::string text;
  if (!whole.empty())
    text = fmt::format(
        " Not drawn, as only the figure of the whole process with its start is known: {}.",
        fmt::join(whole, "; "));
  if (!unknown.empty())
    text += fmt::format(" Not drawn, as no figure above zero is known: {}.", list_of(unknown));
  return text;
}

std::string caption(const Json& drawn, const Cost& cost) {
  const auto less = [](const Json& a, const Json& b) { return a["exact"] < b["exact"]; };
  const auto [least, most] = std::minmax_element(drawn.begin(), drawn.end(), less);
  const auto text = [](const Json& row, const char* key) { return row[key].get<std::string>(); };
  const auto ratio = (*most)["exact"].get<double>() / (*least)["exact"].get<double>();
  return fmt::format("{}: {}, {}; most: {}, {} ({}).", cost.least, text(*least, "series"),
                     text(*least, "text"), text(*most, "series"), text(*most, "text"),
                     ratio_text(ratio));
}

Charts chart_of(const Group& group, const Cost& cost) {
  const auto largest = at_largest_load(group.cases);
  const auto rows = rows_of(largest.lines, cost);
  const auto drawn = drawn_of(rows);
  if (drawn.size() < 2) return {};  // Of one there is nothing to compare.
  return {{.name = cost.name,
           .title = cost.title,
           .caption = caption(drawn, cost),
           .signs = fmt::format("{} Medians of the repetitions, {}.{}", cost.remark, largest.words,
                                left_out(largest, rows)),
           .spec = dots_spec(drawn, {.key = "value", .title = cost.axis, .format = cost.format},
                             tooltip({{"case", "case"}, {"exact", cost.heading}})),
           .table = exact_table(
               rows, {{"case", "case", false}, {"exact", cost.heading}, {"of", "of", false}})}};
}

Charts memory_per_operation(const Group& group) { return chart_of(group, kMemory); }

Charts processor_per_operation(const Group& group) {
  auto charts = chart_of(group, kProcessor);
  for (auto& one : chart_of(group, kSwitches)) charts.push_back(std::move(one));
  return charts;
}

const bool memory_per_operation_registered = Registry<ChartEntry>::add({
    .name = "memory-per-operation",
    .order = 70,
    .of_group = memory_per_operation,
});

const bool processor_per_operation_registered = Registry<ChartEntry>::add({
    .name = "processor-per-operation",
    .order = 80,
    .of_group = processor_per_operation,
});

}  // namespace
}  // namespace asyncmark::charts::costs_chart
