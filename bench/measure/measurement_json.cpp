// A measurement as it stands in a report of a case's process, and in results.

#include <fmt/format.h>

#include <set>
#include <utility>

#include "bench/measure/measurement_fields.hpp"
#include "bench/os/placement.hpp"

namespace asyncmark {
namespace {

struct CollectCounts {
  std::vector<Count>& all;

  template <class Value>
  void operator()(const char* name, Value& value, const FieldSpec& spec = {}) const {
    if constexpr (std::is_same_v<Value, std::uint64_t>)
      if (spec.per_operation) all.push_back({name, &value});
  }
};

}  // namespace

std::vector<Count> counts_of(Resources& resources) {
  std::vector<Count> all;
  CollectCounts collect{all};
  fields(collect, resources);
  return all;
}

void JsonValue<CpuText>::read(const Json& json, CpuText& value, const FieldSpec& spec,
                              const Where& where) {
  std::string text;
  JsonValue<std::string>::read(json, text, spec, where);
  value.text = list_text(parse_cpus(text, where.text()));
}

Json JsonValue<HistogramDocument::Bucket>::write(const HistogramDocument::Bucket& value) {
  return Json::array({value.shortest.count(), value.count});
}

void JsonValue<HistogramDocument::Bucket>::read(const Json& json, HistogramDocument::Bucket& value,
                                                const FieldSpec& spec, const Where& where) {
  if (!json.is_array() || json.size() < 2) refuse(json, "a duration and a count", where);
  JsonValue<Duration>::read(json[0], value.shortest, spec, where);
  JsonValue<std::uint64_t>::read(json[1], value.count, spec, where);
}

Json to_json(const Histogram& histogram) {
  HistogramDocument document{.max = histogram.max(), .sum = histogram.sum_ns(), .buckets = {}};
  histogram.for_each_bucket([&](Duration shortest, std::uint64_t count) {
    document.buckets.push_back({shortest, count});
  });
  return json_of(document);
}

void JsonValue<Histogram>::read(const Json& json, Histogram& value, const FieldSpec&,
                                const Where& where) {
  HistogramDocument document;
  read_json(json, document, where);
  value.clear();
  std::uint64_t total = 0;
  for (const auto& [shortest, count] : document.buckets) {
    if (__builtin_add_overflow(total, count, &total))
      throw UsageError("buckets: they hold more than can be counted");
    value.add(shortest, count);
  }
  value.restore_exact(document.max.value_or(value.max()), document.sum.value_or(value.sum_ns()));
}

Json JsonValue<Timeline>::write(const Timeline& value) {
  TimelineDocument document{.of = value.of};
  for (const auto& operation : value.operations) {
    document.op.push_back(operation.op);
    if (operation.intended) document.intended.push_back(*operation.intended);
    document.started.push_back(operation.started);
    document.finished.push_back(operation.finished);
    document.worker.push_back(operation.worker);
    if (!operation.ok) document.failed.push_back(operation.op);
  }
  return json_of(document);
}

void JsonValue<Timeline>::read(const Json& json, Timeline& value, const FieldSpec&,
                               const Where& where) {
  TimelineDocument document;
  read_json(json, document, where);
  const auto length = document.op.size();
  const auto check = [&](const char* key, std::size_t entries) {
    if (entries != length)
      throw UsageError(fmt::format("{}: has {} entries, and \"op\" {}", key, entries, length));
  };
  check("started_ns", document.started.size());
  check("finished_ns", document.finished.size());
  check("worker", document.worker.size());
  if (json.contains("intended_ns")) check("intended_ns", document.intended.size());
  const std::set<std::uint64_t> failed(document.failed.begin(), document.failed.end());
  value = {.of = document.of};
  value.operations.reserve(length);
  for (std::size_t i = 0; i < length; ++i)
    value.operations.push_back({.op = document.op[i],
                                .started = document.started[i],
                                .finished = document.finished[i],
                                .worker = document.worker[i],
                                .ok = !failed.contains(document.op[i])});
  for (std::size_t i = 0; i < document.intended.size(); ++i)
    value.operations[i].intended = document.intended[i];
}

Histogram histogram_from_json(const Json& json) {
  Histogram histogram;
  JsonValue<Histogram>::read(json, histogram, {}, {});
  return histogram;
}

Json to_json(const Measurement& measurement) { return json_of(measurement); }

Measurement measurement_from_json(const Json& json) {
  Measurement measurement;
  measurement.resources.run_queue_wait.reset();  // Not known where the document does not tell.
  read_json(json, measurement);
  return measurement;
}

}  // namespace asyncmark
