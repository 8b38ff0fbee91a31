#include "bench/child/plausible.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <limits>
#include <thread>

#include "bench/model/bound.hpp"
#include "bench/model/runner_entry.hpp"
#include "bench/model/workload.hpp"

namespace asyncmark {
namespace {

using Words = std::optional<std::string>;

// The kernel counts the time of a thread by ticks on some machines.
constexpr double kTick = 0.02;

// A processor does not change from one thread to another, nor serve a fault, in less.
constexpr double kLeastSwitch = 1e-7;

/// Of numbers that may be anything: what is too large stays so.
std::uint64_t sum(std::uint64_t a, std::uint64_t b) {
  std::uint64_t both = 0;
  return __builtin_add_overflow(a, b, &both) ? std::numeric_limits<std::uint64_t>::max() : both;
}

std::uint64_t ended(const Measurement& m) { return sum(m.completed, m.failed); }

/// Operations of one pass; of a duration as many as there may be.
std::uint64_t of_a_pass(const Load& load) {
  if (load.due) return load.due->size();
  return load.duration ? kUnbounded : load.ops;
}

Duration longest_pass(const Measurement& m) {
  Duration longest{};
  for (const auto& pass : m.passes) longest = std::max(longest, pass.elapsed);
  return longest;
}

Words wrong_passes(const Measurement& m, const Case& one) {
  if (m.passes.size() == one.load.passes) return std::nullopt;
  return fmt::format("it has {} passes, where {} were asked for", m.passes.size(), one.load.passes);
}

/// Whether everything that was begun is in one place, and in one only.
Words wrong_ledger(const Measurement& m) {
  std::uint64_t by_reason = 0, by_pass = 0;
  for (const auto& [reason, times] : m.failures) by_reason = sum(by_reason, times);
  for (const auto& pass : m.passes) by_pass = sum(by_pass, pass.completed);
  if (by_reason != m.failed)
    return fmt::format("{} operations failed, and by reason {}", m.failed, by_reason);
  if (by_pass != m.completed)
    return fmt::format("{} operations completed, and by pass {}", m.completed, by_pass);
  if (m.service_time.count() != m.completed)
    return fmt::format("{} operations completed, and {} have a service time", m.completed,
                       m.service_time.count());
  return std::nullopt;
}

Words wrong_number(const Measurement& m, const Case& one) {
  const auto& load = one.load;
  for (std::size_t i = 0; i < m.passes.size(); ++i)
    if (m.passes[i].completed > of_a_pass(load))
      return fmt::format("pass {} completed {} operations, and has {}", i, m.passes[i].completed,
                         of_a_pass(load));
  if (load.duration && !load.due) return std::nullopt;
  const auto asked = of_a_pass(load) * load.passes;
  const auto had = sum(ended(m), m.never_started);
  if (!load.rate && m.never_started != 0)
    return fmt::format("{} operations were dropped, which only an open loop has", m.never_started);
  if (had == asked) return std::nullopt;
  return fmt::format("{} operations ended{}, where {} were asked for", ended(m),
                     load.rate ? fmt::format(" and {} dropped", m.never_started) : "", asked);
}

/// It begins no later than the service, and no earlier than its pass. `counted` is whether each of
/// them is whole: a worker of ours that died in the midst of noting one left half of it.
Words wrong_response(const Measurement& m, const Case& one, const Concurrency& how, bool counted) {
  const auto &response = m.response_time, &service = m.service_time;
  if (kind_of(one.load, how) == LoadKind::closed_loop)
    return response.count() == 0 ? std::nullopt
                                 : Words("it has response times, and a closed loop wants nothing");
  if (response.count() != m.completed)
    return fmt::format("{} operations completed, and {} have a response time", m.completed,
                       response.count());
  if (response.max() > longest_pass(m))
    return fmt::format("an operation had a response time of {}, and the longest pass took {}",
                       exact_text(response.max()), exact_text(longest_pass(m)));
  if (counted && (response.max() < service.max() || response.sum_ns() < service.sum_ns()))
    return fmt::format(
        "its response times are {} together and {} at the most, and its service times {} and {}",
        rounded_text(from_seconds(static_cast<double>(response.sum_ns()) / 1e9)),
        rounded_text(response.max()),
        rounded_text(from_seconds(static_cast<double>(service.sum_ns()) / 1e9)),
        rounded_text(service.max()));
  return std::nullopt;
}

Words wrong_times(const Measurement& m, const Concurrency& how, Duration lived, bool counted) {
  if (m.elapsed() > lived)
    return fmt::format("its passes took {}, and its process lived for {}", exact_text(m.elapsed()),
                       rounded_text(lived));
  if (m.service_time.max() > longest_pass(m))
    return fmt::format("an operation took {}, and the longest pass {}",
                       exact_text(m.service_time.max()), exact_text(longest_pass(m)));
  // What failed has no time here, and a worker of ours that died in it counts once more in flight.
  if (!counted) return std::nullopt;
  const auto cap = static_cast<double>(how.cap);
  // Its clock may count in milliseconds.
  const auto time = m.elapsed() + std::chrono::milliseconds(m.passes.size());
  if (static_cast<double>(m.completed) > cap * static_cast<double>(time.count()))
    return fmt::format("{} operations completed in {}, {} at a time: more than one a nanosecond",
                       m.completed, rounded_text(m.elapsed()), how.cap);
  const auto together = static_cast<double>(m.service_time.sum_ns()) / 1e9;
  if (together > cap * seconds(m.elapsed()) * (1 + kClockError))
    return fmt::format(
        "its operations took {} all together, which {} at a time need more than {} for",
        rounded_text(from_seconds(together)), how.cap, rounded_text(m.elapsed()));
  if (m.peak_in_flight > how.cap)
    return fmt::format("{} operations were in flight at once, where {} may be", m.peak_in_flight,
                       how.cap);
  return std::nullopt;
}

/// Its phases followed one another, within its life, and the timed one holds the passes.
Words wrong_phases(const Measurement& m, Duration lived) {
  const auto& [set_up, connect, warm_up, timed, drain, around, settle] = m.phases;
  const auto together = set_up + connect + warm_up + timed;
  if (together > lived)
    return fmt::format("its phases took {} together, and its process lived for {}",
                       rounded_text(together), rounded_text(lived));
  if (timed != Duration(0) && timed < m.elapsed())
    return fmt::format("its timed phase took {}, and its passes {}", exact_text(timed),
                       exact_text(m.elapsed()));
  if (drain > std::max(timed, m.elapsed()))
    return fmt::format("the drain of its passes took {}, and they {}", exact_text(drain),
                       exact_text(m.elapsed()));
  return std::nullopt;
}

Words wrong_processor_time(const Measurement& m, Duration lived) {
  const auto used = seconds(std::max(m.cpu(), m.resources.user + m.resources.system));
  const auto processors = std::max(1u, std::thread::hardware_concurrency());
  if (used <= processors * seconds(lived) * (1 + kTick) + kTick) return std::nullopt;
  return fmt::format("it used {} of processor time in {} on {} processors",
                     rounded_text(from_seconds(used)), rounded_text(lived), processors);
}

// ---- what only another program can get wrong: our own children are given no way to

/// The longest that a bucket holds, which is known by where it begins.
std::uint64_t last_in(Duration shortest, const Histogram& of) {
  const auto bucket = Histogram::bucket_of(static_cast<std::uint64_t>(shortest.count()));
  return bucket + 1 < Histogram::kBuckets ? Histogram::lower_edge(bucket + 1) - 1
                                          : static_cast<std::uint64_t>(of.max().count());
}

/// Whether its maximum and its sum can be those of what its buckets hold.
Words wrong_histogram(const char* key, const Histogram& histogram) {
  double least = 0, most = 0;
  Duration last{};
  histogram.for_each_bucket([&](Duration shortest, std::uint64_t times) {
    least += static_cast<double>(shortest.count()) * static_cast<double>(times);
    most += static_cast<double>(last_in(shortest, histogram)) * static_cast<double>(times);
    last = shortest;
  });
  if (histogram.max() < last ||
      static_cast<std::uint64_t>(histogram.max().count()) > last_in(last, histogram))
    return fmt::format("{}: \"max_ns\" is {}, and its last bucket begins at {}", key,
                       histogram.max().count(), last.count());
  constexpr double kRounded = 1e-9;
  const auto sum = static_cast<double>(histogram.sum_ns());
  if (sum < least * (1 - kRounded) || sum > most * (1 + kRounded))
    return fmt::format("{}: \"sum_ns\" is {}, and its buckets hold from {:.0f} to {:.0f}", key,
                       histogram.sum_ns(), least, most);
  return std::nullopt;
}

/// Whether there is an operation at all that takes as little as the shortest did. Where their
/// number is not known, each place in flight may have come as far as all of them together.
Words wrong_shortest(const Measurement& m, const Case& one, const Concurrency& how) {
  if (m.completed == 0) return std::nullopt;
  constexpr double kMostLookedAt = 10'000'000;
  std::optional<Duration> shortest;
  m.service_time.for_each_bucket([&](Duration begin, std::uint64_t) {
    if (!shortest) shortest = Duration(static_cast<std::int64_t>(last_in(begin, m.service_time)));
  });
  const auto workload = one.make_workload();
  const auto known = of_a_pass(one.load);
  const auto ops = static_cast<std::uint64_t>(
      std::min(kMostLookedAt, known != kUnbounded
                                  ? static_cast<double>(known)
                                  : static_cast<double>(ended(m)) * static_cast<double>(how.cap)));
  auto least = kLongest;
  for (std::uint64_t op = 0; op < ops; ++op) {
    const auto cost = workload->cost(op);
    if (!cost) return std::nullopt;
    least = std::min(least, cost->wait + cost->cpu);
    if (seconds(least) * (1 - kClockError) <= seconds(*shortest)) return std::nullopt;
  }
  return fmt::format("an operation took {}, and what it had to do takes {}", exact_text(*shortest),
                     exact_text(least));
}

/// Little's law: what they took together needs as many at once.
Words wrong_peak(const Measurement& m) {
  if (m.completed == 0) return std::nullopt;
  if (m.peak_in_flight == 0) return "it has no \"peak_in_flight\"";
  const auto together = static_cast<double>(m.service_time.sum_ns()) / 1e9;
  if (together <= static_cast<double>(m.peak_in_flight) * seconds(m.elapsed()) * (1 + kClockError))
    return std::nullopt;
  return fmt::format("at the most {} operations were in flight, and on average {:.1f}",
                     m.peak_in_flight, together / seconds(m.elapsed()));
}

Words wrong_how(const Case& one, const Concurrency& how) {
  const auto told = one.concurrency();
  if (how.cap > told.cap)
    return fmt::format("it lets {} be in flight, where {} were asked for", how.cap, told.cap);
  if (how.processors >
      std::max<std::uint64_t>(told.processors, std::thread::hardware_concurrency()))
    return fmt::format("it used {} processors, and there are {}", how.processors,
                       std::thread::hardware_concurrency());
  return std::nullopt;
}

Words wrong_resources(const Measurement& m, const Concurrency& how, Duration lived) {
  const auto& used = m.resources;
  const auto processors = std::max(1u, std::thread::hardware_concurrency());
  const auto most = processors * seconds(lived) / kLeastSwitch;
  for (const auto& [what, times] : {std::pair{"voluntary_switches", used.voluntary_switches},
                                    {"involuntary_switches", used.involuntary_switches},
                                    {"minor_faults", used.minor_faults},
                                    {"major_faults", used.major_faults}})
    if (static_cast<double>(times) > most)
      return fmt::format("{}: {} are more than {} processors make in {}", what, times, processors,
                         rounded_text(lived));
  if (used.connections_reopened > ended(m))
    return fmt::format("connections_reopened: {} are more than its {} operations",
                       used.connections_reopened, ended(m));
  const auto memory =
      static_cast<double>(sysconf(_SC_PHYS_PAGES)) * static_cast<double>(sysconf(_SC_PAGESIZE));
  if (static_cast<double>(used.peak_rss_bytes) > memory)
    return fmt::format("peak_rss_bytes: {} are more than this machine has", used.peak_rss_bytes);
  // Pages that workers share count once for each.
  if (std::abs(static_cast<double>(used.grown_bytes)) >
      memory * static_cast<double>(std::max(how.workers, how.cap)))
    return fmt::format("grown_bytes: {} are more than this machine has", used.grown_bytes);
  const auto all = used.user + used.system;
  if (all != Duration(0) && seconds(m.cpu()) > seconds(all) * (1 + kTick) + 1e-3)
    return fmt::format("its passes took {} of processor time, and its resources tell {}",
                       exact_text(m.cpu()), exact_text(all));
  return std::nullopt;
}

/// Of a program's report, which no code of ours has made.
Words wrong_of_program(const Measurement& m, const Case& one, const Concurrency& how,
                       Duration lived) {
  for (const auto& wrong :
       {wrong_how(one, how), wrong_histogram("service_time", m.service_time),
        wrong_histogram("response_time", m.response_time), wrong_shortest(m, one, how),
        wrong_peak(m), wrong_resources(m, how, lived)})
    if (wrong) return wrong;
  return std::nullopt;
}

}  // namespace

Words implausible(const Measurement& measurement, const Case& one, const Concurrency& how,
                  Duration lived) {
  const bool is_program = runner_entry(one.runner).program.has_value();
  const bool counted = is_program || measurement.failed == 0;
  if (one.load.in_flight && how.cap > *one.load.in_flight)
    return fmt::format("it lets {} be in flight, where {} were asked for", how.cap,
                       *one.load.in_flight);
  for (const auto& wrong :
       {wrong_passes(measurement, one), wrong_ledger(measurement), wrong_number(measurement, one),
        wrong_times(measurement, how, lived, counted),
        wrong_response(measurement, one, how, counted), wrong_phases(measurement, lived),
        wrong_processor_time(measurement, lived)})
    if (wrong) return wrong;
  return is_program ? wrong_of_program(measurement, one, how, lived) : std::nullopt;
}

std::optional<std::string> unserved(const Measurement& m, std::uint64_t requests,
                                    const Histogram& own_time) {
  // By clocks of two processes, and of a warm-up that the service's figure may have in it.
  constexpr double kAtLeast = 0.8;
  constexpr Duration kLong = std::chrono::milliseconds(1);
  if (requests < m.completed)
    return fmt::format("{} operations succeeded, and the service counted {}", m.completed,
                       requests);
  const auto inside = own_time.percentile(0.5), outside = m.service_time.percentile(0.5);
  // Where a client gave up the service may have gone on.
  if (!inside || !outside || *inside < kLong || m.failed > 0) return std::nullopt;
  if (seconds(*outside) >= kAtLeast * seconds(*inside)) return std::nullopt;
  return fmt::format("half of its operations took {} or less, and half of the service's answers {}",
                     rounded_text(*outside), rounded_text(*inside));
}

}  // namespace asyncmark
