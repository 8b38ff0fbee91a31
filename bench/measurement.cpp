#include "bench/measurement.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "bench/errors.hpp"
#include "bench/placement.hpp"

namespace asyncmark {

void Measurement::add(const Recorder& recorder) {
  service_time.merge(recorder.service_time);
  response_time.merge(recorder.response_time);
  loop.merge(recorder.loop);
  completed += recorder.completed();
  recorder.failures.for_each([&](std::string_view reason, std::uint64_t times) {
    add_failures(std::string(reason), times);
  });
}

void Measurement::add_failures(const std::string& reason, std::uint64_t times) {
  failures[reason] += times;
  failed += times;
}

void Measurement::merge(const Measurement& other) {
  service_time.merge(other.service_time);
  response_time.merge(other.response_time);
  loop.merge(other.loop);
  completed += other.completed;
  never_started += other.never_started;
  for (const auto& [reason, times] : other.failures) add_failures(reason, times);
  passes.insert(passes.end(), other.passes.begin(), other.passes.end());
  resources.user += other.resources.user;
  resources.system += other.resources.system;
  resources.voluntary_switches += other.resources.voluntary_switches;
  resources.involuntary_switches += other.resources.involuntary_switches;
  resources.minor_faults += other.resources.minor_faults;
  resources.major_faults += other.resources.major_faults;
  phases.set_up += other.phases.set_up;
  phases.warm_up += other.phases.warm_up;
  phases.timed += other.phases.timed;
  resources.peak_rss_bytes = std::max(resources.peak_rss_bytes, other.resources.peak_rss_bytes);
  resources.grown_bytes = std::max(resources.grown_bytes, other.resources.grown_bytes);
  observed.mean_in_flight =
      observed.samples + other.observed.samples == 0
          ? 0
          : (observed.mean_in_flight * static_cast<double>(observed.samples) +
             other.observed.mean_in_flight * static_cast<double>(other.observed.samples)) /
                static_cast<double>(observed.samples + other.observed.samples);
  observed.samples += other.observed.samples;
  observed.peak_threads = std::max(observed.peak_threads, other.observed.peak_threads);
  observed.kernel_bytes = std::max(observed.kernel_bytes, other.observed.kernel_bytes);
  observed.network += other.observed.network;
  if (placement.client.empty()) placement = other.placement;
  peak_in_flight = std::max(peak_in_flight, other.peak_in_flight);
}

Duration Measurement::elapsed() const {
  Duration sum{};
  for (const auto& pass : passes) sum += pass.elapsed;
  return sum;
}

Duration Measurement::cpu() const {
  Duration sum{};
  for (const auto& pass : passes) sum += pass.cpu;
  return sum;
}

double Measurement::ops_per_s() const {
  const auto time = seconds(elapsed());
  return time > 0 ? static_cast<double>(completed) / time : 0;
}

Duration Measurement::per_pass(Duration total) const {
  return passes.empty() ? Duration{} : total / static_cast<std::int64_t>(passes.size());
}

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

Observed observed_from_json(const Json& json) {
  Observed observed;
  observed.samples = whole_at(json, "samples");
  observed.peak_threads = whole_at(json, "peak_threads");
  observed.kernel_bytes = whole_at<std::int64_t>(json, "kernel_bytes");
  if (const auto mean = json.find("mean_in_flight"); mean != json.end()) {
    observed.mean_in_flight = mean->is_number() ? mean->get<double>() : -1;
    if (observed.mean_in_flight < 0)
      throw UsageError("mean_in_flight: is not a number of 0 or more");
  }
  const auto& network = part(json, "network", kObject);
  observed.network = {whole_at(network, "listen_overflows"), whole_at(network, "listen_drops"),
                      whole_at(network, "tcp_timeouts"),
                      whole_at(network, "retransmitted_segments")};
  return observed;
}

}  // namespace

Histogram histogram_from_json(const Json& json) {
  Histogram histogram;
  for (const auto& bucket : part(json, "buckets", kList))
    histogram.add(duration(bucket.at(0), "buckets"), whole<std::uint64_t>(bucket.at(1), "buckets"));
  histogram.restore_exact(duration_at(json, "max_ns", histogram.max()),
                          whole_at(json, "sum_ns", histogram.sum_ns()));
  return histogram;
}

Json to_json(const Measurement& m) {
  auto passes = Json::array();
  for (const auto& pass : m.passes)
    passes.push_back({{"elapsed_ns", pass.elapsed.count()},
                      {"cpu_ns", pass.cpu.count()},
                      {"completed", pass.completed}});
  auto placement = Json::object();
  if (!m.placement.client.empty()) placement["client"] = m.placement.client;
  return {{"completed", m.completed},
          {"failed", m.failed},
          {"never_started", m.never_started},
          {"failures", m.failures},
          {"passes", std::move(passes)},
          {"phases",
           {{"set_up_ns", m.phases.set_up.count()},
            {"warm_up_ns", m.phases.warm_up.count()},
            {"timed_ns", m.phases.timed.count()}}},
          {"resources",
           {{"user_ns", m.resources.user.count()},
            {"system_ns", m.resources.system.count()},
            {"voluntary_switches", m.resources.voluntary_switches},
            {"involuntary_switches", m.resources.involuntary_switches},
            {"minor_faults", m.resources.minor_faults},
            {"major_faults", m.resources.major_faults},
            {"peak_rss_bytes", m.resources.peak_rss_bytes},
            {"grown_bytes", m.resources.grown_bytes}}},
          {"observed",
           {{"samples", m.observed.samples},
            {"mean_in_flight", m.observed.mean_in_flight},
            {"peak_threads", m.observed.peak_threads},
            {"kernel_bytes", m.observed.kernel_bytes},
            {"network",
             {{"listen_overflows", m.observed.network.listen_overflows},
              {"listen_drops", m.observed.network.listen_drops},
              {"tcp_timeouts", m.observed.network.tcp_timeouts},
              {"retransmitted_segments", m.observed.network.retransmitted_segments}}}}},
          {"placement", std::move(placement)},
          {"peak_in_flight", m.peak_in_flight},
          {"service_time", to_json(m.service_time)},
          {"response_time", to_json(m.response_time)},
          {"loop",
           {{"lag", to_json(m.loop.lag)},
            {"longest_hold_ns", m.loop.longest_hold.count()},
            {"held_by_op", m.loop.held_by}}}};
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
  for (const auto& pass : part(json, "passes", kList)) {
    if (!pass.contains("elapsed_ns")) throw UsageError("a pass has \"elapsed_ns\"");
    m.passes.push_back({duration_at(pass, "elapsed_ns"), duration_at(pass, "cpu_ns"),
                        whole_at(pass, "completed")});
  }
  const auto& resources = part(json, "resources", kObject);
  m.resources.user = duration_at(resources, "user_ns");
  m.resources.system = duration_at(resources, "system_ns");
  m.resources.voluntary_switches = whole_at(resources, "voluntary_switches");
  m.resources.involuntary_switches = whole_at(resources, "involuntary_switches");
  m.resources.minor_faults = whole_at(resources, "minor_faults");
  m.resources.major_faults = whole_at(resources, "major_faults");
  m.resources.peak_rss_bytes = whole_at<std::int64_t>(resources, "peak_rss_bytes");
  m.resources.grown_bytes = whole_at<std::int64_t>(resources, "grown_bytes");
  const auto& phases = part(json, "phases", kObject);
  m.phases.set_up = duration_at(phases, "set_up_ns");
  m.phases.warm_up = duration_at(phases, "warm_up_ns");
  m.phases.timed = duration_at(phases, "timed_ns");
  m.observed = observed_from_json(part(json, "observed", kObject));
  if (const auto& placement = part(json, "placement", kObject); placement.contains("client"))
    m.placement.client = list_text(parse_cpus(placement.at("client").get<std::string>(), "client"));
  m.peak_in_flight = whole_at(json, "peak_in_flight");
  m.service_time = histogram_from_json(part(json, "service_time", kObject));
  m.response_time = histogram_from_json(part(json, "response_time", kObject));
  const auto& loop = part(json, "loop", kObject);
  m.loop.lag = histogram_from_json(part(loop, "lag", kObject));
  m.loop.longest_hold = duration_at(loop, "longest_hold_ns");
  m.loop.held_by = whole_at(loop, "held_by_op");
  return m;
}

}  // namespace asyncmark
