#pragma once

#include <cerrno>
#include <ctime>

#include "bench/base/units.hpp"

namespace asyncmark {

/// Holds the thread until `when`; returns at once when that has passed.
inline void sleep_until(Clock::time_point when) {
  const auto ns = when.time_since_epoch().count();
  const timespec until{ns / 1'000'000'000, ns % 1'000'000'000};
  while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, nullptr) == EINTR) {
  }
}

}  // namespace asyncmark
