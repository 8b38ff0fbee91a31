#pragma once

#include <cstdint>
#include <vector>

#include "bench/model/load.hpp"

namespace asyncmark {

/// When the operations of an open loop are due, in whole nanoseconds after the start, ascending.
/// Fixed: every 1 / rate seconds. Poisson: independent exponential gaps with that mean, the same
/// ones for the same seed. As many as `load.ops`, or as fall within `load.duration`; none is due
/// later than kLongest.
std::vector<std::int64_t> make_arrivals(const Load& load, std::uint64_t seed);

}  // namespace asyncmark
