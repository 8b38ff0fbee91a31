#include "bench/probe/points.hpp"

#include <algorithm>
#include <cmath>

#include "bench/model/workload_entry.hpp"
#include "bench/os/placement.hpp"
#include "bench/results/counters.hpp"
#include "bench/results/offered.hpp"

namespace asyncmark {
namespace {

using namespace std::chrono_literals;

std::optional<ServerLoad> server_load(const Measurement& one) {
  const auto& service = one.observed.service;
  const auto elapsed = seconds(one.elapsed());
  if (!service || elapsed <= 0) return std::nullopt;
  const auto& placed = one.placement.service;
  const auto cpus = placed.empty() ? own_cpus() : parse_cpus(placed, "placement");
  return ServerLoad{.busy = seconds(service->cpu) / elapsed,
                    .busiest_thread = seconds(service->busiest_thread) / elapsed,
                    .usable = static_cast<double>(std::max<std::size_t>(1, cpus.size())),
                    .waiting = seconds(service->waited_for_cpu) / elapsed};
}

/// Whether the work itself is in the processor time of the client: a command, an embedded database.
bool computes_in_client(const Case& one) {
  return one.starts_processes() || Registry<WorkloadEntry>::at(one.workload).embeds_database;
}

/// Successes per second until there was nothing left to begin. By Little's law those in flight at
/// that moment, which end later, are as many as succeed in the mean time of a success. While a
/// queue grew, the mean was shorter than it is at the end: where none fail, all that may be are in
/// flight.
double steady_per_s(const Measurement& one, std::uint64_t in_flight) {
  const auto time = seconds(one.phases.timed - one.phases.drain);
  if (one.completed == 0 || time <= 0) return 0;
  const auto all = static_cast<double>(one.completed);
  const auto by_mean = all / (time + seconds(one.service_time.mean()));
  if (one.failed > 0) return by_mean;
  return std::min(by_mean, (all - static_cast<double>(in_flight)) / time);
}

/// Seconds that client and server waited for a processor, for each operation.
double cpu_wait_s(const Measurement& one) {
  auto waited = one.resources.run_queue_wait.value_or(Duration(0));
  if (one.observed.service) waited += one.observed.service->waited_for_cpu;
  return seconds(waited) / static_cast<double>(std::max<std::uint64_t>(1, one.completed));
}

/// The share of the operations that took 38 to 50 ms, where few took nearly as long: Linux delays
/// an acknowledgement by 40 ms.
double delayed_share(const Measurement& one) {
  double piled = 0, around = 0;
  one.service_time.for_each_bucket([&](Duration shortest, std::uint64_t count) {
    if (shortest < 19ms || shortest >= 76ms) return;
    (shortest >= 38ms && shortest < 50ms ? piled : around) += static_cast<double>(count);
  });
  return around * 4 > piled ? 0 : piled / static_cast<double>(one.service_time.count());
}

/// Connections that had to be retried. The kernel counts those of all programs, so they count only
/// if an operation here took as long as a retry, which is a second.
std::uint64_t overflows(const Measurement& one) {
  const auto usual = one.service_time.percentile(0.5).value_or(Duration(0));
  const bool slow = one.completed > 0 && one.service_time.max() >= usual + 1s;
  return slow || one.failed > 0 ? one.observed.network.listen_overflows : 0;
}

/// Whether the share of operations slower than the limit is too near to what the SLO allows.
/// Waiting operations delay each other, so that the count varies more than that of independent
/// ones.
bool is_near(const Measurement& one, std::uint64_t due, const Slo& slo) {
  constexpr double kErrors = 1.96, kTogether = 1.5;
  double within = 0;
  one.response_time.for_each_bucket([&](Duration shortest, std::uint64_t count) {
    if (shortest <= slo.limit) within += static_cast<double>(count);
  });
  const auto all = static_cast<double>(due);
  const auto error = std::sqrt(all * slo.fraction * (1 - slo.fraction));
  return std::abs(within - slo.fraction * all) <= kErrors * kTogether * error;
}

std::string main_reason(const Measurement& one) {
  const auto most =
      std::ranges::max_element(one.failures, {}, [](const auto& entry) { return entry.second; });
  if (most != one.failures.end()) return most->first;
  return one.never_started > 0 ? "dropped" : "";
}

}  // namespace

TimeSpread spread_of(const Histogram& times) {
  if (times.count() == 0) return {};
  const auto mean = seconds(times.mean());
  double sum = 0;
  times.for_each_bucket([&](Duration shortest, std::uint64_t count) {
    sum += static_cast<double>(count) * std::pow(seconds(shortest) - mean, 2);
  });
  return {mean, std::sqrt(sum / static_cast<double>(times.count()))};
}

LoadPoint load_point(const Result& result, const Measurement& one) {
  LoadPoint point;
  point.in_flight = result.what.load.in_flight.value_or(1);
  point.per_s = std::max(one.ops_per_s(), steady_per_s(one, point.in_flight));
  point.completed = one.completed;
  if (one.completed > 0) {
    point.mean_s = seconds(one.service_time.mean());
    point.delayed = delayed_share(one);
  }
  point.cpu_wait_s = cpu_wait_s(one);
  point.overflows = overflows(one);
  if (const auto median = one.service_time.percentile(0.5)) point.p50_s = seconds(*median);
  const auto all = operations_due(one);
  if (all > 0) point.failed = static_cast<double>(all - one.completed) / static_cast<double>(all);
  point.reason = main_reason(one);
  point.server = server_load(one);
  const auto cpu = one.elapsed() > Duration(0) ? seconds(one.cpu()) / seconds(one.elapsed()) : 0;
  if (computes_in_client(result.what)) {
    point.server = ServerLoad{.busy = cpu, .usable = static_cast<double>(own_cpus().size())};
    return point;
  }
  point.client_busy = busy_share(result, one);
  point.client_cpu = cpu;
  return point;
}

CapacityStep capacity_step(const Result& result, const Measurement& one, const Slo& slo,
                           bool bounded) {
  constexpr double kNearlyAll = 0.85;
  CapacityStep step;
  const auto offer = offered(result, one);
  step.per_s = offer ? offer->per_s : result.what.load.rate.value_or(0);
  const auto due = operations_due(one);
  const auto rank = static_cast<std::uint64_t>(std::ceil(slo.fraction * static_cast<double>(due)));
  step.few = Histogram::rank_of(slo.fraction, due) == 0;
  if (rank > 0 && rank <= one.response_time.count())
    step.slow_s = seconds(one.response_time.ranked(rank));
  step.near = is_near(one, due, slo);
  const bool kept_up = offer && (bounded ? offer->achieved >= kNearlyAll : offer->kept_up());
  step.passed = kept_up && step.slow_s && *step.slow_s <= seconds(slo.limit);
  return step;
}

}  // namespace asyncmark
