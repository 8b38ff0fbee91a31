#include "bench/measure/measurement.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "bench/os/usage.hpp"

namespace asyncmark {

std::int64_t Observed::kernel_bytes(std::uint64_t in_flight) const {
  // A machine's slab changes by itself, by some megabytes while a program is compiled on it: what
  // does not stand out from that is not attributed. And an operation takes some kB of it, as for a
  // thread or a connection: far more than that is other programs'.
  constexpr std::int64_t kSlabNoise = 8 << 20;
  constexpr std::int64_t kMostSlabPerOp = 32 << 10;
  const auto most = kMostSlabPerOp * static_cast<std::int64_t>(in_flight);
  const bool is_ours = slab_bytes > kSlabNoise && slab_bytes <= most;
  return page_table_bytes + kernel_stack_bytes + (is_ours ? slab_bytes : 0);
}

std::optional<double> ServiceUsage::active() const {
  constexpr std::uint64_t kEnough = 10;
  return activity_samples < kEnough ? std::nullopt : std::optional(mean_active);
}

std::optional<Duration> ServiceUsage::cpu_per_request() const {
  if (requests == 0) return std::nullopt;
  return from_seconds(seconds(cpu) / static_cast<double>(requests));
}

void Measurement::add_failures(const std::string& reason, std::uint64_t times) {
  failures[reason] += times;
  failed += times;
}

ServiceUsage& ServiceUsage::operator+=(const ServiceUsage& other) {
  cpu += other.cpu;
  user += other.user;
  system += other.system;
  busiest_thread += other.busiest_thread;
  waited_for_cpu += other.waited_for_cpu;
  threads = std::max(threads, other.threads);
  peak_rss_bytes = std::max(peak_rss_bytes, other.peak_rss_bytes);
  peak_connections = std::max(peak_connections, other.peak_connections);
  requests += other.requests;
  own_time.merge(other.own_time);
  const auto samples = activity_samples + other.activity_samples;
  if (samples > 0)
    mean_active = (mean_active * static_cast<double>(activity_samples) +
                   other.mean_active * static_cast<double>(other.activity_samples)) /
                  static_cast<double>(samples);
  activity_samples = samples;
  peak_active = std::max(peak_active, other.peak_active);
  return *this;
}

InTime& InTime::operator+=(const InTime& other) {
  due += other.due;
  ended += other.ended;
  succeeded += other.succeeded;
  schedule += other.schedule;
  return *this;
}

void Measurement::merge(const Measurement& other) {
  service_time.merge(other.service_time);
  response_time.merge(other.response_time);
  loop.merge(other.loop);
  completed += other.completed;
  never_started += other.never_started;
  abandoned += other.abandoned;
  rows += other.rows;
  for (const auto& [reason, times] : other.failures) add_failures(reason, times);
  passes.insert(passes.end(), other.passes.begin(), other.passes.end());
  if (timeline.operations.empty()) timeline = other.timeline;
  resources.user += other.resources.user;
  resources.system += other.resources.system;
  auto others = other.resources;
  const auto ours = counts_of(resources), theirs = counts_of(others);
  for (std::size_t i = 0; i < ours.size(); ++i) *ours[i].value += *theirs[i].value;
  resources.run_queue_wait = sum_of(resources.run_queue_wait, other.resources.run_queue_wait);
  phases.set_up += other.phases.set_up;
  phases.connect += other.phases.connect;
  phases.warm_up += other.phases.warm_up;
  phases.timed += other.phases.timed;
  warm_up += other.warm_up;
  warm_up_failed += other.warm_up_failed;
  phases.drain += other.phases.drain;
  phases.around += other.phases.around;
  phases.settle += other.phases.settle;
  busy_before = busy_before || other.busy_before;
  facts.insert(other.facts.begin(), other.facts.end());
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
  observed.page_table_bytes = std::max(observed.page_table_bytes, other.observed.page_table_bytes);
  observed.kernel_stack_bytes =
      std::max(observed.kernel_stack_bytes, other.observed.kernel_stack_bytes);
  observed.slab_bytes = std::max(observed.slab_bytes, other.observed.slab_bytes);
  observed.network += other.observed.network;
  if (other.observed.service) {
    if (!observed.service) observed.service.emplace();
    *observed.service += *other.observed.service;
  }
  if (other.connections) {
    const auto before = connections.value_or(Connections{});
    connections = {before.made + other.connections->made,
                   before.reused + other.connections->reused};
  }
  ideal += other.ideal;
  if (other.in_time) (in_time ? *in_time : in_time.emplace()) += *other.in_time;
  if (!hop) hop = other.hop;
  if (other.hop)  // Nothing makes it take less than it does.
    hop = {std::min(hop->cpu, other.hop->cpu), std::min(hop->alone, other.hop->alone)};
  if (placement.client.empty()) placement.client = other.placement.client;
  if (placement.service.empty()) placement.service = other.placement.service;
  if (other.peak_in_flight >= peak_in_flight)
    peak_is_upper_bound =
        other.peak_is_upper_bound && (peak_is_upper_bound || other.peak_in_flight > peak_in_flight);
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

std::string failures_text(const Measurement& measurement) {
  // Five digits and capitals are what a database calls an error; alone they would look like a
  // number.
  const auto is_sqlstate = [](const std::string& reason) {
    return reason.size() == 5 && std::ranges::all_of(reason, [](char c) {
             return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z');
           });
  };
  std::string text;
  for (const auto& [reason, times] : measurement.failures)
    text += fmt::format("{}{} {}{}", text.empty() ? "" : ", ", times,
                        is_sqlstate(reason) ? "SQLSTATE " : "", reason);
  return text;
}

}  // namespace asyncmark
