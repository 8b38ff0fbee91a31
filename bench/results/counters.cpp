#include "bench/results/counters.hpp"

#include <fmt/format.h>

#include "bench/base/statistics.hpp"
#include "bench/results/offered.hpp"

namespace asyncmark {
namespace {

/// The kernel knows the CPU time to the nanosecond, but tells user from system by who is met at the
/// ticks of its clock: a split of fewer than ten would be chance. Debian's has 250 a second. That
/// cannot be asked: sysconf(_SC_CLK_TCK) is the unit of older interfaces, and always 100.
constexpr Duration kShortestSplit = 10 * std::chrono::milliseconds(4);

// With fewer in flight, what any process takes for itself hides what an operation takes.
constexpr std::uint64_t kEnoughForMemory = 20;

constexpr std::pair<const char*, double> kPercentiles[] = {
    {"p50", 0.5}, {"p90", 0.9}, {"p99", 0.99}, {"p99_9", 0.999}};

double ns(Duration duration) { return static_cast<double>(duration.count()); }

/// Where all of an open loop failed it has none either.
bool has_response_times(const Measurement& one) {
  return one.in_time || one.response_time.count() > 0;
}

template <class Percentile>
void add_times(Counters& all, const std::string& kind, const Histogram& times,
               Percentile percentile) {
  if (times.count() == 0) return;
  for (const auto& [name, fraction] : kPercentiles)
    if (const auto value = percentile(fraction))
      all.emplace_back(kind + "_" + name + "_ns", ns(*value));
  all.emplace_back(kind + "_max_ns", ns(times.max()));
}

/// Among `due` operations, of which those that are not in `times` count as slower.
std::optional<Duration> bound_of(const Histogram& times, std::uint64_t due, double fraction) {
  constexpr double kDoubt = 0.05;
  if (due == 0) return std::nullopt;
  const auto above = most_below(due, 1 - fraction, kDoubt);
  if (!above || due - *above > times.count()) return std::nullopt;
  const auto rank = due - *above;
  return rank == times.count() ? times.max() : times.ranked(rank);
}

std::optional<std::string> bound_text(const std::optional<Duration>& bound) {
  return bound ? std::optional("<=" + rounded_text(*bound)) : std::nullopt;
}

}  // namespace

std::uint64_t operations_due(const Measurement& one) {
  return one.completed + one.failed + one.never_started;
}

std::optional<Duration> response_percentile(const Measurement& one, double fraction) {
  const auto rank = Histogram::rank_of(fraction, operations_due(one));
  if (rank == 0 || rank > one.response_time.count()) return std::nullopt;
  return one.response_time.ranked(rank);
}

bool response_failed(const Measurement& one, double fraction) {
  const auto rank = Histogram::rank_of(fraction, operations_due(one));
  return has_response_times(one) && rank > one.response_time.count();
}

std::optional<Duration> response_bound(const Measurement& one, double fraction) {
  return bound_of(one.response_time, operations_due(one), fraction);
}

std::optional<std::string> response_text(const Measurement& one, double fraction) {
  if (!has_response_times(one)) return std::nullopt;
  const auto lacking = one.failed > 0 ? "failed" : "dropped";
  if (response_failed(one, fraction)) return lacking;
  if (const auto time = response_percentile(one, fraction)) return rounded_text(*time);
  if (auto bound = bound_text(response_bound(one, fraction))) return bound;
  // Too few to rank it. But where the highest that they do rank falls among failures, it does too.
  const auto due = static_cast<double>(operations_due(one));
  return due > 11 && response_failed(one, 1 - 11 / due) ? lacking : "n/a";
}

std::optional<std::string> service_text(const Measurement& one, double fraction) {
  const auto& times = one.service_time;
  if (times.count() == 0) return std::nullopt;
  if (const auto time = times.percentile(fraction)) return rounded_text(*time);
  return bound_text(bound_of(times, times.count(), fraction)).value_or("n/a");
}

std::optional<double> memory_bytes_per_op(const Measurement& one) {
  if (one.peak_in_flight < kEnoughForMemory || one.resources.grown_bytes == 0) return std::nullopt;
  return static_cast<double>(one.resources.grown_bytes +
                             one.observed.kernel_bytes(one.peak_in_flight)) /
         static_cast<double>(one.peak_in_flight);
}

Counters counters(const Result& result, const Measurement& one) {
  Counters all{{"completed", static_cast<double>(one.completed)},
               {"failed", static_cast<double>(one.failed)},
               {"dropped", static_cast<double>(one.never_started)},
               // The old name of `dropped`, until the next version of the schema.
               {"never_started", static_cast<double>(one.never_started)},
               {"ops_per_s", one.ops_per_s()}};
  if (one.rows > 0 && one.completed > 0)
    all.emplace_back("rows_per_op",
                     static_cast<double>(one.rows) / static_cast<double>(one.completed));
  if (const auto offer = offered(result, one)) {
    all.emplace_back("offered_per_s", offer->per_s);
    all.emplace_back("achieved_share", offer->achieved);
  }
  if (result.bound) all.emplace_back("service_asked_mean_ns", ns(result.bound->asked));
  if (one.completed > 0) all.emplace_back("service_mean_ns", ns(one.service_time.mean()));
  add_times(all, "service", one.service_time,
            [&](double fraction) { return one.service_time.percentile(fraction); });
  add_times(all, "response", one.response_time,
            [&](double fraction) { return response_percentile(one, fraction); });
  for (const auto& [name, fraction] : kPercentiles)
    if (response_failed(one, fraction))
      all.emplace_back(fmt::format("response_{}_failed", name), 1);
  if (one.loop.lag.count() > 0 || one.loop.longest_hold > Duration(0)) {
    for (const auto& [name, fraction] :
         {std::pair{"loop_lag_p50_ns", 0.5}, {"loop_lag_p99_ns", 0.99}})
      if (const auto lag = one.loop.lag.percentile(fraction)) all.emplace_back(name, ns(*lag));
    all.emplace_back("loop_lag_max_ns", ns(one.loop.lag.max()));
    all.emplace_back("loop_held_max_ns", ns(one.loop.longest_hold));
  }
  const auto& used = one.resources;
  if (const auto ended = static_cast<double>(one.completed + one.failed); ended > 0) {
    all.emplace_back("cpu_ns_per_op", ns(used.user + used.system) / ended);
    if (used.user + used.system >= kShortestSplit) {
      all.emplace_back("user_ns_per_op", ns(used.user) / ended);
      all.emplace_back("system_ns_per_op", ns(used.system) / ended);
    }
    if (used.run_queue_wait)
      all.emplace_back("run_queue_wait_ns_per_op", ns(*used.run_queue_wait) / ended);
    auto counted = used;
    for (const auto& [name, value] : counts_of(counted))
      all.emplace_back(fmt::format("{}_per_op", name), static_cast<double>(*value) / ended);
  }
  if (const auto& service = one.observed.service; service && service->requests > 0) {
    all.emplace_back("service_cpu_ns_per_op", ns(*service->cpu_per_request()));
    for (const auto& [name, fraction] :
         {std::pair{"service_own_p50_ns", 0.5}, {"service_own_p99_ns", 0.99}})
      if (const auto time = service->own_time.percentile(fraction))
        all.emplace_back(name, ns(*time));
    all.emplace_back("service_threads", static_cast<double>(service->threads));
    all.emplace_back("service_peak_rss_bytes", static_cast<double>(service->peak_rss_bytes));
    all.emplace_back("service_peak_connections", static_cast<double>(service->peak_connections));
    if (service->activity_samples > 0) {
      all.emplace_back("service_mean_active", service->mean_active);
      all.emplace_back("service_peak_active", static_cast<double>(service->peak_active));
    }
  }
  if (one.connections) {
    all.emplace_back("connections_made", static_cast<double>(one.connections->made));
    all.emplace_back("connections_reused", static_cast<double>(one.connections->reused));
  }
  if (one.hop) {
    all.emplace_back("hop_cpu_ns", ns(one.hop->cpu));
    all.emplace_back("hop_alone_ns", ns(one.hop->alone));
  }
  all.emplace_back("peak_in_flight", static_cast<double>(one.peak_in_flight));
  if (one.peak_is_upper_bound) all.emplace_back("peak_is_upper_bound", 1);
  if (one.observed.samples > 0) {
    all.emplace_back("sampled_in_flight", one.observed.mean_in_flight);
    all.emplace_back("peak_threads", static_cast<double>(one.observed.peak_threads));
  }
  all.emplace_back("peak_rss_bytes", static_cast<double>(used.peak_rss_bytes));
  if (const auto bytes = memory_bytes_per_op(one); bytes && !result.what.starts_processes())
    all.emplace_back("memory_bytes_per_op", *bytes);
  if (result.bound) all.emplace_back("bound_ns", ns(result.bound->time));
  if (const auto share = efficiency(result, one)) all.emplace_back("efficiency", *share);
  return all;
}

}  // namespace asyncmark
