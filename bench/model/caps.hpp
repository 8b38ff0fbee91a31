#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <string_view>

#include "bench/base/errors.hpp"
#include "bench/base/options.hpp"
#include "bench/model/load.hpp"

namespace asyncmark {

/// The cap of an open loop that is given none: a service that hangs is not sent thousands of
/// connections. `--in-flight unbounded` takes it away.
inline constexpr std::uint64_t kOpenLoopCap = 1000;

/// The most operations that a pass may have; 0 where a duration alone limits them. Each repetition
/// of a Poisson process draws another number: this one is beyond nearly all, and the same for each.
inline std::uint64_t most_operations(const Load& load) {
  const auto all = load.due ? load.due->size() : load.ops;
  if (!load.rate || !load.duration || load.arrivals != Arrivals::poisson) return all;
  const auto mean = *load.rate * seconds(*load.duration);
  constexpr double kDeviations = 6;  // Of a Poisson distribution, whose variance is its mean.
  return static_cast<std::uint64_t>(std::ceil(mean + kDeviations * (std::sqrt(mean) + 1)));
}

/// The cap of a runner that by itself sets none: `--in-flight`, else the usual one of the workload,
/// in an open loop at most kOpenLoopCap, and never more than there are operations, for each may
/// cost a session. Throws UsageError when neither bounds it, for then nothing would keep it from
/// starting without end.
inline std::uint64_t cap_or_all(const Load& load, std::string_view runner) {
  const auto all = most_operations(load);
  const auto asked =
      load.in_flight.value_or(load.rate ? std::min(kOpenLoopCap, load.usual_cap) : load.usual_cap);
  if (all != 0) return std::min<std::uint64_t>(asked, all);
  if (asked == kUnbounded && !load.rate)
    throw UsageError(
        fmt::format("--duration: {} also needs --in-flight N (such as 32) or --rate N", runner));
  return asked == kUnbounded ? 1 : asked;
}

/// `--workers`, as every runner that keeps a pool declares it.
inline OptionSpec workers_option() {
  return count_option(
      "workers", 1,
      "threads, processes or loops (default: as --in-flight for a pool, or 32 threads; one per "
      "core for processes and loops)");
}

/// The size of a pool: its `--workers`, else the cap, else what is usual. One worker carries out
/// one operation at a time, so a cap below the workers leaves the rest of them out.
inline Concurrency pool_of(std::optional<std::int64_t> workers, const Load& load,
                           std::uint64_t usual) {
  const auto cap = load.in_flight ? cap_or_all(load, "a pool") : kUnbounded;
  auto size = workers ? static_cast<std::uint64_t>(*workers) : load.in_flight ? cap : usual;
  size = std::min(size, cap);
  return {.workers = size, .cap = size, .processors = size};
}

}  // namespace asyncmark
