#include "bench/results/result.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "bench/engine/in_time.hpp"

namespace asyncmark {
std::vector<const Measurement*> Result::finished() const {
  std::vector<const Measurement*> all;
  for (const auto& repetition : repetitions)
    if (repetition.died.empty()) all.push_back(&repetition.measurement);
  return all;
}

std::optional<std::string> Result::died() const {
  for (const auto& repetition : repetitions)
    if (!repetition.died.empty()) return repetition.died;
  return std::nullopt;
}

std::vector<Duration> Result::elapsed() const {
  std::vector<Duration> times;
  for (const auto* measurement : finished())
    times.push_back(measurement->per_pass(measurement->elapsed()));
  return times;
}

namespace {

/// Against what this repetition drew.
void judge(const Result& result, Repetition& repetition) {
  auto& measured = repetition.measurement;
  const auto index = result.repetitions.size();
  auto bound = result.bound;
  auto load = result.what.load;
  if (index > 0 && (load.rate || (bound && !bound->alike))) {
    const auto drawn = result.what.of_repetition(index);
    load = drawn.load;
    if (bound) bound = ideal_bound(drawn, result.how);
  }
  repetition.died = too_good(bound, measured).value_or("");
  if (bound) measured.ideal = bound->time * static_cast<std::int64_t>(measured.passes.size());
  // A program that adds its operations up itself does not tell what each pass achieved.
  if (load.rate && !measured.passes.empty() && !measured.in_time)
    measured.in_time = in_time(load, measured);
}

}  // namespace

void take(Result& result, Repetition repetition) {
  const auto& measured = repetition.measurement;
  if (repetition.died.empty() && repetition.how && *repetition.how != result.how) {
    if (const auto before = result.finished(); !before.empty()) {
      repetition.died = fmt::format(
          "ran with {} workers and {} in flight on CPUs {}, a repetition before it with {} and {} "
          "on "
          "{}",
          repetition.how->workers, repetition.how->cap, measured.placement.client,
          result.how.workers, result.how.cap, before.front()->placement.client);
    } else {
      result.how = *repetition.how;
      result.bound = ideal_bound(result.what, result.how);
    }
  }
  if (repetition.died.empty()) judge(result, repetition);
  // One timeline will do, and with one for each most of a result would be theirs.
  if (std::ranges::any_of(result.finished(),
                          [](const auto* one) { return !one->timeline.operations.empty(); }))
    repetition.measurement.timeline = {};
  repetition.understood = {};  // It is what was asked for, and would be there for each.
  result.repetitions.push_back(std::move(repetition));
}

std::optional<std::string> too_good(const std::optional<Bound>& bound, const Measurement& one) {
  if (!bound || one.failed != 0 || one.never_started != 0) return std::nullopt;
  for (const auto& pass : one.passes)
    if (seconds(pass.elapsed) < seconds(bound->time) * (1 - kClockError))
      return fmt::format(
          "done in {}, faster than its ideal bound of {} ({}): not all was carried out",
          exact_text(pass.elapsed), exact_text(bound->time), words_of(bound->term));
  // To the nanosecond, as the mean is known.
  const auto needed = seconds(bound->asked - Duration(1)) * static_cast<double>(one.completed);
  const auto took = static_cast<double>(one.service_time.sum_ns()) / 1e9;
  if (took < needed * (1 - kClockError))
    return fmt::format("its operations took {} all together, and what they had to do takes {}",
                       rounded_text(from_seconds(took)), rounded_text(from_seconds(needed)));
  return std::nullopt;
}

std::optional<double> efficiency(const Result& result, const Measurement& one) {
  const auto time = one.elapsed();
  if (!result.bound || one.failed != 0 || one.never_started != 0 || time <= Duration(0))
    return std::nullopt;
  // A result of an earlier version has one bound for all.
  const auto ideal = one.ideal > Duration(0)
                         ? one.ideal
                         : result.bound->time * static_cast<std::int64_t>(one.passes.size());
  return seconds(ideal) / seconds(time);
}

}  // namespace asyncmark
