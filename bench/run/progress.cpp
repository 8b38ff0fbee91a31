#include "bench/run/progress.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "bench/base/standard_error.hpp"
#include "bench/base/visible.hpp"
#include "bench/child/settling.hpp"
#include "bench/model/runner_entry.hpp"
#include "bench/results/summary.hpp"
#include "bench/run/progress_lines.hpp"

namespace asyncmark {
namespace {

/// Before a run that takes longer people want to know when it ends.
constexpr auto kLongRun = std::chrono::seconds(30);
/// Of runs of some milliseconds each: more would flicker, and take time from them.
constexpr auto kBetweenDrawings = std::chrono::milliseconds(100);
constexpr std::size_t kMostRates = 200;

constexpr auto kStillBusy = "the service still works on operations of an earlier run";

std::uint64_t runs_left(const Result& result) {
  return result.planned_repetitions -
         std::min<std::uint64_t>(result.planned_repetitions, result.repetitions.size());
}

/// In seconds, whose products do not overflow.
std::optional<double> usual_length(const Result& result) {
  const auto& load = result.what.load;
  const auto of_passes = [&](Duration pass) {
    return seconds(pass) * static_cast<double>(load.passes);
  };
  const auto times = result.elapsed();
  if (!times.empty()) return of_passes(median(times));
  if (load.duration) return of_passes(*load.duration);
  if (result.bound) return of_passes(result.bound->time);
  return std::nullopt;
}

/// In seconds, of a run that other runners have shown the service's speed for: no operation takes
/// less than their shortest, and no run has more throughput than their best.
std::optional<double> length_by_others(const Result& result, const std::vector<Result>& cases) {
  const auto& load = result.what.load;
  double shortest = std::numeric_limits<double>::infinity(), best_per_s = 0;
  for (const auto& other : cases) {
    if (other.finished().empty() || other.what.workload != result.what.workload ||
        other.what.workload_options.name_suffix() != result.what.workload_options.name_suffix())
      continue;
    const auto& all = other.summary().all;
    if (all.completed == 0 || all.elapsed() <= Duration(0)) continue;
    shortest = std::min(shortest, seconds(all.service_time.ranked(1)));
    best_per_s = std::max(best_per_s, static_cast<double>(all.completed) / seconds(all.elapsed()));
  }
  if (best_per_s <= 0 || load.ops == 0) return std::nullopt;
  const auto at_once = static_cast<double>(std::clamp<std::uint64_t>(result.how.cap, 1, load.ops));
  return static_cast<double>(load.ops) * static_cast<double>(load.passes) *
         std::max(1 / best_per_s, shortest / at_once);
}

std::optional<double> expected_length(const Result& result, const std::vector<Result>& cases) {
  const auto usual = usual_length(result);
  return usual ? usual : length_by_others(result, cases);
}

/// How long a run takes of which a part of the operations is done; absent where that cannot be
/// told.
std::optional<Duration> length_by_now(const Live& live, const Load& load) {
  if (live.phase != Phase::timed || load.duration || load.rate || load.passes > 1 || load.ops == 0)
    return std::nullopt;
  const auto done = live.claimed - std::min(live.claimed, live.in_flight);
  if (done == 0 || live.timed < std::chrono::milliseconds(500)) return std::nullopt;
  return from_seconds(seconds(live.timed) * static_cast<double>(load.ops) /
                      static_cast<double>(done));
}

}  // namespace

Progress::Progress(const std::vector<Result>& cases, ProgressMode mode)
    : cases_(cases), plain_(mode == ProgressMode::plain), block_(mode == ProgressMode::automatic) {
  const auto expected = left(cases);
  if ((!plain_ && !block_.is_on()) || expected < kLongRun) return;
  std::uint64_t runs = 0;
  for (const auto& result : cases) runs += runs_left(result);
  to_standard_error("{} run{} of {} case{} will take at least {}, until {}.\n", runs,
                    runs == 1 ? "" : "s", cases.size(), cases.size() == 1 ? "" : "s",
                    whole_seconds(expected), end_text(std::chrono::system_clock::now(), expected));
}

Duration Progress::left(const std::vector<Result>& cases, const Result* running,
                        std::optional<Duration> length) {
  double known = 0, sum_of_usual = 0;
  std::uint64_t unknown_runs = 0, usual = 0;
  for (const auto& result : cases) {
    const auto expected = &result == running && length && result.elapsed().empty()
                              ? std::optional(seconds(*length))
                              : expected_length(result, cases);
    if (expected) {
      known += *expected * static_cast<double>(runs_left(result));
      sum_of_usual += *expected;
      ++usual;
    } else {
      unknown_runs += runs_left(result);
    }
  }
  const auto mean = usual > 0 ? sum_of_usual / static_cast<double>(usual) : 0;
  return from_seconds(known + mean * static_cast<double>(unknown_runs));
}

std::string Progress::done_text(const Result& result) {
  if (const auto died = result.died()) return fmt::format("failed: {}", visible(*died));
  const auto& summary = result.summary();
  auto text = result.planned_repetitions > 1
                  ? fmt::format("{} runs of {} (median)", result.planned_repetitions,
                                rounded_text(summary.time))
                  : fmt::format("1 run of {}", rounded_text(summary.time));
  if (const auto rate = summary.median("ops_per_s"))
    text += fmt::format(", {} ops/s", rounded_count(*rate));
  return fmt::format("{}, {} failed", text, summary.all.failed);
}

void Progress::wait_for_service(const Result& result) {
  running_ = &result;
  begun_ = Clock::now();
  waits_ = true;
  if (plain_)
    to_standard_error("{}: waiting for at most {}, {}\n", visible(result.name()),
                      exact_text(Settling::kLongest), kStillBusy);
  if (block_.is_on()) draw({});
}

void Progress::begin(const Result& result) {
  waits_ = false;
  if (std::exchange(running_, &result) != &result) rates_.clear();
  begun_ = counted_ = Clock::now();
  ended_before_.reset();
  ops_per_s_.reset();
  if (block_.is_on() && begun_ - last_drawn_ >= kBetweenDrawings) draw({});
}

void Progress::show(const Live& live) {
  if (!block_.is_on()) return;
  if (!waits_) note_rate(live);
  draw(live);
}

void Progress::note_rate(const Live& live) {
  if (live.phase != Phase::timed) return;
  const auto now = Clock::now();
  // Failures are no throughput. They are counted for the timed part, the others from the start.
  const auto succeeded = live.ended - std::min(live.ended, live.failed.value_or(0));
  if (ended_before_ && succeeded >= *ended_before_) {
    ops_per_s_ = static_cast<double>(succeeded - *ended_before_) / seconds(now - counted_);
    rates_.push_back(*ops_per_s_);
    if (rates_.size() > kMostRates) rates_.erase(rates_.begin());
  }
  ended_before_ = succeeded;
  counted_ = now;
}

void Progress::end(const Result& result) {
  if (!result.repetitions.empty()) {
    const auto& last = result.repetitions.back().measurement;
    around_ += std::max(Duration(0), Clock::now() - begun_ - last.elapsed());
    ++ended_runs_;
  }
  if (!plain_ || runs_left(result) > 0) return;
  const auto left = Progress::left(cases_);
  const auto place = static_cast<std::size_t>(&result - cases_.data()) + 1;
  to_standard_error("case {} of {}: {}: {}{}\n", place, cases_.size(), visible(result.name()),
                    done_text(result),
                    left > Duration(0) ? fmt::format("; about {} left", whole_seconds(left)) : "");
}

Duration Progress::left_now(const Live& live) const {
  const auto& load = running_->what.load;
  const auto by_now = length_by_now(live, load);
  // Better than a bound, which few runners reach.
  auto current = by_now && running_->elapsed().empty()
                     ? *by_now
                     : from_seconds(expected_length(*running_, cases_).value_or(0));
  auto others = std::max(Duration(0), left(cases_, running_, by_now) - current);
  std::int64_t runs = 0;
  for (const auto& result : cases_) runs += static_cast<std::int64_t>(runs_left(result));
  if (ended_runs_ > 0) {
    const auto around = around_ / ended_runs_;
    others += around * (runs - 1);
    current += around;
  }
  current = std::max(Duration(0), current - (Clock::now() - begun_));
  // A drain ends when the last operation does, at the latest after the time that it is given.
  if (const auto length = length_of(load);
      length && live.phase == Phase::timed && live.timed > *length) {
    auto drain = *length + load.drain - live.timed;
    if (ops_per_s_.value_or(0) > 0)
      drain = std::min(drain, from_seconds(static_cast<double>(live.in_flight) / *ops_per_s_));
    current = std::max(current, drain);
  }
  return std::max(Duration(0), others) + current;
}

std::string Progress::place() const {
  auto text = fmt::format("case {} of {}", running_ - cases_.data() + 1, cases_.size());
  if (running_->planned_repetitions > 1)
    text += fmt::format(", run {} of {}", running_->repetitions.size() + 1,
                        running_->planned_repetitions);
  return text;
}

void Progress::draw(const Live& live) {
  const auto& what = running_->what;
  auto figures = waits_ ? std::vector{fmt::format("waiting, {}", kStillBusy)}
                        : live_figures(live, what.load, ops_per_s_);
  // Another program stays so.
  if (figures.empty() && !runner_entry(what.runner).program) figures = {"starting"};
  const CaseProgress progress{
      .name = running_->name(),
      .place = place(),
      .elapsed = std::chrono::floor<std::chrono::seconds>(Clock::now() - all_begun_),
      .left = left_now(live),
      .least_share = share_,
      .now = std::chrono::system_clock::now(),
      .figures = std::move(figures),
      .alarming = live.failed.value_or(0) > 0,
      .rates = rates_};
  if (progress.left > Duration(0)) share_ = share_of(progress);
  block_.draw(progress_lines(progress, block_.screen()));
  last_drawn_ = Clock::now();
}

}  // namespace asyncmark
