#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <limits>

#include "bench/engine/lane.hpp"
#include "bench/engine/sampler.hpp"
#include "bench/engine/schedule.hpp"
#include "bench/engine/window.hpp"
#include "bench/measure/flat_histogram.hpp"
#include "bench/measure/loop_times.hpp"
#include "bench/model/outcome.hpp"

namespace asyncmark {

/// How many operations failed for which reason. Holds a dozen reasons; more are counted as "other".
class FailureCounts {
 public:
  void add(FailureReason reason, std::uint64_t times = 1) {
    for (auto& entry : entries_) {
      if (entry.times != 0 && entry.reason != reason) continue;
      entry.reason = reason;
      entry.times += times;
      return;
    }
    others_ += times;
  }

  template <class Visit>
  void for_each(Visit visit) const {
    for (const auto& entry : entries_)
      if (entry.times != 0) visit(entry.reason.code(), entry.times);
    if (others_ != 0) visit(std::string_view("other"), others_);
  }

  std::uint64_t total() const {
    std::uint64_t sum = others_;
    for (const auto& entry : entries_) sum += entry.times;
    return sum;
  }

 private:
  struct Entry {
    FailureReason reason;
    std::uint64_t times = 0;
  };
  std::array<Entry, 12> entries_{};
  std::uint64_t others_ = 0;
};

/// What one client (or one thread of clients) wrote down: written by one thread, merged by another
/// when the first has stopped. Plain data whose all-zero bytes are its empty state, so that it may
/// lie in memory fresh from the kernel and shared by processes.
struct alignas(64) Recorder {
  FlatHistogram service_time;
  FlatHistogram response_time;
  LoopTimes loop;
  FailureCounts failures;
  std::uint64_t rows = 0;  ///< Of the operations that succeeded.
  Clock::time_point last_finished{};
  bool in_flight = false;  ///< Where one client writes here: whether it counts as in flight.
  Peak peak;               ///< Where the clients of one lane do: of theirs.
  Sampler sample;          ///< Of one pass, before which it was begun.
  std::atomic<std::uint64_t> written{0};  ///< Operations, those of the warm-up included.

  /// `worker` tells apart who carried it out, where they all write here. Inlined everywhere: the
  /// compiler would not, and the call took a fifth of what an operation costs the harness.
  [[gnu::always_inline]] void record(const Start& start, Clock::time_point began,
                                     Clock::time_point finished, const Outcome& outcome,
                                     std::uint32_t worker = 0) {
    if (outcome.ok()) {
      service_time.add(finished - began);
      if (start.intended) response_time.add(finished - *start.intended);
      rows += outcome.rows;
    } else {
      failures.add(outcome.failure);
    }
    sample.add(start, began, finished, worker, outcome.ok());
    if (finished > last_finished) last_finished = finished;
    // One thread writes it; another that sees it sees all of the above.
    written.store(written.load(std::memory_order_relaxed) + 1, std::memory_order_release);
  }

  std::uint64_t completed() const { return service_time.count(); }
  std::uint64_t ended() const { return completed() + failures.total(); }

  void clear() {
    service_time.clear();
    response_time.clear();
    loop.clear();
    failures = {};
    rows = 0;
    last_finished = {};
    peak = {};
  }
};

struct Measurement;

/// Adds what a client wrote down to the measurement.
void add(Measurement& measurement, const Recorder& recorder);

/// How many operations are in flight, and the most that ever were.
///
/// A client in a closed loop enters once, at its first operation, and leaves after its last one:
/// between two operations it is never idle. So counting costs nothing per operation there.
class InFlight {
 public:
  InFlight() { count_->store(0); }

  /// `here` is the client's own note of whether it counts; entering twice counts once. A process
  /// that dies between the two leaves one too many, never one too few: less than none is 2^64 - 1.
  void enter(bool& here) {
    if (here) return;
    const auto now = count_->fetch_add(1, std::memory_order_acquire) + 1;
    here = true;
    auto peak = peak_.load(std::memory_order_relaxed);
    while (now > peak && !peak_.compare_exchange_weak(peak, now, std::memory_order_relaxed)) {
    }
  }
  void leave(bool& here) {
    if (!here) return;
    here = false;
    count_->fetch_sub(1, std::memory_order_release);
  }

  std::uint64_t now() const { return count_->load(std::memory_order_relaxed); }
  std::uint64_t peak() const { return peak_.load(std::memory_order_relaxed); }
  void forget_peak() { peak_.store(now(), std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t>* count_ = &window().in_flight;  // Where the parent can see it.
  std::atomic<std::uint64_t> peak_{0};
};

/// The time from the first beginning to the last end of something that several clients do: each
/// notes its own, once.
class TimeSpan {
 public:
  void begins(Clock::time_point at) {
    const auto time = at.time_since_epoch().count();
    auto first = first_.load(std::memory_order_relaxed);
    while (time < first && !first_.compare_exchange_weak(first, time, std::memory_order_relaxed)) {
    }
  }
  void ends(Clock::time_point at) {
    const auto time = at.time_since_epoch().count();
    auto last = last_.load(std::memory_order_relaxed);
    while (time > last && !last_.compare_exchange_weak(last, time, std::memory_order_relaxed)) {
    }
  }

  /// Zero when nothing has begun, or nothing ended after that.
  Duration length() const {
    return std::max(Duration(0), Duration(last_.load()) - Duration(first_.load()));
  }
  void forget() {
    first_ = kNever;
    last_ = 0;
  }

 private:
  static constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();
  std::atomic<std::int64_t> first_{kNever};
  std::atomic<std::int64_t> last_{0};
};

/// What all clients of a run share. A runner makes it before anything else, for that is when its
/// set-up begins.
struct Stage {
  const Clock::time_point begun = Clock::now();
  TimeSpan connect;  ///< The opening of sessions.
  TimeSpan drain;    ///< A client begins it when it finds nothing left to begin.
  InFlight in_flight;
  Schedule schedule;
};

}  // namespace asyncmark
