#pragma once

#include <algorithm>

#include "bench/engine/schedule.hpp"

namespace asyncmark {

/// The most operations in flight at once, and from when to when. All zero when there was none.
struct Peak {
  std::uint64_t most = 0;
  Clock::time_point reached{};
  Clock::time_point left{};

  /// Takes in the peak of others, beside these. The sum is what was in flight at once if all were
  /// at their peaks at some moment, as they are where each has its share of a cap and keeps it;
  /// else it is no more than an upper bound.
  void add(const Peak& other) {
    if (other.most == 0) return;
    if (most == 0) reached = other.reached, left = other.left;
    most += other.most;
    reached = std::max(reached, other.reached);
    left = std::min(left, other.left);
  }
  bool is_exact() const { return reached <= left; }
};

/// What one thread alone carries out of a schedule: of k lanes and c places in flight, lane j has
/// the places j, j + k, j + 2k, ... below c, and each place p the operations p, p + c, p + 2c, ...:
/// so a lane has as large a part of the operations as of the places, and a thinned part of an open
/// loop's arrivals. It counts on a cache line of its own and without a locked instruction, for
/// lanes share nothing while they are timed.
class Lane {
 public:
  /// The schedule must have been divided.
  Lane(const Schedule& schedule, std::size_t number)
      : schedule_(schedule), number_(number), counts_(window().lanes.at(number)) {
    counts_.in_flight.store(0, std::memory_order_relaxed);
  }

  /// As Schedule::next().
  std::optional<Start> next(Clock::time_point now, Duration slowest) {
    if (schedule_.is_over(now, slowest)) return std::nullopt;
    const auto op = upcoming();
    const auto start = schedule_.start_of(op);
    if (!start) return start;
    count(counts_.claimed, 1);
    next_ = after(op);
    return start;
  }
  /// The operation that next() hands out, if there is such a one.
  std::uint64_t upcoming() const {
    return counts_.claimed.load(std::memory_order_relaxed) == 0 ? number_ : next_;
  }
  bool exhausted() const { return !schedule_.has(upcoming()); }

  /// As InFlight::enter() and leave(), by the clients of this lane; `peak` is its own.
  void enter(bool& here, Peak& peak, Clock::time_point now) {
    if (here) return;
    here = true;
    if (const auto most = count(counts_.in_flight, 1); most > peak.most) peak = {most, now, {}};
  }
  void leave(bool& here, Peak& peak, Clock::time_point now) {
    if (!here) return;
    here = false;
    const auto left = count(counts_.in_flight, -1);
    if (left + 1 == peak.most && peak.left == Clock::time_point{}) peak.left = now;
  }

 private:
  /// The next place of this lane, or its first one in the next round of places.
  std::uint64_t after(std::uint64_t op) {
    if (op == number_) round_ = 0;
    const auto next = op + schedule_.lanes();
    if (next - round_ < schedule_.cap()) return next;
    round_ += schedule_.cap();
    return round_ + number_;
  }

  /// Gives the new value. No other thread writes it.
  static std::uint64_t count(std::atomic<std::uint64_t>& counter, std::int64_t by) {
    const auto value = counter.load(std::memory_order_relaxed) + static_cast<std::uint64_t>(by);
    counter.store(value, std::memory_order_relaxed);
    return value;
  }

  const Schedule& schedule_;
  std::uint64_t number_;
  std::uint64_t next_ = 0;   ///< Once something was claimed.
  std::uint64_t round_ = 0;  ///< The operation of place 0 in the round of places that it is in.
  LaneCounts& counts_;
};

}  // namespace asyncmark
