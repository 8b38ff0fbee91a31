// Rules that ask whether the load was carried out as asked, and alike by all that are compared.

#include <fmt/format.h>

#include <algorithm>

#include "bench/check_rules.hpp"

namespace asyncmark::check_rules {
namespace {

/// An offered rate counts as carried out from this share of it on.
constexpr double kAchieved = 0.95;
/// How long a schedule may be exceeded before that means anything.
constexpr Duration kShortDelay = std::chrono::milliseconds(10);
/// Shorter operations may end before the next one is begun, whatever the cap.
constexpr Duration kOverlaps = std::chrono::milliseconds(1);
/// What 10 / (1 - p) makes of p99, and of the median.
constexpr std::uint64_t kEnoughForP99 = 1000;
constexpr std::uint64_t kEnoughForMedian = 20;
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
  return Difference{{a, b}, fmt::format("{} by {}, {} by {}", words(**least), a, words(**most), b)};
}

/// Operations that were due, in all passes.
double due(const Subject& one) { return one.ended() + static_cast<double>(one.all.never_started); }

/// The part of an open loop's offered rate that was carried out; 1 where it kept its time.
std::optional<double> share_of_offered(const Subject& one) {
  if (one.kind() != LoadKind::open_loop || one.all.passes.empty()) return std::nullopt;
  const auto& load = one.result.what.load;
  const auto passes = static_cast<double>(one.all.passes.size());
  const auto due_a_pass = due(one) / passes;
  const auto last_due =
      load.due ? Duration(load.due->back()) : from_seconds(due_a_pass / *load.rate);
  const auto elapsed = one.all.per_pass(one.all.elapsed());
  const bool in_time = one.all.never_started == 0 && elapsed <= last_due + kShortDelay;
  if (last_due <= Duration(0) || in_time) return 1;

  // The operations due last may end after the schedule, each in its own time. But where processors
  // are the limit that time has grown by waiting for them, and so excuses nothing.
  const auto& service = one.all.service_time;
  const auto drain =
      one.busy() >= kBusy ? Duration(0) : std::min(service.max(), 5 * service.mean());
  const auto active = std::max(elapsed - drain, last_due);
  return one.ended() / passes / due_a_pass * (seconds(last_due) / seconds(active));
}

}  // namespace

double Subject::busy() const {
  const auto time = seconds(all.elapsed()) * processors;
  return time > 0 ? seconds(all.cpu()) / time : 0;
}

std::optional<Difference> unequal_operations(const Compared& cases) {
  const auto& load = cases.front()->result.what.load;
  // A closed loop that a duration limits ends as many as it can: that is what it measures.
  if (load.ops == 0 && !load.rate) return std::nullopt;
  const auto ended = [](const Subject& one) { return one.ended() / runs(one); };
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
                        fmt::format("processors {} by {}, {} by {}", others, first->result.name(),
                                    cpus, one->result.name())};
  }
  return std::nullopt;
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
  return fmt::format("at most {} in flight, where {} were asked for", peak, asked);
}

std::optional<std::string> saturated(const Subject& one) {
  const auto share = share_of_offered(one);
  if (!share || *share >= kAchieved) return std::nullopt;
  const auto passes = static_cast<double>(one.all.passes.size());
  return fmt::format("{:.0f} % of the {:g} operations/s offered, {:.0f} of {:.0f} never started",
                     100 * *share, *one.result.what.load.rate,
                     static_cast<double>(one.all.never_started) / passes, due(one) / passes);
}

std::optional<std::string> generator_saturated(const Subject& one) {
  const auto share = share_of_offered(one);
  if (!share || one.busy() < kBusy) return std::nullopt;
  if (*share >= kAchieved && one.all.never_started == 0) return std::nullopt;
  // Where operations are known to compute, that is what is measured.
  const auto cost = typical_cost(one);
  if (cost && seconds(cost->cpu) * one.ended() >= kMostlyWork * seconds(one.all.cpu()))
    return std::nullopt;
  return fmt::format("{:.0f} % of {:g} {} busy, for {:.0f} % of the {:g} operations/s offered",
                     100 * one.busy(), one.processors,
                     one.processors == 1 ? "processor were" : "processors were", 100 * *share,
                     *one.result.what.load.rate);
}

std::optional<std::string> few_operations(const Subject& one) {
  const auto count = one.all.service_time.count();
  // The headline of an open loop is the tail of its response times.
  if (one.kind() == LoadKind::open_loop && count < kEnoughForP99)
    return fmt::format("{} in all repetitions; a p99 needs {}", count, kEnoughForP99);
  // That of a burst is its makespan; and where the cost is known, a few show it.
  if (one.kind() == LoadKind::closed_loop && !one.result.bound && count < kEnoughForMedian)
    return fmt::format("{} in all repetitions; a median needs {}", count, kEnoughForMedian);
  return std::nullopt;
}

std::optional<std::string> processor_bound(const Subject& one) {
  const auto& bound = one.result.bound;
  // Where there is nothing to wait for, the cost of the harness is all there is, and is wanted.
  if (!bound || bound->time <= Duration(0) || one.busy() < kBusy) return std::nullopt;
  const auto share = efficiency(one.result, one.all);
  if (!share || *share >= kPoorEfficiency) return std::nullopt;
  return fmt::format("its ideal bound of {} is {:.0f} % of its time, {:.0f} % of {:g} {} busy",
                     rounded_text(bound->time), 100 * *share, 100 * one.busy(), one.processors,
                     one.processors == 1 ? "processor were" : "processors were");
}

}  // namespace asyncmark::check_rules
