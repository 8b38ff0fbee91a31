// Rules that ask whether the service is the limit, and why.

#include <fmt/format.h>

#include <algorithm>

#include "bench/base/units.hpp"
#include "bench/checks/check_entry.hpp"
#include "bench/os/placement.hpp"
#include "bench/results/offered.hpp"
#include "bench/results/summary.hpp"

namespace asyncmark::check_rules {
namespace {

// What a client waits for beyond what the service tells is a queue when it is so much.
constexpr int kMuchLonger = 3;
constexpr Duration kLongQueue = std::chrono::milliseconds(2);
constexpr double kMuchComputing = 0.6;
constexpr double kNoTimeLeft = 0.95;
constexpr double kIdle = 0.5;  ///< Of one processor, below which a service has time left.
/// In less a thread that comes late to its processor makes much of a difference.
constexpr Duration kLongEnoughForService = std::chrono::milliseconds(20);

std::optional<std::string> service_saturated(const Subject& one) {
  const auto& service = one.all.observed.service;
  const auto elapsed = one.all.elapsed();
  const auto& place = one.all.placement.service;
  if (!service || service->requests == 0 || place.empty() || elapsed < kLongEnoughForService)
    return std::nullopt;
  // Of many processes, one for each connection, only those have something to do.
  const auto workers =
      service->active() ? std::min(service->threads, service->peak_connections) : service->threads;
  const auto usable = std::clamp<std::uint64_t>(workers, 1, parse_cpus(place, "placement").size());
  const auto share = seconds(service->cpu) / (seconds(elapsed) * static_cast<double>(usable));
  const auto one_thread = seconds(service->busiest_thread) / seconds(elapsed);
  if (share < kNoTimeLeft && one_thread >= kNoTimeLeft)
    return fmt::format("one of its {} threads used {:.0f} % of a CPU, {} per request",
                       service->threads, 100 * std::min(1.0, one_thread),
                       rounded_text(*service->cpu_per_request()));
  if (share < kNoTimeLeft) return std::nullopt;
  return fmt::format("it used {:.0f} % of its {} CPU{}, {} per request", 100 * std::min(1.0, share),
                     usable, usable == 1 ? "" : "s", rounded_text(*service->cpu_per_request()));
}

/// What share of the time a service that did not keep up used a processor, and waited for one.
struct CpuShares {
  double used, waited;
};

/// Of a service that leaves operations waiting while it uses little of its processors. Absent where
/// it does not, and where the client had as many in flight as it may: there the cap is the limit,
/// and nothing is known of the service.
std::optional<CpuShares> shares_of_slow_service(const Subject& one) {
  const auto& service = one.all.observed.service;
  const auto& offer = one.result.summary().offered;
  const auto elapsed = one.all.elapsed();
  if (!service || !offer || !offer->saturated() || one.busy() >= kBusy ||
      elapsed < kLongEnoughForService || one.all.peak_in_flight >= one.result.how.cap)
    return std::nullopt;
  const CpuShares shares{seconds(service->cpu) / seconds(elapsed),
                         seconds(service->waited_for_cpu) / seconds(elapsed)};
  return shares.used <= kIdle ? std::optional(shares) : std::nullopt;
}

std::optional<std::string> service_starved(const Subject& one) {
  const auto share = shares_of_slow_service(one);
  if (!share || share->used + share->waited <= kIdle) return std::nullopt;
  return fmt::format(
      "its threads used a CPU for {:.0f} % of the time and waited for one for {:.0f} %",
      100 * share->used, 100 * share->waited);
}

std::optional<std::string> service_idle(const Subject& one) {
  const auto share = shares_of_slow_service(one);
  if (!share || share->used + share->waited > kIdle) return std::nullopt;
  // Connections that its queue had no room for wait for the kernel to try again.
  if (one.all.observed.network.listen_overflows > 0) return std::nullopt;
  const auto& offer = one.result.summary().offered;
  return fmt::format(
      "it achieved {:.0f} % of {}/s and used {:.0f} % of a CPU, with up to {} in flight",
      offer->achieved_percent(), rounded_count(offer->per_s), 100 * share->used,
      one.all.peak_in_flight);
}

std::optional<std::string> service_queue(const Subject& one) {
  const auto& service = one.all.observed.service;
  const auto elapsed = seconds(one.all.elapsed());
  if (!service || elapsed <= 0) return std::nullopt;
  const auto outside = one.all.service_time.percentile(0.5);
  const auto inside = service->own_time.percentile(0.5);
  if (!outside || !inside || *outside < kMuchLonger * *inside + kLongQueue) return std::nullopt;
  // Where a side computes all the time, that is what it waits for.
  if (one.busy() > kMuchComputing || seconds(service->cpu) / elapsed > kMuchComputing)
    return std::nullopt;
  return fmt::format("p50 {} at the client, {} in the service", rounded_text(*outside),
                     rounded_text(*inside));
}

/// The case that tells how long an operation takes that has the service to itself.
const Subject* one_in_flight(const Compared& cases) {
  const auto found = std::ranges::find_if(cases, [](const Subject* one) {
    return one->result.how.cap == 1 && one->kind() != LoadKind::open_loop && one->all.failed == 0;
  });
  return found == cases.end() ? nullptr : *found;
}

/// Where operations take much longer than one that has the service to itself, which has time left:
/// Little's law tells how many it works on at once. Absent where its processors are not known.
std::optional<std::string> service_concurrency(const Subject& one, Duration unloaded) {
  const auto& service = one.all.observed.service;
  const auto elapsed = one.all.elapsed();
  if (!service || service->own_time.count() > 0 || one.all.failed > 0 || one.busy() >= kBusy ||
      one.kind() == LoadKind::open_loop || elapsed < kLongEnoughForService ||
      one.all.service_time.mean() < kMuchLonger * unloaded + kLongQueue)
    return std::nullopt;
  const auto used = seconds(service->cpu) / seconds(elapsed);
  if (used + seconds(service->waited_for_cpu) / seconds(elapsed) > kIdle) return std::nullopt;
  const auto per_s = static_cast<double>(one.all.completed) / seconds(elapsed);
  return fmt::format("about {:.0f} of {} in flight: {}/s, {} alone; it used {:.0f} % of a CPU",
                     std::max(1.0, per_s * seconds(unloaded)), one.all.peak_in_flight,
                     rounded_count(per_s), rounded_text(unloaded), 100 * used);
}

std::vector<Difference> service_concurrencies(const Scene& scene) {
  std::vector<Difference> found;
  for (const auto& cases : scene.comparisons) {
    const auto* alone = one_in_flight(cases);
    const auto unloaded = alone ? alone->all.service_time.percentile(0.5) : std::nullopt;
    if (!unloaded) continue;
    for (const auto* one : cases)
      if (auto evidence = service_concurrency(*one, *unloaded))
        found.push_back({{one->result.name()}, std::move(*evidence)});
  }
  return found;
}

const bool service_saturated_registered = Registry<CheckEntry>::add({
    .name = "service-saturated",
    .order = 90,
    .look = in_each_case(service_saturated),
    .sentence = "the service, or its busiest thread, has no CPU time left",
    .remedy_of =
        [](const Result& result) {
          return result.what.service()
                     ? "lower --rate or --in-flight, or give it more workers or CPUs (--cpus)"
                     : "lower --rate or --in-flight, or start the service with more workers";
        },
    .limit = LimitedBy::busy_service,
});

const bool service_starved_registered = Registry<CheckEntry>::add({
    .name = "service-starved",
    .order = 94,
    .look = in_each_case(service_starved),
    .sentence = "the service waited for a CPU that other threads used",
    .remedy = "repeat on an idle machine, or separate client and service (--cpus)",
});

const bool service_idle_registered = Registry<CheckEntry>::add({
    .name = "service-idle",
    .order = 95,
    .look = in_each_case(service_idle),
    .sentence = "the service did not keep up although it had CPU time left",
    .remedy = "look for a blocking call, a lock, a small pool, or a rate limiter",
    .limit = LimitedBy::queue_of_service,
});

const bool service_concurrency_registered = Registry<CheckEntry>::add({
    .name = "service-concurrency",
    .order = 97,
    .look = service_concurrencies,
    .sentence = "the service has CPU time left, but works on few of the requests in flight",
    .remedy = "look for a blocking call, a lock or a small pool ('asyncmark probe')",
    .limit = LimitedBy::queue_of_service,
});

const bool service_queue_registered = Registry<CheckEntry>::add({
    .name = "service-queue",
    .order = 100,
    .look = in_each_case(service_queue),
    .sentence = "requests waited in front of the service, which its own times leave out",
    .remedy = "give the service more workers, or keep fewer requests in flight",
    .limit = LimitedBy::queue_of_service,
});

}  // namespace
}  // namespace asyncmark::check_rules
