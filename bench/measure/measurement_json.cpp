// A measurement as it stands in a report of a case's process, and in results.

#include <fmt/format.h>

#include <set>
#include <utility>

#include "bench/base/errors.hpp"
#include "bench/measure/measurement.hpp"
#include "bench/os/placement.hpp"

namespace asyncmark {

Json to_json(const Histogram& histogram) {
  auto buckets = Json::array();
  histogram.for_each_bucket([&](Duration shortest, std::uint64_t count) {
    buckets.push_back({shortest.count(), count});
  });
  return {{"max_ns", histogram.max().count()},
          {"sum_ns", histogram.sum_ns()},
          {"buckets", std::move(buckets)}};
}

namespace {

/// A whole number that fits T. nlohmann's own conversion makes some other number of -1 or 1e300.
template <class T>
T whole(const Json& json, std::string_view what) {
  if (json.is_number_unsigned() && std::in_range<T>(json.get<std::uint64_t>()))
    return static_cast<T>(json.get<std::uint64_t>());
  if (json.is_number_integer() && std::in_range<T>(json.get<std::int64_t>()))
    return static_cast<T>(json.get<std::int64_t>());
  throw UsageError(fmt::format("{}: is not a whole number in range", what));
}

template <class T = std::uint64_t>
T whole_at(const Json& json, const char* key, T otherwise = 0) {
  const auto found = json.find(key);
  return found == json.end() ? otherwise : whole<T>(*found, key);
}

std::int64_t bytes_at(const Json& json, const char* key) {
  const auto bytes = whole_at<std::int64_t>(json, key);
  if (bytes < 0) throw UsageError(fmt::format("{}: {} is no size", key, bytes));
  return bytes;
}

double mean_at(const Json& json, const char* key) {
  const auto found = json.find(key);
  if (found == json.end()) return 0;
  const double mean = found->is_number() ? found->get<double>() : -1;
  if (mean < 0) throw UsageError(fmt::format("{}: is not a number of 0 or more", key));
  return mean;
}

Duration duration(const Json& json, std::string_view what) {
  const Duration value(whole<std::int64_t>(json, what));
  if (value < Duration(0) || value > kLongest)
    throw UsageError(fmt::format("{}: {} ns is no duration", what, value.count()));
  return value;
}

Duration duration_at(const Json& json, const char* key, Duration otherwise = {}) {
  const auto found = json.find(key);
  return found == json.end() ? otherwise : duration(*found, key);
}

/// The object or list under `key`; an empty one when there is none.
const Json& part(const Json& json, const char* key, const Json& empty) {
  const auto found = json.find(key);
  if (found == json.end()) return empty;
  if (found->type() != empty.type())
    throw UsageError(fmt::format("{}: is not of type {}", key, empty.type_name()));
  return *found;
}

const Json kObject = Json::object();
const Json kList = Json::array();

Resources resources_from_json(const Json& json) {
  Resources resources;
  resources.user = duration_at(json, "user_ns");
  resources.system = duration_at(json, "system_ns");
  resources.voluntary_switches = whole_at(json, "voluntary_switches");
  resources.involuntary_switches = whole_at(json, "involuntary_switches");
  resources.minor_faults = whole_at(json, "minor_faults");
  resources.major_faults = whole_at(json, "major_faults");
  resources.run_queue_wait.reset();
  if (json.contains("run_queue_wait_ns"))
    resources.run_queue_wait = duration_at(json, "run_queue_wait_ns");
  resources.peak_rss_bytes = bytes_at(json, "peak_rss_bytes");
  resources.grown_bytes = whole_at<std::int64_t>(json, "grown_bytes");
  return resources;
}

Phases phases_from_json(const Json& json) {
  return {.set_up = duration_at(json, "set_up_ns"),
          .connect = duration_at(json, "connect_ns"),
          .warm_up = duration_at(json, "warm_up_ns"),
          .timed = duration_at(json, "timed_ns"),
          .drain = duration_at(json, "drain_ns"),
          .around = duration_at(json, "around_ns")};
}

/// One column of a timeline, as long as the one of the operations' numbers.
template <class Value>
auto column(const Json& json, const char* key, std::size_t length, Value value) {
  const auto& list = part(json, key, kList);
  if (list.size() != length)
    throw UsageError(fmt::format("{}: has {} entries, and \"op\" {}", key, list.size(), length));
  std::vector<decltype(value(list, key))> all;
  all.reserve(length);
  for (const auto& one : list) all.push_back(value(one, key));
  return all;
}

Timeline timeline_from_json(const Json& json) {
  const auto length = part(json, "op", kList).size();
  const auto ops = column(json, "op", length, whole<std::uint64_t>);
  const auto started = column(json, "started_ns", length, duration);
  const auto finished = column(json, "finished_ns", length, duration);
  const auto worker = column(json, "worker", length, whole<std::uint32_t>);
  std::vector<Duration> intended;
  if (json.contains("intended_ns")) intended = column(json, "intended_ns", length, duration);
  std::set<std::uint64_t> failed;
  for (const auto& op : part(json, "failed", kList))
    failed.insert(whole<std::uint64_t>(op, "failed"));
  Timeline timeline{.of = whole_at(json, "of")};
  timeline.operations.reserve(length);
  for (std::size_t i = 0; i < length; ++i)
    timeline.operations.push_back({.op = ops[i],
                                   .started = started[i],
                                   .finished = finished[i],
                                   .worker = worker[i],
                                   .ok = !failed.contains(ops[i])});
  for (std::size_t i = 0; i < intended.size(); ++i) timeline.operations[i].intended = intended[i];
  return timeline;
}

Observed observed_from_json(const Json& json) {
  Observed observed;
  observed.samples = whole_at(json, "samples");
  observed.peak_threads = whole_at(json, "peak_threads");
  observed.page_table_bytes = whole_at<std::int64_t>(json, "page_table_bytes");
  observed.kernel_stack_bytes = whole_at<std::int64_t>(json, "kernel_stack_bytes");
  observed.slab_bytes = whole_at<std::int64_t>(json, "slab_bytes");
  for (const auto& begun : part(json, "slices", kList))
    observed.slices.push_back(whole<std::uint64_t>(begun, "slices"));
  observed.slice = duration_at(json, "slice_ns");
  observed.mean_in_flight = mean_at(json, "mean_in_flight");
  const auto& network = part(json, "network", kObject);
  observed.network = {whole_at(network, "listen_overflows"), whole_at(network, "listen_drops"),
                      whole_at(network, "tcp_timeouts"),
                      whole_at(network, "retransmitted_segments")};
  if (json.contains("service")) {
    const auto& service = part(json, "service", kObject);
    observed.service = {.cpu = duration_at(service, "cpu_ns"),
                        .user = duration_at(service, "user_ns"),
                        .system = duration_at(service, "system_ns"),
                        .threads = whole_at(service, "threads"),
                        .peak_rss_bytes = bytes_at(service, "peak_rss_bytes"),
                        .peak_connections = whole_at(service, "peak_connections"),
                        .requests = whole_at(service, "requests"),
                        .own_time = histogram_from_json(part(service, "own_time", kObject)),
                        .activity_samples = whole_at(service, "activity_samples"),
                        .mean_active = mean_at(service, "mean_active"),
                        .peak_active = whole_at(service, "peak_active")};
  }
  return observed;
}

}  // namespace

Histogram histogram_from_json(const Json& json) {
  Histogram histogram;
  std::uint64_t total = 0;
  for (const auto& bucket : part(json, "buckets", kList)) {
    const auto times = whole<std::uint64_t>(bucket.at(1), "buckets");
    if (__builtin_add_overflow(total, times, &total))
      throw UsageError("buckets: they hold more than can be counted");
    histogram.add(duration(bucket.at(0), "buckets"), times);
  }
  histogram.restore_exact(duration_at(json, "max_ns", histogram.max()),
                          whole_at(json, "sum_ns", histogram.sum_ns()));
  return histogram;
}

namespace {

Json to_json(const Resources& resources) {
  Json json{{"user_ns", resources.user.count()},
            {"system_ns", resources.system.count()},
            {"voluntary_switches", resources.voluntary_switches},
            {"involuntary_switches", resources.involuntary_switches},
            {"minor_faults", resources.minor_faults},
            {"major_faults", resources.major_faults},
            {"peak_rss_bytes", resources.peak_rss_bytes},
            {"grown_bytes", resources.grown_bytes}};
  if (resources.run_queue_wait) json["run_queue_wait_ns"] = resources.run_queue_wait->count();
  return json;
}

/// A list a figure, for it is by far the largest part of a result.
Json to_json(const Timeline& timeline) {
  Json json{{"of", timeline.of}};
  for (const auto& one : timeline.operations) {
    json["op"].push_back(one.op);
    if (one.intended) json["intended_ns"].push_back(one.intended->count());
    json["started_ns"].push_back(one.started.count());
    json["finished_ns"].push_back(one.finished.count());
    json["worker"].push_back(one.worker);
    if (!one.ok) json["failed"].push_back(one.op);
  }
  return json;
}

Json to_json(const Phases& phases) {
  return {{"set_up_ns", phases.set_up.count()},   {"connect_ns", phases.connect.count()},
          {"warm_up_ns", phases.warm_up.count()}, {"timed_ns", phases.timed.count()},
          {"drain_ns", phases.drain.count()},     {"around_ns", phases.around.count()}};
}

Json to_json(const Observed& observed) {
  Json json{{"samples", observed.samples},
            {"mean_in_flight", observed.mean_in_flight},
            {"peak_threads", observed.peak_threads},
            {"page_table_bytes", observed.page_table_bytes},
            {"kernel_stack_bytes", observed.kernel_stack_bytes},
            {"slab_bytes", observed.slab_bytes},
            {"network",
             {{"listen_overflows", observed.network.listen_overflows},
              {"listen_drops", observed.network.listen_drops},
              {"tcp_timeouts", observed.network.tcp_timeouts},
              {"retransmitted_segments", observed.network.retransmitted_segments}}},
            {"slices", observed.slices},
            {"slice_ns", observed.slice.count()}};
  if (const auto& service = observed.service)
    json["service"] = {{"cpu_ns", service->cpu.count()},
                       {"user_ns", service->user.count()},
                       {"system_ns", service->system.count()},
                       {"threads", service->threads},
                       {"peak_rss_bytes", service->peak_rss_bytes},
                       {"peak_connections", service->peak_connections},
                       {"requests", service->requests},
                       {"own_time", to_json(service->own_time)},
                       {"activity_samples", service->activity_samples},
                       {"mean_active", service->mean_active},
                       {"peak_active", service->peak_active}};
  return json;
}

}  // namespace

Json to_json(const Measurement& m) {
  auto passes = Json::array();
  for (const auto& pass : m.passes)
    passes.push_back({{"elapsed_ns", pass.elapsed.count()},
                      {"cpu_ns", pass.cpu.count()},
                      {"completed", pass.completed}});
  auto placement = Json::object();
  if (!m.placement.client.empty()) placement["client"] = m.placement.client;
  if (!m.placement.service.empty()) placement["service"] = m.placement.service;
  Json json{{"completed", m.completed},
            {"failed", m.failed},
            {"never_started", m.never_started},
            {"failures", m.failures},
            {"rows", m.rows},
            {"passes", std::move(passes)},
            {"phases", to_json(m.phases)},
            {"resources", to_json(m.resources)},
            {"observed", to_json(m.observed)},
            {"placement", std::move(placement)},
            {"peak_in_flight", m.peak_in_flight},
            {"peak_is_upper_bound", m.peak_is_upper_bound},
            {"service_time", to_json(m.service_time)},
            {"response_time", to_json(m.response_time)},
            {"loop",
             {{"lag", to_json(m.loop.lag)},
              {"longest_hold_ns", m.loop.longest_hold.count()},
              {"held_by_op", m.loop.held_by}}}};
  if (m.connections) {
    json["connections_made"] = m.connections->made;
    json["connections_reused"] = m.connections->reused;
  }
  if (!m.facts.empty()) json["facts"] = m.facts;
  if (!m.timeline.operations.empty()) json["timeline"] = to_json(m.timeline);
  if (m.hop) json["hop"] = {{"cpu_ns", m.hop->cpu.count()}, {"alone_ns", m.hop->alone.count()}};
  return json;
}

Measurement measurement_from_json(const Json& json) {
  if (!json.contains("completed") || !json.contains("passes"))
    throw UsageError("a measurement has \"completed\" and \"passes\"");
  Measurement m;
  m.completed = whole_at(json, "completed");
  m.failed = whole_at(json, "failed");
  m.never_started = whole_at(json, "never_started");
  for (const auto& [reason, times] : part(json, "failures", kObject).items())
    m.failures[reason] = whole<std::uint64_t>(times, "failures");
  m.rows = whole_at(json, "rows");
  for (const auto& pass : part(json, "passes", kList)) {
    if (!pass.contains("elapsed_ns")) throw UsageError("a pass has \"elapsed_ns\"");
    m.passes.push_back({duration_at(pass, "elapsed_ns"), duration_at(pass, "cpu_ns"),
                        whole_at(pass, "completed")});
  }
  m.timeline = timeline_from_json(part(json, "timeline", kObject));
  m.resources = resources_from_json(part(json, "resources", kObject));
  m.phases = phases_from_json(part(json, "phases", kObject));
  m.observed = observed_from_json(part(json, "observed", kObject));
  const auto& placement = part(json, "placement", kObject);
  for (const auto& [side, cpus] :
       {std::pair{"client", &m.placement.client}, {"service", &m.placement.service}})
    if (placement.contains(side))
      *cpus = list_text(parse_cpus(placement.at(side).get<std::string>(), side));
  for (const auto& [about, text] : part(json, "facts", kObject).items())
    m.facts[about] = text.get<std::string>();
  if (json.contains("connections_made"))
    m.connections = {whole_at(json, "connections_made"), whole_at(json, "connections_reused")};
  if (json.contains("hop")) {
    const auto& hop = part(json, "hop", kObject);
    m.hop = {duration_at(hop, "cpu_ns"), duration_at(hop, "alone_ns")};
  }
  m.peak_in_flight = whole_at(json, "peak_in_flight");
  m.peak_is_upper_bound = json.value("peak_is_upper_bound", false);
  m.service_time = histogram_from_json(part(json, "service_time", kObject));
  m.response_time = histogram_from_json(part(json, "response_time", kObject));
  const auto& loop = part(json, "loop", kObject);
  m.loop.lag = histogram_from_json(part(loop, "lag", kObject));
  m.loop.longest_hold = duration_at(loop, "longest_hold_ns");
  m.loop.held_by = whole_at(loop, "held_by_op");
  return m;
}

}  // namespace asyncmark
