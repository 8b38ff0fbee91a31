#pragma once

#include <cstdint>

#include "bench/measure/flat_histogram.hpp"

namespace asyncmark {

/// How well an event loop kept time.
template <class Times>
struct BasicLoopTimes {
  Times lag;                ///< How late the loop ran a timer of ours, one every kLoopProbePeriod.
  Duration longest_hold{};  ///< The longest that one handler kept the loop to itself.
  std::uint64_t held_by = 0;  ///< The operation that it served.

  template <class Others>
  void merge(const BasicLoopTimes<Others>& other) {
    lag.merge(other.lag);
    if (other.longest_hold <= longest_hold) return;
    longest_hold = other.longest_hold;
    held_by = other.held_by;
  }
  void clear() {
    lag.clear();
    longest_hold = {};
    held_by = 0;
  }
};

/// While it runs: plain data, all zero when nothing happened.
using LoopTimes = BasicLoopTimes<FlatHistogram>;

// Each wakes an idle processor, which costs up to 50 us: at this period 0.25 % of one processor.
inline constexpr Duration kLoopProbePeriod = std::chrono::milliseconds(20);

}  // namespace asyncmark
