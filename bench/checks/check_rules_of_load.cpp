// Rules that ask whether the load was carried out as asked, and alike by all that are compared.

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "bench/base/units.hpp"
#include "bench/checks/check_entry.hpp"
#include "bench/os/placement.hpp"
#include "bench/results/failure_budget.hpp"
#include "bench/results/offered.hpp"
#include "bench/results/summary.hpp"

namespace asyncmark::check_rules {
namespace {

/// Shorter operations may end before the next one is begun, whatever the cap.
constexpr Duration kOverlaps = std::chrono::milliseconds(1);
/// What 10 / (1 - p) makes of p99, and of the median.
constexpr std::uint64_t kEnoughForP99 = 1000;
constexpr std::uint64_t kEnoughForMedian = 20;
// Shorter, and what one sees is how things begin.
constexpr Duration kLongEnough = std::chrono::milliseconds(10);
// What a client waits for beyond what the service tells is a queue when it is so much.
constexpr int kMuchLonger = 3;
constexpr Duration kLongQueue = std::chrono::milliseconds(2);
constexpr double kMuchComputing = 0.6;
constexpr double kNoTimeLeft = 0.95;
constexpr double kIdle = 0.5;  ///< Of one processor, below which a service has time left.
/// In less a thread that comes late to its processor makes much of a difference.
constexpr Duration kLongEnoughForService = std::chrono::milliseconds(20);
constexpr double kPoorEfficiency = 0.5;
constexpr double kMostlyWork = 0.5;

double runs(const Subject& one) { return static_cast<double>(one.result.finished().size()); }

/// The case with the least and the one with the most of something, and their words for it.
template <class Amount, class Words>
std::optional<Difference> extremes(const Compared& cases, Amount amount, Words words) {
  const auto [least, most] =
      std::ranges::minmax_element(cases, {}, [&](const Subject* one) { return amount(*one); });
  // A share may differ in its last bit.
  if (amount(**most) - amount(**least) <= 1e-9 * amount(**most)) return std::nullopt;
  const auto a = (*least)->result.name(), b = (*most)->result.name();
  return Difference{{a, b}, fmt::format("{} in {}, {} in {}", words(**least), a, words(**most), b)};
}

std::optional<Difference> unequal_operations(const Compared& cases) {
  const auto& load = cases.front()->result.what.load;
  // A closed loop that a duration limits ends as many as it can: that is what it measures.
  if (load.ops == 0 && !load.rate) return std::nullopt;
  // What was due and could not start has a rule of its own.
  const auto ended = [](const Subject& one) {
    return (one.ended() + static_cast<double>(one.all.never_started)) / runs(one);
  };
  return extremes(cases, ended, [&](const Subject& one) {
    return fmt::format("{:.6g} operations a run", ended(one));
  });
}

std::optional<Difference> unequal_failures(const Compared& cases) {
  const auto share = [](const Subject& one) {
    return one.ended() > 0 ? static_cast<double>(one.all.failed) / one.ended() : 0;
  };
  return extremes(cases, share, [](const Subject& one) {
    return fmt::format("{} of {:.0f} failed", one.all.failed, one.ended());
  });
}

std::optional<Difference> client_cpus_differ(const Compared& cases) {
  const Subject* first = nullptr;
  for (const auto* one : cases) {
    const auto& cpus = one->all.placement.client;
    if (cpus.empty()) continue;
    if (!first) first = one;
    const auto& others = first->all.placement.client;
    if (cpus != others)
      return Difference{{first->result.name(), one->result.name()},
                        fmt::format("CPUs {} in {}, {} in {}", others, first->result.name(), cpus,
                                    one->result.name())};
  }
  return std::nullopt;
}

std::optional<Difference> mixed_clients(const Compared& all) {
  const auto client = [](const Subject& one) -> std::string {
    const auto& options = one.result.what.workload_options;
    const auto spec = std::ranges::find_if(options.specs(), &OptionSpec::is_client);
    return spec == options.specs().end() ? "" : options.print(spec->name);
  };
  // The same runner with the other's client tells what is the client's and what the runner's.
  const auto is_told_apart = [&](const Subject& a, const Subject& b) {
    return std::ranges::any_of(all, [&](const Subject* one) {
      const auto& runner = one->result.what.runner;
      return (runner == a.result.what.runner && client(*one) == client(b)) ||
             (runner == b.result.what.runner && client(*one) == client(a));
    });
  };
  for (const auto* a : all)
    for (const auto* b : all)
      if (client(*a) < client(*b) && a->result.what.workload == b->result.what.workload &&
          !is_told_apart(*a, *b))
        return Difference{{a->result.name(), b->result.name()},
                          fmt::format("client {} with {}, {} with {}", client(*a),
                                      a->result.what.runner, client(*b), b->result.what.runner)};
  return std::nullopt;
}

std::optional<std::string> failed_operations(const Subject& one, const Context& context) {
  const auto budget = context.facts.value("max_failed", "0");
  if (!FailureBudget::parse(budget).exceeded_by(one.all)) return std::nullopt;
  std::vector<std::string> reasons;
  for (const auto& [reason, times] : one.all.failures)
    reasons.push_back(fmt::format("{} {}", times, reason));
  return fmt::format("{} of {:.0f} failed ({}); --max-failed accepts {}", one.all.failed,
                     one.ended(), fmt::join(reasons, ", "), budget == "0" ? "none" : budget);
}

std::optional<std::string> cap_not_reached(const Subject& one) {
  const auto& load = one.result.what.load;
  if (!load.in_flight || one.kind() == LoadKind::open_loop) return std::nullopt;
  // Where operations compute, or are over at once, processors decide how many overlap.
  if (one.all.service_time.mean() < kOverlaps || one.busy() >= kBusy) return std::nullopt;
  const auto asked = load.duration ? *load.in_flight : std::min(*load.in_flight, load.ops);
  const auto peak = one.all.peak_in_flight;
  if (peak <= asked && static_cast<double>(peak) >= 0.9 * static_cast<double>(asked))
    return std::nullopt;
  const auto found = asked < *load.in_flight
                         ? fmt::format("at most {} of {} operations in flight at once", peak, asked)
                         : fmt::format("at most {} in flight, {} allowed", peak, asked);
  // What is held by its operations can have no more of them, whatever the runner.
  const bool hold = one.holds_the_loop();
  const auto most = at_once(one.result.how, hold);
  if (!hold || peak > most || most >= one.result.how.cap) return found;
  return fmt::format("{}: each blocks its loop, and there {} {}", found, most == 1 ? "is" : "are",
                     most);
}

std::optional<std::string> saturated(const Subject& one) {
  const auto& offer = one.result.summary().offered;
  if (!offer || !offer->saturated()) return std::nullopt;
  const auto passes = static_cast<double>(one.all.passes.size());
  const auto never = static_cast<double>(one.all.never_started) / passes;
  return fmt::format("achieved {:.0f} % of {}/s, dropped {:.0f} of {:.0f}", 100 * offer->achieved,
                     rounded_count(offer->per_s), never, one.ended() / passes + never);
}

std::optional<std::string> generator_saturated(const Subject& one) {
  const auto& offer = one.result.summary().offered;
  if (!offer || one.busy() < kBusy) return std::nullopt;
  if (!offer->saturated() && one.all.never_started == 0) return std::nullopt;
  // Where operations are known to compute, or are processes, that is what is measured.
  if (one.result.what.starts_processes()) return std::nullopt;
  const auto cost = typical_cost(one);
  if (cost && seconds(cost->cpu) * one.ended() >= kMostlyWork * seconds(one.all.cpu()))
    return std::nullopt;
  return fmt::format("{:.0f} % of {:g} {} busy, {:.0f} % of {}/s achieved", 100 * one.busy(),
                     one.processors, one.processors == 1 ? "CPU" : "CPUs", 100 * offer->achieved,
                     rounded_count(offer->per_s));
}

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
                       service->threads, 100 * one_thread,
                       rounded_text(*service->cpu_per_request()));
  if (share < kNoTimeLeft) return std::nullopt;
  return fmt::format("it used {:.0f} % of its {} CPU{}, {} per request", 100 * share, usable,
                     usable == 1 ? "" : "s", rounded_text(*service->cpu_per_request()));
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
  const auto& offer = one.result.summary().offered;
  return fmt::format(
      "it achieved {:.0f} % of {}/s and used {:.0f} % of a CPU, with up to {} in flight",
      100 * offer->achieved, rounded_count(offer->per_s), 100 * share->used,
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

std::optional<std::string> few_operations(const Subject& one) {
  const auto a_pass = one.all.per_pass(one.all.elapsed());
  const bool is_work = !one.result.what.measures_the_harness() && one.ended() > 0;
  if (is_work && !one.result.bound && a_pass < kLongEnough)
    return fmt::format("the run took {}, which is mostly start-up", rounded_text(a_pass));
  const auto count = one.all.service_time.count();
  if (count == 0) return std::nullopt;  // More of them would fail as well.
  // The headline of an open loop is the tail of its response times.
  if (one.kind() == LoadKind::open_loop && count < kEnoughForP99)
    return fmt::format("{} operations in all repetitions; a p99 needs {}, {:.2g} times as many",
                       count, kEnoughForP99,
                       static_cast<double>(kEnoughForP99) / static_cast<double>(count));
  // That of a burst is its makespan; and where the cost is known, a few show it.
  if (one.kind() == LoadKind::closed_loop && !one.result.bound && count < kEnoughForMedian)
    return fmt::format("{} operations in all repetitions; a median needs {}", count,
                       kEnoughForMedian);
  return std::nullopt;
}

std::optional<std::string> processor_bound(const Subject& one) {
  const auto& bound = one.result.bound;
  // Where there is nothing to wait for, the cost of the harness is all there is, and is wanted.
  if (!bound || bound->time <= Duration(0) || one.busy() < kBusy) return std::nullopt;
  const auto share = one.result.summary().efficiency;
  if (!share || *share >= kPoorEfficiency) return std::nullopt;
  return fmt::format(
      "the theoretical best is {}, {:.0f} % of the measured time; {:.0f} % of {:g} {} busy",
      rounded_text(bound->time), 100 * *share, 100 * one.busy(), one.processors,
      one.processors == 1 ? "CPU" : "CPUs");
}

const bool unequal_operations_registered = Registry<CheckEntry>::add({
    .name = "unequal-operations",
    .order = 10,
    .look = in_each_comparison(unequal_operations),
    .sentence = "the cases did not complete the same number of operations",
    .remedy = "find out why some operations did not run, or use a load that every runner can "
              "carry",
});

const bool failed_operations_registered = Registry<CheckEntry>::add({
    .name = "failed-operations",
    .order = 20,
    .look = in_each_case(failed_operations),
    .sentence = "more operations failed than --max-failed accepts; the times cover "
                "successful operations only",
    .remedy = "fix what fails, or allow it with --max-failed",
});

const bool unequal_failures_registered = Registry<CheckEntry>::add({
    .name = "unequal-failures",
    .order = 30,
    .look = in_each_comparison(unequal_failures),
    .sentence = "the cases have different failure rates, and an operation that fails early "
                "looks fast",
    .remedy = "fix what fails, or compare at a load where nothing fails",
});

const bool client_cpus_differ_registered = Registry<CheckEntry>::add({
    .name = "client-cpus-differ",
    .order = 40,
    .look = in_each_comparison(client_cpus_differ),
    .sentence = "the cases ran on different CPUs",
    .remedy = "use the same --cpus and --launcher for all of them",
});

const bool mixed_clients_registered = Registry<CheckEntry>::add({
    .name = "mixed-clients",
    .order = 50,
    .look = in_all_cases(mixed_clients),
    .sentence = "the runners used different clients, so they differ in more than the model",
    .remedy = "use the same client for all of them, or run one of the runners with both",
});

const bool cap_not_reached_registered = Registry<CheckEntry>::add({
    .name = "cap-not-reached",
    .order = 60,
    .look = in_each_case(cap_not_reached),
    .sentence = "the operations in flight did not match the concurrency limit",
    .remedy = "leave out --workers, or compare at default concurrency (without --in-flight); "
              "make calls that block the loop asynchronous",
});

const bool saturated_registered = Registry<CheckEntry>::add({
    .name = "saturated",
    .order = 70,
    .look = in_each_case(saturated),
    .sentence = "the achieved rate is below the offered rate, so response times grow with the "
                "length of the run",
    .remedy =
        "offer a lower --rate or make the service faster; if the limit in flight was reached, "
        "allow more --in-flight or --workers",
});

const bool generator_saturated_registered = Registry<CheckEntry>::add({
    .name = "generator-saturated",
    .order = 80,
    .look = in_each_case(generator_saturated),
    .sentence = "the load generator ran out of CPU time, so the load generator is the limit",
    .remedy = "offer a lower --rate, give the client more CPUs (--cpus), or use a runner "
              "that uses more of them",
    .limit = LimitedBy::processors,
});

const bool service_saturated_registered = Registry<CheckEntry>::add({
    .name = "service-saturated",
    .order = 90,
    .look = in_each_case(service_saturated),
    .sentence = "the service has no CPU time left and is the bottleneck",
    .remedy = "offer a lower load (--rate, --in-flight), or give the service more CPUs "
              "(--cpus)",
    .limit = LimitedBy::busy_service,
});

const bool service_starved_registered = Registry<CheckEntry>::add({
    .name = "service-starved",
    .order = 94,
    .look = in_each_case(service_starved),
    .sentence = "the service had to wait for a CPU that other threads used",
    .remedy = "repeat on an idle machine, or keep client and service apart (--cpus, taskset)",
});

const bool service_idle_registered = Registry<CheckEntry>::add({
    .name = "service-idle",
    .order = 95,
    .look = in_each_case(service_idle),
    .sentence = "the service did not keep up although it had CPU time left",
    .remedy = "look for what makes requests wait for each other: a call that blocks the "
              "service's event loop, a lock, a small pool of workers or connections",
});

const bool service_queue_registered = Registry<CheckEntry>::add({
    .name = "service-queue",
    .order = 100,
    .look = in_each_case(service_queue),
    .sentence = "requests waited in front of the service, and its own times do not include "
                "that wait",
    .remedy = "give the service more workers, or keep fewer requests in flight",
    .limit = LimitedBy::queue_of_service,
});

const bool few_operations_registered = Registry<CheckEntry>::add({
    .name = "few-operations",
    .order = 110,
    .look = in_each_case(few_operations),
    .sentence = "too few operations, or too short a run, for reliable figures",
    .remedy = "use more --ops, a longer --duration or more --repetitions",
});

const bool processor_bound_registered = Registry<CheckEntry>::add({
    .name = "processor-bound",
    .order = 120,
    .look = in_each_case(processor_bound),
    .sentence = "the CPU is the bottleneck, so the time is mostly computing and not waiting",
    .remedy = "use more CPUs, or keep fewer operations in flight",
    .limit = LimitedBy::processors,
});

}  // namespace
}  // namespace asyncmark::check_rules
