#include "reports/page/all_cases.hpp"

#include "bench/results/summary.hpp"
#include "reports/charts/chart.hpp"

namespace asyncmark::page {
namespace {

const char* const kMedians[] = {"ops_per_s",
                                "cpu_ns_per_op",
                                "voluntary_switches_per_op",
                                "involuntary_switches_per_op",
                                "memory_bytes_per_op",
                                "peak_in_flight",
                                "efficiency"};

void put_medians(Json& row, const Summary& summary) {
  for (const auto* name : kMedians)
    if (const auto value = summary.median(name)) row[name] = *value;
}

void put_times(Json& row, const Measurement& all) {
  for (const auto& [name, fraction] : {std::pair{"p50", 0.5}, {"p99", 0.99}}) {
    if (const auto time = all.service_time.percentile(fraction))
      row[std::string("service_") + name + "_ns"] = time->count();
    if (const auto time = response_percentile(all, fraction))
      row[std::string("response_") + name + "_ns"] = time->count();
  }
  if (all.completed > 0) row["service_max_ns"] = all.service_time.max().count();
}

Json row_of(const ResultSet& set, const Result& one) {
  Json row{{"file", set.label}, {"case", one.name()}, {"repetitions", one.finished().size()}};
  if (const auto died = one.died()) row["died"] = *died;
  if (one.finished().empty()) return row;
  const auto& summary = one.summary();
  const auto& all = summary.all;
  row["time_ns"] = summary.time.count();
  row["completed"] = all.completed;
  row["failed"] = all.failed;
  row["never_started"] = all.never_started;
  put_times(row, all);
  put_medians(row, summary);
  return row;
}

}  // namespace

Table all_cases(const ResultSets& sets) {
  auto rows = Json::array();
  for (const auto* set : sets)
    for (const auto& one : set->results) rows.push_back(row_of(*set, one));
  std::vector<charts::Field> fields;
  if (sets.size() > 1) fields.push_back({"file", "file", false});
  fields.push_back({"case", "case", false});
  for (const auto* name :
       {"repetitions", "time_ns", "completed", "failed", "never_started", "service_p50_ns",
        "service_p99_ns", "service_max_ns", "response_p50_ns", "response_p99_ns"})
    fields.push_back({name, name});
  for (const auto* name : kMedians) fields.push_back({name, name});
  fields.push_back({"died", "died", false});
  auto table = charts::exact_table(rows, fields);
  table.notes.emplace_back(
      "What was counted is the sum of the repetitions, a percentile that of all their operations, "
      "the rest the median. The names are those in the result file.");
  return table;
}

}  // namespace asyncmark::page
