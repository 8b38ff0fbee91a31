// Google Benchmark's JSON cut down for programs that track figures over time, which read a name, a
// time and its unit of each row, and take rows of one name for the same: a row a case, of the
// medians, and one for each p99.

#include <fmt/format.h>

#include "bench/base/errors.hpp"
#include "bench/results/counters.hpp"
#include "bench/results/format_entry.hpp"
#include "bench/results/result_set.hpp"
#include "bench/results/summary.hpp"

namespace asyncmark::summary_json_format {
namespace {

Json row(const std::string& name, std::size_t runs, double real_ms, double cpu_ms) {
  return {{"name", name},       {"run_name", name},      {"run_type", "iteration"},
          {"repetitions", 1},   {"repetition_index", 0}, {"threads", 1},
          {"iterations", runs}, {"real_time", real_ms},  {"cpu_time", cpu_ms},
          {"time_unit", "ms"}};
}

void add(Json& rows, const Result& one) {
  const auto runs = one.finished().size();
  if (runs == 0) return;
  const auto& summary = one.summary();
  rows.push_back(row(one.name(), runs, seconds(summary.time) * 1e3, seconds(summary.cpu) * 1e3));
  if (const auto rate = summary.median("ops_per_s")) rows.back()["ops_per_s"] = *rate;
  const auto& all = summary.all;
  for (const auto& [name, value] : {std::pair{"service_p99", all.service_time.percentile(0.99)},
                                    std::pair{"response_p99", response_percentile(all, 0.99)}})
    // No processor time belongs to one operation.
    if (value) rows.push_back(row(one.name() + '/' + name, runs, seconds(*value) * 1e3, 0));
}

std::string print(const ResultSets& sets) {
  if (sets.size() != 1)
    throw UsageError("--summary-json: one document has one context; give one file of results");
  const auto& set = *sets.front();
  auto rows = Json::array();
  for (const auto& one : set.results) add(rows, one);
  for (const auto& one : set.foreign)
    if (!one.runs.empty())
      rows.push_back(
          row(one.name, one.runs.size(), median(one.real_ns()) / 1e6, median(one.cpu_ns()) / 1e6));
  auto context = set.context.facts;
  if (set.is_partial()) context["partial"] = true;
  context.erase("schema_version");  // Of the whole document, which this is not.
  return Json{{"context", std::move(context)}, {"benchmarks", std::move(rows)}}.dump(
             2, ' ', false, Json::error_handler_t::replace) +
         '\n';
}

const bool registered = Registry<OutputEntry>::add({
    .name = "summary-json",
    .summary = "two rows per case, median and p99, for tools that read Google Benchmark's JSON",
    .file = print,
});

}  // namespace
}  // namespace asyncmark::summary_json_format
