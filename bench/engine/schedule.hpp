#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "bench/engine/window.hpp"
#include "bench/model/load.hpp"

namespace asyncmark {

/// Leave to begin an operation.
struct Start {
  std::uint64_t op;
  /// When the load wanted it to begin; absent in a closed loop, where nothing but the previous
  /// answer decides that.
  std::optional<Clock::time_point> intended;
};

/// Hands out the operations of one pass, each once. Plain data and one atomic counter, so that
/// threads, and processes through shared memory, claim from the same schedule; or else divided
/// among lanes, each of which claims its own operations. The counters are those of the process's
/// window, so one schedule at a time hands out operations in a process.
class Schedule {
 public:
  /// From the next pass on operations are claimed by as many lanes, at most kMostLanes, and no
  /// longer by next(). They share `cap` places in flight, at least one each.
  void divide(std::size_t lanes, std::uint64_t cap) {
    lanes_ = lanes;
    cap_ = cap;
  }
  std::size_t lanes() const { return lanes_; }
  std::uint64_t cap() const { return cap_; }

  /// Begins a pass at `t0`. No worker may be claiming meanwhile, and the load's arrivals must live
  /// as long as the pass.
  void begin(const Load& load, LoadKind kind, Clock::time_point t0) {
    kind_ = kind;
    t0_ = t0;
    ops_ = load.ops != 0 ? load.ops : kUnbounded;
    due_ = kind == LoadKind::open_loop ? load.due->data() : nullptr;
    if (due_) ops_ = load.due->size();
    last_start_ = hard_end_ = Clock::time_point::max();
    drain_ = load.drain;
    if (load.duration && !due_) last_start_ = t0 + *load.duration;
    if (due_ && ops_ > 0) schedule_end_ = t0 + Duration(due_[ops_ - 1]);
    if (const auto length = length_of(load)) hard_end_ = t0 + *length + drain_;
    next_->store(0, std::memory_order_relaxed);
    for (auto& lane : counts()) lane.claimed.store(0, std::memory_order_relaxed);
  }

  /// Claims the next operation, or nothing when all are claimed or the time to start is over. `now`
  /// is a reading that the caller has at hand. An open loop stops to start operations at its
  /// schedule's end plus 1 s or ten times the `slowest` operation so far, but no longer than the
  /// load's drain, so that an overloaded runner degrades instead of hanging.
  std::optional<Start> next(Clock::time_point now, Duration slowest) {
    if (is_over(now, slowest)) return std::nullopt;
    return start_of(next_->fetch_add(1, std::memory_order_relaxed));
  }

  /// Whether the time to start operations is over.
  bool is_over(Clock::time_point now, Duration slowest) const {
    return now >= last_start_ || (due_ && now >= schedule_end_ + overtime(slowest));
  }
  /// For who has claimed it; nothing where there is no such operation.
  std::optional<Start> start_of(std::uint64_t op) const {
    if (op >= ops_) return std::nullopt;
    if (kind_ == LoadKind::closed_loop) return Start{op, std::nullopt};
    return Start{op, due_ ? t0_ + Duration(due_[op]) : t0_};
  }
  bool has(std::uint64_t op) const { return op < ops_; }

  Clock::time_point t0() const { return t0_; }

  /// Operations that end later are dropped; without end where the load is a number of operations.
  Clock::time_point hard_end() const { return hard_end_; }
  bool counts(Clock::time_point finished) const { return finished <= hard_end_; }

  /// How many operations were handed out.
  std::uint64_t claimed() const {
    auto sum = next_->load();
    for (const auto& lane : counts()) sum += lane.claimed.load();
    return std::min(sum, ops_);
  }

  /// The operations that were due and did not start, or had not ended at the hard end. `ended` is
  /// how many did.
  std::uint64_t dropped(std::uint64_t ended) const {
    const auto all = ops_ == kUnbounded ? claimed() : ops_;
    return all - std::min(all, ended);
  }

 private:
  std::span<LaneCounts> counts() const { return std::span(window().lanes).first(lanes_); }
  Duration overtime(Duration slowest) const {
    return std::min(drain_, std::max<Duration>(std::chrono::seconds(1), 10 * slowest));
  }

  LoadKind kind_{};
  Clock::time_point t0_{};
  Clock::time_point last_start_{};
  Clock::time_point schedule_end_{};
  Clock::time_point hard_end_{};
  Duration drain_{};
  const std::int64_t* due_ = nullptr;
  std::uint64_t ops_ = 0;
  std::size_t lanes_ = 0;
  std::uint64_t cap_ = 0;                                 ///< Of all lanes together.
  std::atomic<std::uint64_t>* next_ = &window().claimed;  // Where the parent can see it.
};

}  // namespace asyncmark
