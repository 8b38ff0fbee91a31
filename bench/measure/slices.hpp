#pragma once

#include <cstdint>
#include <vector>

#include "bench/base/units.hpp"

namespace asyncmark {

/// How many operations had been begun at a moment.
struct Begun {
  Clock::time_point at;
  std::uint64_t operations;
};

/// Parts of a run, equally long.
struct Slices {
  std::vector<std::uint64_t> begun;  ///< Operations begun in each.
  Duration length{};
};

/// Cuts a run into slices, ten of them or as many as the samples tell apart; none where they tell
/// none. It goes from the first sample to the one that saw the last operation begun: what is before
/// and after are the first wave and the drain, which belong to no steady state. Between two samples
/// operations count as evenly begun. `samples` ascend in both.
Slices slices_of(const std::vector<Begun>& samples);

}  // namespace asyncmark
