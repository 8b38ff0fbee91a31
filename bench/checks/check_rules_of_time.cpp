// Rules that ask whether the times are of what they seem to be, and steady.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "bench/checks/check_entry.hpp"

namespace asyncmark::check_rules {
namespace {

using std::chrono::milliseconds;

constexpr std::uint64_t kEnoughSamples = 100;
constexpr std::uint64_t kEnoughSamplesOfOne = 50;
constexpr double kLittleTolerance = 0.05;
/// In flight: of less a few samples that met the same operation decide.
constexpr double kLeastTolerance = 0.1;
constexpr Duration kLongHold = milliseconds(10);
constexpr double kWaitedFor = 1.2;
/// What is over sooner is done before another can begin, without holding up anybody.
constexpr Duration kHeld = milliseconds(1);
constexpr double kLargeHold = 0.2;  ///< Of the mean service time.
/// A loop's own work on its timers and queues, for each operation in flight.
constexpr Duration kOwnWork = std::chrono::microseconds(1);
constexpr double kMuchOfAnOperation = 0.3;  ///< Of what an operation takes by itself.
constexpr double kUneven = 1.2;
/// What is over sooner differs by more, for reasons that no remedy mends.
constexpr Duration kLongEnoughToDiffer = milliseconds(10);
/// Of a shorter pass, a slice is about as short as what a machine may be held up: two of them count
/// as one, and have to differ by as much more.
constexpr Duration kLongPass = std::chrono::seconds(1);
constexpr Duration kHeldUp = milliseconds(50);
constexpr Duration kLongWarmUp = std::chrono::seconds(1);

/// Whether some option of the workload is a wait that delayed acknowledgements would look like.
bool asked_for_such_waits(const Case& one) {
  return std::ranges::any_of(one.workload_options.specs(), [&](const OptionSpec& spec) {
    if (spec.kind != OptionKind::duration || !one.workload_options.has(spec.name)) return false;
    const auto value = one.workload_options.duration(spec.name);
    return value >= milliseconds(20) && value < milliseconds(50);
  });
}

/// The slowest and the fastest of some runs, if they are far apart.
template <class Run, class Ended>
std::optional<std::string> uneven(const std::vector<Run>& runs, const char* kind, Ended ended) {
  std::vector<double> rates;
  for (const auto& run : runs) {
    const auto [elapsed, operations] = ended(run);
    if (elapsed < kLongEnoughToDiffer) return std::nullopt;
    rates.push_back(operations / seconds(elapsed));
  }
  if (rates.size() < 2) return std::nullopt;
  const auto [slowest, fastest] = std::ranges::minmax(rates);
  if (fastest <= kUneven * slowest) return std::nullopt;
  return fmt::format("{} to {} operations/s in {} {}", rounded_count(slowest),
                     rounded_count(fastest), rates.size(), kind);
}

/// The part of one pass that differs most from their mean, if by more than noise.
std::optional<std::string> uneven_slices(const Measurement& run, std::uint64_t cap) {
  auto slices = run.observed.slices;
  double held_up = 0;  // What share of a part.
  if (run.elapsed() < kLongPass) {
    for (std::size_t i = 0; i + 1 < slices.size(); i += 2)
      slices[i / 2] = slices[i] + slices[i + 1];
    slices.resize(slices.size() / 2);
    if (slices.size() < 2) return std::nullopt;
    held_up = seconds(kHeldUp) * static_cast<double>(slices.size()) / seconds(run.elapsed());
  }
  if (slices.empty() || run.passes.size() != 1) return std::nullopt;
  double mean = 0;
  for (const auto begun : slices)
    mean += static_cast<double>(begun) / static_cast<double>(slices.size());
  const auto off = [mean](std::uint64_t begun) {
    return std::abs(static_cast<double>(begun) - mean);
  };
  // Operations of equal length are begun in waves of the cap, and one wave more or less may fall
  // into a slice at either end; where lengths are drawn, numbers scatter by their root. A quarter
  // is what a machine that others use as well takes away for a while.
  const auto noise = (0.25 + held_up) * mean + 2 * static_cast<double>(cap) + 4 * std::sqrt(mean);
  const auto worst = std::ranges::max_element(slices, {}, off);
  if (off(*worst) <= noise) return std::nullopt;
  return fmt::format("{} operations started in part {} of {}, {} in a part on average",
                     rounded_count(static_cast<double>(*worst)), worst - slices.begin() + 1,
                     slices.size(), rounded_count(mean));
}

/// Operations that waited for one another on the loop, each holding it for less than stands out
/// by itself.
std::optional<std::string> one_at_a_time(const Subject& one) {
  const auto service = one.all.service_time.percentile(0.5);
  const auto response = one.all.response_time.percentile(0.5);
  if (!one.result.how.one_loop || one.result.how.cap == 1 || one.all.peak_in_flight != 1 ||
      !service || *service < kHeld || !response)
    return std::nullopt;
  // That no two were ever due within one service time is not for this to explain.
  if (seconds(*response) <= kWaitedFor * seconds(*service)) return std::nullopt;
  return fmt::format("never more than one in flight; service p50 {}, response p50 {}",
                     rounded_text(*service), rounded_text(*response));
}

/// Little's law holds exactly over a run that begins and ends with nothing in flight, be it a
/// burst, a closed or an open loop: in flight, integrated over time, is the sum of the service
/// times. What is inexact is the sample: its error is at most that of a quantity that jumps between
/// 0 and its peak (Bhatia and Davis, 2000).
std::optional<std::string> in_flight_disagrees(const Subject& one) {
  // The times of these are in no histogram.
  if (one.all.failed != 0 || one.all.never_started != 0) return std::nullopt;
  double sampled = 0, expected = 0, samples = 0;
  for (const auto* run : one.result.finished()) {
    const auto n = run->observed.samples;
    if (n < kEnoughSamplesOfOne || run->elapsed() <= Duration(0)) continue;
    const auto weight = static_cast<double>(n);
    samples += weight;
    sampled += weight * run->observed.mean_in_flight;
    expected +=
        weight * static_cast<double>(run->service_time.sum_ns()) / (seconds(run->elapsed()) * 1e9);
  }
  if (samples < kEnoughSamples) return std::nullopt;
  sampled /= samples;
  expected /= samples;
  const auto peak = static_cast<double>(one.all.peak_in_flight);
  const auto error = std::sqrt(std::max(0.0, expected * (peak - expected)) / samples);
  if (std::abs(sampled - expected) <=
      std::max({kLittleTolerance * expected, 4 * error, kLeastTolerance}))
    return std::nullopt;
  return fmt::format("{:.3g} in flight in {} samples, {:.3g} from throughput and service time",
                     sampled, samples, expected);
}

std::optional<std::string> loop_held(const Subject& one) {
  if (auto evidence = one_at_a_time(one)) return evidence;
  // The workload does it in every repetition; a machine that took the processor away does not.
  auto runs = one.result.finished();
  const auto middle = runs.begin() + static_cast<std::ptrdiff_t>((runs.size() - 1) / 2);
  std::ranges::nth_element(runs, middle, {},
                           [](const Measurement* run) { return run->loop.longest_hold; });
  const auto& loop = (*middle)->loop;
  // One run alone cannot tell them apart, unless the operations take as long as that as a rule.
  const auto usual = one.all.service_time.percentile(0.5).value_or(Duration(0));
  if (runs.size() == 1 && 5 * usual < loop.longest_hold) return std::nullopt;
  // Nor where its threads waited for a processor about as long as that: another program had it.
  if (const auto waited = (*middle)->resources.run_queue_wait;
      waited && 2 * *waited >= loop.longest_hold)
    return std::nullopt;
  const auto service = one.all.service_time.mean();
  const auto own_work = static_cast<std::int64_t>(one.all.peak_in_flight) * kOwnWork;
  if (loop.longest_hold <= std::max(kLongHold, own_work) ||
      seconds(loop.longest_hold) <= kLargeHold * seconds(service))
    return std::nullopt;
  return fmt::format("operation {} blocked the loop for {}; the mean service time is {}",
                     loop.held_by, rounded_text(loop.longest_hold), rounded_text(service));
}

std::optional<std::string> hidden_threads(const Subject& one) {
  if (!one.result.how.one_loop || one.all.observed.peak_threads <= 1) return std::nullopt;
  if (one.result.what.starts_processes()) return std::nullopt;
  return fmt::format("{} threads and processes", one.all.observed.peak_threads);
}

std::optional<std::string> delayed_acknowledgement(const Subject& one) {
  if (typical_cost(one) || asked_for_such_waits(one.result.what)) return std::nullopt;
  // Several that wait for one another in a service may take as long.
  if (one.all.peak_in_flight > 1 && one.kind() != LoadKind::open_loop) return std::nullopt;
  if (const auto& service = one.all.observed.service)
    if (const auto own = service->own_time.percentile(0.5); own && *own >= milliseconds(38))
      return std::nullopt;  // It takes that long by itself.
  double piled = 0, around = 0;
  one.all.service_time.for_each_bucket([&](Duration shortest, std::uint64_t count) {
    if (shortest < milliseconds(19) || shortest >= milliseconds(76)) return;
    const bool in_pile = shortest >= milliseconds(38) && shortest < milliseconds(50);
    (in_pile ? piled : around) += static_cast<double>(count);
  });
  const auto share = piled / std::max(1.0, static_cast<double>(one.all.completed));
  const auto cpu = from_seconds(seconds(one.all.cpu()) / std::max(1.0, one.ended()));
  if (piled < 20 || share < 0.2 || around * 4 > piled || cpu > milliseconds(2)) return std::nullopt;
  return fmt::format("{:.0f} % of the operations took 38 to 50 ms, with {} of CPU each",
                     100 * share, rounded_text(cpu));
}

std::optional<std::string> late_timers(const Subject& one) {
  const auto cost = typical_cost(one);
  const auto measured = one.all.service_time.percentile(0.5);
  // Another program's timers are not for this to judge.
  const auto& what = one.result.what;
  if (!what.address().empty() || what.service()) return std::nullopt;
  if (!cost || cost->wait <= Duration(0) || !measured) return std::nullopt;
  const auto asked = cost->wait + cost->cpu;
  // Where fewer are under way than are in flight, the others wait for a thread, and not for a
  // timer.
  const bool hold = one.holds_the_loop();
  if (at_once(one.result.how, hold) < one.all.peak_in_flight) return std::nullopt;
  // Where all that is in flight together needs the processors for long, that is what it waits for.
  const auto computing = seconds(one.all.cpu()) / one.ended() *
                         static_cast<double>(one.all.peak_in_flight) / one.processors;
  if (computing >= kMuchOfAnOperation * seconds(asked)) return std::nullopt;
  if (*measured <= asked + asked / 10 + milliseconds(1)) return std::nullopt;
  return fmt::format("p50 {}, expected {}", rounded_text(*measured), rounded_text(asked));
}

/// An open loop does not wait for the service: work that this still has from the warm-up is in the
/// figures.
std::optional<std::string> rough_warm_up(const Subject& one) {
  // Where most fail the warm-up is no exception.
  if (one.kind() != LoadKind::open_loop || one.all.failed > one.all.completed) return std::nullopt;
  const auto [ops, at_once] = warm_up_of(one.result.what.load, one.result.how, one.result.how.cap);
  const auto rounds = at_once > 0 ? (ops + at_once - 1) / at_once : 0;
  for (const auto* run : one.result.finished()) {
    if (run->warm_up_failed > 0)
      return fmt::format("{} of its operations failed", run->warm_up_failed);
    // Operations that take long by themselves do so in the warm-up as well.
    const auto usual = run->service_time.percentile(0.5).value_or(Duration(0));
    if (run->phases.warm_up > kLongWarmUp + 2 * static_cast<std::int64_t>(rounds) * usual)
      return fmt::format("it took {}", rounded_text(run->phases.warm_up));
  }
  return std::nullopt;
}

std::optional<std::string> busy_before(const Subject& one) {
  const auto runs = one.result.finished();
  const auto busy = std::ranges::count_if(runs, &Measurement::busy_before);
  if (busy == 0) return std::nullopt;
  return fmt::format("before {} of {} repetitions", busy, runs.size());
}

std::optional<std::string> uneven_repetitions(const Subject& one) {
  if (one.all.completed == 0) return std::nullopt;  // Failures are as fast as they like.
  return uneven(one.result.finished(), "repetitions", [](const Measurement* run) {
    return std::pair(run->elapsed(), static_cast<double>(run->completed + run->failed));
  });
}

std::optional<std::string> unstable_passes(const Subject& one) {
  for (const auto* run : one.result.finished()) {
    if (run->failed != 0) continue;  // A pass does not tell how many of its own failed.
    if (auto evidence = uneven(run->passes, "passes", [](const Pass& pass) {
          return std::pair(pass.elapsed, static_cast<double>(pass.completed));
        }))
      return evidence;
  }
  // A burst begins all at once, and an open loop when they are due.
  if (one.kind() != LoadKind::closed_loop) return std::nullopt;
  for (const auto* run : one.result.finished())
    if (auto evidence = uneven_slices(*run, one.result.how.cap)) return evidence;
  return std::nullopt;
}

const bool in_flight_disagrees_registered = Registry<CheckEntry>::add({
    .name = "in-flight-disagrees",
    .order = 130,
    .look = in_each_case(in_flight_disagrees),
    .sentence = "in flight is not throughput x service time, so one of the three is wrong",
    .remedy = "repeat on an idle machine; if it stays, suspect the runner or workload",
});

const bool loop_held_registered = Registry<CheckEntry>::add({
    .name = "loop-held",
    .order = 140,
    .look = in_each_case(loop_held),
    .sentence = "an operation blocked asyncmark's own event loop, not the service's",
    .remedy = "make the call asynchronous, or run it on threads (hybrid, thread-pool)",
    .limit = LimitedBy::held_loop,
});

const bool hidden_threads_registered = Registry<CheckEntry>::add({
    .name = "hidden-threads",
    .order = 150,
    .look = in_each_case(hidden_threads),
    .sentence = "an event loop of one thread had other threads, which do some of the work",
    .remedy = "find the library that starts them, and count them in the comparison",
});

const bool delayed_acknowledgement_registered = Registry<CheckEntry>::add({
    .name = "delayed-ack",
    .order = 160,
    .look = in_each_case(delayed_acknowledgement),
    .sentence = "service times cluster where Nagle's algorithm meets a delayed acknowledgement",
    .remedy = "set TCP_NODELAY on both ends, or send each message with one write",
});

const bool late_timers_registered = Registry<CheckEntry>::add({
    .name = "late-timers",
    .order = 170,
    .look = in_each_case(late_timers),
    .sentence = "operations took longer than their wait although CPUs were idle",
    .remedy = "check timer slack, power saving and other load on the machine",
});

const bool rough_warm_up_registered = Registry<CheckEntry>::add({
    .name = "warm-up",
    .order = 225,
    .look = in_each_case(rough_warm_up),
    .sentence = "the warm-up was too much for the service and may have delayed the timed run",
    .remedy = "use --warmup 1, or find out why the service is slow without load",
});

const bool busy_before_registered = Registry<CheckEntry>::add({
    .name = "busy-before",
    .order = 227,
    .look = in_each_case(busy_before),
    .sentence = "the service was still busy with operations of an earlier run",
    .remedy = "restart the service, or use a lower --rate or --in-flight before",
});

const bool uneven_repetitions_registered = Registry<CheckEntry>::add({
    .name = "uneven-repetitions",
    .order = 230,
    .look = in_each_case(uneven_repetitions),
    .sentence = "the repetitions were not equally fast, so small differences mean nothing",
    .remedy = "repeat on an idle machine, or use more --repetitions",
});

const bool unstable_passes_registered = Registry<CheckEntry>::add({
    .name = "unstable",
    .order = 240,
    .look = in_each_case(unstable_passes),
    .sentence = "the speed changed during the run, so there was no steady state",
    .remedy = "use a longer --warmup or longer passes",
});

}  // namespace
}  // namespace asyncmark::check_rules
