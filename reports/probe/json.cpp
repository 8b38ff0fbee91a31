// What `probe` found, for programs: the sentence, the figures of the table and the measurements.

#include "bench/probe/probe_entry.hpp"
#include "bench/results/result_set.hpp"
#include "reports/probe/words.hpp"

namespace asyncmark::probe_json_output {
namespace {

Json json_of(const LoadPoint& point) {
  Json json{{"in_flight", point.in_flight}, {"ops_per_s", point.per_s},
            {"mean_s", point.mean_s},       {"p50_s", point.p50_s},
            {"failed_share", point.failed}, {"client_busy_share", point.client_busy}};
  if (!point.reason.empty()) json["reason"] = point.reason;
  if (point.overflows > 0) json["listen_overflows"] = point.overflows;
  json["others_cpu_share"] = point.cpu.others;
  json["cpu_wait_s"] = point.cpu_wait_s;
  if (point.server) json["server_cpus"] = point.server->busy;
  if (point.server) json["busiest_thread_cpus"] = point.server->busiest_thread;
  return json;
}

Json json_of(const Capacity& capacity) {
  Json json{{"narrow", capacity.narrow}, {"steps", Json::array()}};
  if (capacity.passed) json["passed_per_s"] = *capacity.passed;
  if (capacity.failed) json["failed_per_s"] = *capacity.failed;
  for (const auto& step : capacity.steps) {
    Json one{{"rate_per_s", step.per_s}, {"passed", step.passed}, {"few_operations", step.few}};
    if (step.slow_s) one["percentile_s"] = *step.slow_s;
    json["steps"].push_back(std::move(one));
  }
  return json;
}

Json json_of(const EndpointProbe& endpoint, const std::optional<Slo>& slo) {
  const auto& model = endpoint.model;
  Json json{{"name", endpoint.name}, {"sentence", probe_sentence(endpoint, slo)}};
  if (!endpoint.failed.empty()) {
    json["failed"] = endpoint.failed;
    return json;
  }
  json["at_once"] = at_once_text(model);
  json["served_at_once"] = model.at_once.value;
  json["served_at_once_low"] = model.at_once.low;
  json["served_at_once_high"] = model.at_once.high;
  json["bottleneck"] = bottleneck_text(endpoint);
  json["best_ops_per_s"] = model.best_per_s;
  json["unfair_queue"] = model.unfair;
  json["others_cpu_share"] = endpoint.others;
  if (model.falls_to) json["falls_to_share"] = *model.falls_to;
  json["rivals"] = model.rivals;
  json["delayed_ack"] = endpoint.unloaded.delayed_ack;
  json["unloaded"] = {{"spaced_mean_s", endpoint.unloaded.spaced_s},
                      {"back_to_back_mean_s", endpoint.unloaded.back_to_back_s},
                      {"p50_s", endpoint.unloaded.p50_s}};
  if (endpoint.unloaded.server_cpu_s)
    json["unloaded"]["server_cpu_s"] = *endpoint.unloaded.server_cpu_s;
  if (endpoint.advice) {
    json["connections"] = endpoint.advice->connections;
    json["connections_miss_slo"] = endpoint.advice->misses_slo;
    if (endpoint.advice->threads_over_loop)
      json["threads_over_loop"] = *endpoint.advice->threads_over_loop;
  }
  if (endpoint.capacity) json["capacity"] = json_of(*endpoint.capacity);
  json["points"] = Json::array();
  for (const auto& point : endpoint.points) json["points"].push_back(json_of(point));
  return json;
}

std::string print(const Probe& probe) {
  Json json{{"schema_version", kSchemaVersion},
            {"kind", "probe"},
            {"context", probe.context.facts},
            {"partial", probe.partial}};
  if (probe.slo) json["slo"] = probe.slo->text();
  json["endpoints"] = Json::array();
  for (const auto& endpoint : probe.endpoints)
    json["endpoints"].push_back(json_of(endpoint, probe.slo));
  return json.dump(1, ' ', false, Json::error_handler_t::replace) + '\n';
}

const bool registered = Registry<ProbeEntry>::add({
    .name = "json",
    .summary = "everything, for programs",
    .text = print,
});

}  // namespace
}  // namespace asyncmark::probe_json_output
