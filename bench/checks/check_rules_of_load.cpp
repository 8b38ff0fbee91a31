// Rules that ask whether the load was carried out as asked, and alike by all that are compared.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "bench/base/units.hpp"
#include "bench/checks/check_entry.hpp"
#include "bench/os/placement.hpp"
#include "bench/results/counters.hpp"
#include "bench/results/failure_budget.hpp"
#include "bench/results/grouping.hpp"
#include "bench/results/offered.hpp"
#include "bench/results/slo.hpp"
#include "bench/results/summary.hpp"

namespace asyncmark::check_rules {
namespace {

/// Shorter operations may end before the next one is begun, whatever the cap.
constexpr Duration kOverlaps = std::chrono::milliseconds(1);
/// What 10 / (1 - p) makes of the median.
constexpr std::uint64_t kEnoughForMedian = 20;
// Shorter, and what one sees is how things begin.
constexpr Duration kLongEnough = std::chrono::milliseconds(10);
constexpr double kPoorEfficiency = 0.5;
constexpr double kMostlyWork = 0.5;

double runs(const Subject& one) { return static_cast<double>(one.result.finished().size()); }

/// Operations that should have run, over all repetitions.
double due(const Subject& one) { return static_cast<double>(operations_due(one.all)); }

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
  const auto ended = [](const Subject& one) { return due(one) / runs(one); };
  return extremes(cases, ended, [&](const Subject& one) {
    return fmt::format("{:.6g} operations a run", ended(one));
  });
}

/// Whether two shares of so many differ by more than chance explains (two-proportion z-test, 99 %).
bool differ(double a, double of_a, double b, double of_b) {
  constexpr double kSure = 2.58;
  const auto all = (a + b) / (of_a + of_b);
  const auto error = std::sqrt(all * (1 - all) * (1 / of_a + 1 / of_b));
  return std::abs(a / of_a - b / of_b) > kSure * error;
}

std::optional<Difference> unequal_failures(const Compared& cases) {
  const auto failed = [](const Subject& one) { return static_cast<double>(one.all.failed); };
  const auto share = [&](const Subject& one) { return due(one) > 0 ? failed(one) / due(one) : 0; };
  const auto [least, most] =
      std::ranges::minmax_element(cases, {}, [&](const Subject* one) { return share(*one); });
  if (due(**least) == 0 || due(**most) == 0 ||
      !differ(failed(**least), due(**least), failed(**most), due(**most)))
    return std::nullopt;
  return extremes(cases, share, [](const Subject& one) {
    return fmt::format("{} of {:.0f} failed", one.all.failed, due(one));
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
  return fmt::format("{} of {:.0f} failed ({}); --max-failed accepts {}", one.all.failed, due(one),
                     failures_text(one.all), budget == "0" ? "none" : budget);
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
  const auto abandoned = static_cast<double>(one.all.abandoned) / passes;
  const auto sent = abandoned > 0 ? fmt::format(", {:.0f} of them started", abandoned) : "";
  return fmt::format("achieved {:.0f} % of {}/s in time, dropped {:.0f} of {:.0f}{}",
                     offer->achieved_percent(), rounded_count(offer->per_s), never,
                     one.ended() / passes + never, sent);
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
                     one.processors, one.processors == 1 ? "CPU" : "CPUs",
                     offer->achieved_percent(), rounded_count(offer->per_s));
}

/// The percentile that the user asked about, or p99.
Slo judged_percentile(const Context& context) {
  const auto text = context.facts.value("slo", "");
  return text.empty() ? Slo{"p99", 0.99, {}} : Slo::parse(text);
}

std::optional<std::string> few_operations(const Subject& one, const Context& context) {
  const auto a_pass = one.result.summary().time;  // As in the table.
  const bool is_work = !one.result.what.measures_the_harness() && one.ended() > 0;
  if (is_work && !one.result.bound && a_pass < kLongEnough)
    return fmt::format("the run took {}, which is mostly start-up", rounded_text(a_pass));
  const auto count = one.all.service_time.count();
  if (count == 0) return std::nullopt;  // More of them would fail as well.
  // The headline of an open loop is the tail of its response times.
  if (one.kind() == LoadKind::open_loop) {
    const auto judged = judged_percentile(context);
    const auto enough = static_cast<std::uint64_t>(std::lround(10 / (1 - judged.fraction)));
    const bool is_few = count < enough;
    if (is_few && (judged.limit == Duration(0) || !response_bound(one.all, judged.fraction)))
      return fmt::format("{} operations in all repetitions; a {} needs {}", count,
                         judged.percentile, enough);
  }
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

std::string remedy_of_failures(const Result& result) {
  const auto& failures = result.summary().all.failures;
  const bool by_status = std::ranges::any_of(
      failures, [](const auto& failure) { return failure.first.starts_with("bad status"); });
  const bool by_connection = std::ranges::any_of(failures, [](const auto& failure) {
    return failure.first == "reset" || failure.first == "closed early" ||
           failure.first == "refused";
  });
  if (by_connection && !by_status)
    return "lower --in-flight, or raise the server's limit of connections";
  if (std::ranges::any_of(
          failures, [](const auto& failure) { return failure.first.starts_with("bad status 5"); }))
    return "see the server's log, or accept it by --expect or --max-failed";
  return by_status ? "check the URL, or accept it by --expect or --max-failed"
                   : "fix what fails, or allow it with --max-failed";
}

std::string remedy_of_saturation(const Result& result) {
  const bool is_full = result.summary().all.peak_in_flight >= result.how.cap;
  if (!is_full) return "offer a lower --rate, or make the service or the work faster";
  return result.what.runner == kBaseline
             ? "offer a lower --rate, or use a runner with more than one in flight"
         : result.what.address().empty()
             ? "allow more in flight (--in-flight, --workers), or offer a lower --rate"
             : "make the service faster, allow more --in-flight, or lower the --rate";
}

const bool unequal_operations_registered = Registry<CheckEntry>::add({
    .name = "unequal-operations",
    .order = 10,
    .look = in_each_comparison(unequal_operations),
    .sentence = "the cases did not complete the same number of operations",
    .remedy = "use a load that every runner can carry, or find out what did not run",
});

const bool failed_operations_registered = Registry<CheckEntry>::add({
    .name = "failed-operations",
    .order = 20,
    .look = in_each_case(failed_operations),
    .sentence = "more operations failed than --max-failed accepts",
    .remedy_of = remedy_of_failures,
});

const bool unequal_failures_registered = Registry<CheckEntry>::add({
    .name = "unequal-failures",
    .order = 30,
    .look = in_each_comparison(unequal_failures),
    .sentence = "failure rates differ, and an operation that fails early looks fast",
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
    .remedy = "use the same client for all, or run one of the runners with both",
});

const bool cap_not_reached_registered = Registry<CheckEntry>::add({
    .name = "cap-not-reached",
    .order = 60,
    .look = in_each_case(cap_not_reached),
    .sentence = "the operations in flight did not match the concurrency limit",
    .remedy = "compare at default concurrency (without --in-flight and --workers)",
});

const bool saturated_registered = Registry<CheckEntry>::add({
    .name = "saturated",
    .order = 70,
    .look = in_each_case(saturated),
    .sentence = "the offered rate was not achieved, so response times grow during the run",
    .remedy_of = remedy_of_saturation,
});

const bool generator_saturated_registered = Registry<CheckEntry>::add({
    .name = "generator-saturated",
    .order = 80,
    .look = in_each_case(generator_saturated),
    .sentence = "the load generator ran out of CPU time, so it is the limit",
    .remedy = "offer a lower --rate, or give the client more CPUs (--cpus)",
    .limit = LimitedBy::processors,
});

const bool few_operations_registered = Registry<CheckEntry>::add({
    .name = "few-operations",
    .order = 110,
    .look = in_each_case(few_operations),
    .sentence = "too few operations, or too short a run, for reliable figures",
    .remedy_of =
        [](const Result& result) {
          return result.what.load.duration ? "use a longer --duration or more --repetitions"
                                           : "use more --ops or more --repetitions";
        },
});

const bool processor_bound_registered = Registry<CheckEntry>::add({
    .name = "processor-bound",
    .order = 120,
    .look = in_each_case(processor_bound),
    .sentence = "the CPU is the bottleneck: the time is mostly computing, not waiting",
    .remedy = "use more CPUs, or keep fewer operations in flight",
    .limit = LimitedBy::processors,
});

}  // namespace
}  // namespace asyncmark::check_rules
