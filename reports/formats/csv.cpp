// A row a repetition, for spreadsheets and data frames: raw numbers, units in the names, the
// context in columns of its own, since a comment above the header is no CSV (RFC 4180).

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "bench/base/visible.hpp"
#include "bench/os/placement.hpp"
#include "bench/results/format_entry.hpp"
#include "bench/results/result_set.hpp"
#include "bench/results/summary.hpp"
#include "reports/analysis/cases.hpp"

namespace asyncmark::csv_format {
namespace {

/// The facts without which a figure means little.
const char* const kContext[] = {"date",   "cpu_model", "num_cpus",       "kernel",
                                "commit", "compiler",  "compiler_flags", "partial"};

void put_options(Json& row, const std::string& axis, const OptionValues& values) {
  const auto options = values.to_json();
  for (const auto& [key, value] : options.items()) row[axis + "_" + key] = value;
}

Json named(const ResultSet& set, const std::string& name) {
  auto row = Json::object();
  if (!set.label.empty()) row["file"] = set.label;
  row["name"] = name;
  return row;
}

Json row_of(const ResultSet& set, const Result& result, std::size_t index,
            const std::string& compared) {
  const auto& [measured, died, how, by_itself, understood] = result.repetitions[index];
  const auto& load = result.what.load;
  auto row = named(set, result.name());
  row["workload"] = result.what.workload;
  put_options(row, "workload", result.what.workload_options);
  row["runner"] = result.what.runner;
  put_options(row, "runner", result.what.runner_options);
  if (load.duration)
    row["duration_ns"] = load.duration->count();
  else
    row["ops"] = load.ops;
  if (load.rate) {
    row["rate_per_s"] = *load.rate;
    row["arrivals"] = load.arrivals == Arrivals::poisson ? "poisson" : "fixed";
  }
  if (load.in_flight)
    row["in_flight"] =
        *load.in_flight == kUnbounded ? "unbounded" : std::to_string(*load.in_flight);
  if (load.warmup) row["warmup"] = *load.warmup;
  row["seed"] = result.what.seed;
  if (const auto cpus = result.what.cpus.text(); !cpus.empty()) row["cpus"] = cpus;
  row["passes"] = load.passes;
  row["comparison"] = compared;
  row["cap"] = result.how.cap;
  row["workers"] = result.how.workers;
  row["repetition_index"] = index;
  row["error_message"] = died;
  if (died.empty()) {
    row["real_time_ns"] = measured.per_pass(measured.elapsed()).count();
    row["cpu_time_ns"] = measured.per_pass(measured.cpu()).count();
    for (const auto& [name, value] : result.summary().counters[index]) row[name] = value;
    const auto& [client, service] = measured.placement;
    if (!client.empty()) row["placed_client"] = client;
    if (!service.empty()) row["placed_service"] = service;
  }
  return row;
}

Json row_of(const ResultSet& set, const ForeignCase& one, std::size_t index) {
  auto row = named(set, one.name);
  row["repetition_index"] = index;
  row["real_time_ns"] = one.runs[index].real_ns;
  row["cpu_time_ns"] = one.runs[index].cpu_ns;
  for (const auto& [name, value] : one.runs[index].counters) row[name] = value;
  return row;
}

void put_context(Json& row, const Context& context) {
  for (const auto* key : kContext)
    if (context.facts.contains(key)) row[key] = context.facts[key];
}

std::vector<Json> rows_of(const ResultSets& sets) {
  std::vector<Json> rows;
  for (const auto* set : sets) {
    const auto first = rows.size();
    for (const auto& cases : grouped(set->results)) {
      const auto compared = comparison(cases);
      for (const auto* one : cases)
        for (std::size_t i = 0; i < one->repetitions.size(); ++i)
          rows.push_back(row_of(*set, *one, i, compared));
    }
    for (const auto& one : set->foreign) {
      for (std::size_t i = 0; i < one.runs.size(); ++i) rows.push_back(row_of(*set, one, i));
      if (one.missing().empty()) continue;
      rows.push_back(named(*set, one.name));
      rows.back()["error_message"] = one.missing();
    }
    for (auto i = first; i < rows.size(); ++i) put_context(rows[i], set->context);
  }
  return rows;
}

/// All columns of all rows: each new one after the one that it follows in its row.
std::vector<std::string> columns_of(const std::vector<Json>& rows) {
  std::vector<std::string> columns;
  for (const auto& row : rows) {
    auto place = columns.begin();
    for (const auto& [key, value] : row.items()) {
      const auto found = std::ranges::find(columns, key);
      place = (found == columns.end() ? columns.insert(place, key) : found) + 1;
    }
  }
  return columns;
}

std::string quoted(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string escaped = "\"";
  for (const char c : text) escaped += c == '"' ? std::string("\"\"") : std::string(1, c);
  return escaped + '"';
}

std::string field(const Json& row, const std::string& column) {
  const auto found = row.find(column);
  if (found == row.end()) return "";
  if (found->is_string()) return quoted(visible_lines(found->get<std::string>()));
  if (found->is_number_float()) return fmt::format("{}", found->get<double>());
  return found->dump();
}

std::string print(const ResultSets& sets) {
  const auto rows = rows_of(sets);
  const auto columns = columns_of(rows);
  std::vector<std::string> headings;
  for (const auto& column : columns) headings.push_back(quoted(column));
  auto text = fmt::format("{}\n", fmt::join(headings, ","));
  for (const auto& row : rows) {
    std::vector<std::string> fields;
    for (const auto& column : columns) fields.push_back(field(row, column));
    text += fmt::format("{}\n", fmt::join(fields, ","));
  }
  return text;
}

const bool registered = Registry<FormatEntry>::add({
    .name = "csv",
    .summary = "one row per repetition; raw numbers, with units in the column names",
    .print = [](const ResultSets& sets, const View&) { return print(sets); },
});

const bool output = Registry<OutputEntry>::add({
    .name = "csv",
    .summary = "one row per repetition; raw numbers, with units in the column names",
    .file = print,
});

}  // namespace
}  // namespace asyncmark::csv_format
