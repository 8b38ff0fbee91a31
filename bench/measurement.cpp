#include "bench/measurement.hpp"

#include <algorithm>

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

Histogram histogram_from_json(const Json& json) {
  Histogram histogram;
  for (const auto& bucket : json.value("buckets", Json::array()))
    histogram.add(Duration(bucket.at(0).get<std::int64_t>()), bucket.at(1).get<std::uint64_t>());
  histogram.restore_exact(Duration(json.value("max_ns", histogram.max().count())),
                          json.value("sum_ns", histogram.sum_ns()));
  return histogram;
}

Json to_json(const Measurement& m) {
  auto passes = Json::array();
  for (const auto& pass : m.passes)
    passes.push_back({{"elapsed_ns", pass.elapsed.count()},
                      {"cpu_ns", pass.cpu.count()},
                      {"completed", pass.completed}});
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
            {"kernel_bytes", m.observed.kernel_bytes}}},
          {"peak_in_flight", m.peak_in_flight},
          {"service_time", to_json(m.service_time)},
          {"response_time", to_json(m.response_time)},
          {"loop",
           {{"lag", to_json(m.loop.lag)},
            {"longest_hold_ns", m.loop.longest_hold.count()},
            {"held_by_op", m.loop.held_by}}}};
}

Measurement measurement_from_json(const Json& json) {
  Measurement m;
  m.completed = json.at("completed").get<std::uint64_t>();
  m.failed = json.value("failed", m.failed);
  m.never_started = json.value("never_started", m.never_started);
  m.failures = json.value("failures", m.failures);
  for (const auto& pass : json.at("passes"))
    m.passes.push_back({Duration(pass.at("elapsed_ns").get<std::int64_t>()),
                        Duration(pass.value("cpu_ns", std::int64_t{0})),
                        pass.value("completed", std::uint64_t{0})});
  const auto resources = json.value("resources", Json::object());
  m.resources.user = Duration(resources.value("user_ns", std::int64_t{0}));
  m.resources.system = Duration(resources.value("system_ns", std::int64_t{0}));
  m.resources.voluntary_switches = resources.value("voluntary_switches", std::uint64_t{0});
  m.resources.involuntary_switches = resources.value("involuntary_switches", std::uint64_t{0});
  m.resources.minor_faults = resources.value("minor_faults", std::uint64_t{0});
  m.resources.major_faults = resources.value("major_faults", std::uint64_t{0});
  m.resources.peak_rss_bytes = resources.value("peak_rss_bytes", std::int64_t{0});
  m.resources.grown_bytes = resources.value("grown_bytes", std::int64_t{0});
  const auto phases = json.value("phases", Json::object());
  m.phases.set_up = Duration(phases.value("set_up_ns", std::int64_t{0}));
  m.phases.warm_up = Duration(phases.value("warm_up_ns", std::int64_t{0}));
  m.phases.timed = Duration(phases.value("timed_ns", std::int64_t{0}));
  const auto observed = json.value("observed", Json::object());
  m.observed.samples = observed.value("samples", m.observed.samples);
  m.observed.mean_in_flight = observed.value("mean_in_flight", m.observed.mean_in_flight);
  m.observed.peak_threads = observed.value("peak_threads", m.observed.peak_threads);
  m.observed.kernel_bytes = observed.value("kernel_bytes", m.observed.kernel_bytes);
  m.peak_in_flight = json.value("peak_in_flight", m.peak_in_flight);
  if (json.contains("service_time")) m.service_time = histogram_from_json(json["service_time"]);
  if (json.contains("response_time")) m.response_time = histogram_from_json(json["response_time"]);
  const auto loop = json.value("loop", Json::object());
  if (loop.contains("lag")) m.loop.lag = histogram_from_json(loop["lag"]);
  m.loop.longest_hold = Duration(loop.value("longest_hold_ns", std::int64_t{0}));
  m.loop.held_by = loop.value("held_by_op", m.loop.held_by);
  return m;
}

}  // namespace asyncmark
