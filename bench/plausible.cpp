#include "bench/plausible.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <thread>

#include "bench/bound.hpp"

namespace asyncmark {
namespace {

using Words = std::optional<std::string>;

// The kernel counts the time of a thread by ticks on some machines.
constexpr double kTick = 0.02;

std::uint64_t ended(const Measurement& m) { return m.completed + m.failed; }

Words wrong_passes(const Measurement& m, const Case& one) {
  if (m.passes.size() == one.load.passes) return std::nullopt;
  return fmt::format("it has {} passes, where {} were asked for", m.passes.size(), one.load.passes);
}

/// Whether everything that was begun is in one place, and in one only.
Words wrong_ledger(const Measurement& m) {
  std::uint64_t by_reason = 0, by_pass = 0;
  for (const auto& [reason, times] : m.failures) by_reason += times;
  for (const auto& pass : m.passes) by_pass += pass.completed;
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
  if (load.duration && !load.due) return std::nullopt;
  const auto asked = (load.due ? load.due->size() : load.ops) * load.passes;
  const auto had = ended(m) + m.never_started;
  if (!load.rate && m.never_started != 0)
    return fmt::format("{} operations never started, which only an open loop knows",
                       m.never_started);
  if (had == asked) return std::nullopt;
  return fmt::format("{} operations ended{}, where {} were asked for", ended(m),
                     load.rate ? fmt::format(" and {} never started", m.never_started) : "", asked);
}

Words wrong_response(const Measurement& m, const Case& one, const Concurrency& how) {
  const auto count = m.response_time.count();
  if (kind_of(one.load, how) == LoadKind::closed_loop)
    return count == 0 ? std::nullopt
                      : Words("it has response times, and a closed loop wants nothing");
  if (count == m.completed) return std::nullopt;
  return fmt::format("{} operations completed, and {} have a response time", m.completed, count);
}

Words wrong_times(const Measurement& m, const Case& one, const Concurrency& how, Duration lived) {
  if (one.load.in_flight && how.cap > *one.load.in_flight)
    return fmt::format("it lets {} be in flight, where {} were asked for", how.cap,
                       *one.load.in_flight);
  Duration longest{};
  for (const auto& pass : m.passes) longest = std::max(longest, pass.elapsed);
  if (m.elapsed() > lived)
    return fmt::format("its passes took {}, and its process lived for {}", exact_text(m.elapsed()),
                       rounded_text(lived));
  if (m.service_time.max() > longest)
    return fmt::format("an operation took {}, and the longest pass {}",
                       exact_text(m.service_time.max()), exact_text(longest));
  // What failed has no time here, and a worker that died in it counts once more in flight.
  if (m.failed != 0) return std::nullopt;
  const auto together = static_cast<double>(m.service_time.sum_ns()) / 1e9;
  if (together > static_cast<double>(how.cap) * seconds(m.elapsed()) * (1 + kClockError))
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
  const auto& [set_up, connect, warm_up, timed, drain, around] = m.phases;
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

}  // namespace

Words implausible(const Measurement& measurement, const Case& one, const Concurrency& how,
                  Duration lived) {
  for (const auto& wrong :
       {wrong_passes(measurement, one), wrong_ledger(measurement), wrong_number(measurement, one),
        wrong_response(measurement, one, how), wrong_times(measurement, one, how, lived),
        wrong_phases(measurement, lived), wrong_processor_time(measurement, lived)})
    if (wrong) return wrong;
  return std::nullopt;
}

}  // namespace asyncmark
