#pragma once

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "bench/model/load.hpp"

namespace asyncmark::testing {

inline Load of_ops(std::uint64_t ops) {
  Load load;
  load.ops = ops;
  return load;
}

/// Operations due so many ns after the start.
inline Load due_at(std::vector<std::int64_t> due) {
  Load load;
  load.rate = 1;
  load.due = std::make_shared<const std::vector<std::int64_t>>(std::move(due));
  return load;
}

/// With a cap, and without a warm-up.
inline Load closed(std::uint64_t ops, std::uint64_t in_flight) {
  auto load = of_ops(ops);
  load.in_flight = in_flight;
  load.warmup = 0;
  return load;
}

}  // namespace asyncmark::testing
