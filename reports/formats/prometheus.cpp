// Prometheus's text exposition, for node_exporter's folder of text files or a push gateway: times
// as summaries, base units, the repetitions of a case as one.

#include <fmt/format.h>

#include <functional>

#include "bench/base/errors.hpp"
#include "bench/base/visible.hpp"
#include "bench/results/counters.hpp"
#include "bench/results/format_entry.hpp"
#include "bench/results/result_set.hpp"
#include "bench/results/summary.hpp"

namespace asyncmark::prometheus_format {
namespace {

/// In quotes. What is not UTF-8 is replaced.
std::string quoted(const std::string& text) {
  const auto valid = Json::parse(Json(text).dump(-1, ' ', false, Json::error_handler_t::replace))
                         .get<std::string>();
  std::string all = "\"";
  for (const char c : visible_lines(valid)) {
    if (c == '\n') {
      all += "\\n";
      continue;
    }
    if (c == '"' || c == '\\') all += '\\';
    all += c;
  }
  return all + '"';
}

struct Subject {
  const ResultSet& set;
  const Result& result;
  const Summary& summary;

  std::string labels(const std::string& more = "") const {
    auto text = fmt::format("case={},workload={},runner={}", quoted(result.name()),
                            quoted(result.what.workload), quoted(result.what.runner));
    if (!set.label.empty()) text += ",file=" + quoted(set.label);
    return '{' + text + more + '}';
  }
};
using Subjects = std::vector<Subject>;

std::string head(const std::string& name, const char* type, const char* help) {
  return fmt::format("# HELP {0} {1}\n# TYPE {0} {2}\n", name, help, type);
}

using Percentile = std::function<std::optional<Duration>(const Measurement&, double)>;

std::string summary(const Subjects& subjects, const std::string& name, const char* help,
                    Histogram Measurement::*times, const Percentile& percentile) {
  std::string text;
  for (const auto& one : subjects) {
    const auto& counted = one.summary.all.*times;
    if (counted.count() == 0) continue;
    for (const auto fraction : {0.5, 0.9, 0.99, 0.999})
      if (const auto value = percentile(one.summary.all, fraction))
        text += fmt::format("{}{} {}\n", name,
                            one.labels(fmt::format(",quantile=\"{}\"", fraction)), seconds(*value));
    text += fmt::format("{}_sum{} {}\n", name, one.labels(),
                        static_cast<double>(counted.sum_ns()) / 1e9);
    text += fmt::format("{}_count{} {}\n", name, one.labels(), counted.count());
  }
  return text.empty() ? text : head(name, "summary", help) + text;
}

struct Gauge {
  const char* name;
  const char* help;
  std::function<std::optional<double>(const Subject&)> value;
};

auto counted(std::uint64_t Measurement::*number) {
  return [number](const Subject& one) { return static_cast<double>(one.summary.all.*number); };
}
auto counter(const char* name, double unit = 1) {
  return [=](const Subject& one) {
    auto value = one.summary.median(name);
    if (value) *value *= unit;
    return value;
  };
}

const std::vector<Gauge>& gauges() {
  static const std::vector<Gauge> all{
      {"asyncmark_time_seconds", "Wall time of all operations, the median of the repetitions.",
       [](const Subject& one) -> std::optional<double> {
         if (one.result.finished().empty()) return std::nullopt;
         return seconds(one.summary.time);
       }},
      {"asyncmark_operations_per_second", "Successes, the median of the repetitions.",
       counter("ops_per_s")},
      {"asyncmark_operations_completed", "Operations that succeeded.",
       counted(&Measurement::completed)},
      {"asyncmark_operations_failed", "Operations that failed.", counted(&Measurement::failed)},
      {"asyncmark_operations_never_started",
       "Operations that were due and did not start or end in time.",
       counted(&Measurement::never_started)},
      {"asyncmark_operation_cpu_seconds", "Processor time of an operation.",
       counter("cpu_ns_per_op", 1e-9)},
      {"asyncmark_operation_memory_bytes", "Memory for each operation in flight.",
       counter("memory_bytes_per_op")},
      {"asyncmark_repetitions_died", "Repetitions without a measurement.",
       [](const Subject& one) {
         return static_cast<double>(one.result.repetitions.size() - one.result.finished().size());
       }},
      {"asyncmark_partial", "1 if the run was interrupted.",
       [](const Subject& one) { return one.set.is_partial() ? 1.0 : 0.0; }},
  };
  return all;
}

std::string print(const ResultSets& sets) {
  Subjects subjects;
  for (const auto* set : sets)
    for (const auto& one : set->results) subjects.push_back({*set, one, one.summary()});
  if (subjects.empty()) throw UsageError("--prometheus: these results have no case of asyncmark");
  auto text =
      summary(subjects, "asyncmark_service_time_seconds", "From an operation's start to its end.",
              &Measurement::service_time,
              [](const Measurement& one, double p) { return one.service_time.percentile(p); }) +
      summary(subjects, "asyncmark_response_time_seconds",
              "From when an operation was due to its end.", &Measurement::response_time,
              response_percentile);
  for (const auto& gauge : gauges()) {
    std::string samples;
    for (const auto& one : subjects)
      if (const auto value = gauge.value(one))
        samples += fmt::format("{}{} {}\n", gauge.name, one.labels(), *value);
    if (!samples.empty()) text += head(gauge.name, "gauge", gauge.help) + samples;
  }
  return text;
}

const bool registered = Registry<OutputEntry>::add({
    .name = "prometheus",
    .summary = "Prometheus's text format: times in seconds, memory in bytes",
    .file = print,
});

}  // namespace
}  // namespace asyncmark::prometheus_format
