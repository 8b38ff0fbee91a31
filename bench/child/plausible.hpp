#pragma once

#include <optional>
#include <string>

#include "bench/measure/measurement.hpp"
#include "bench/model/case.hpp"

namespace asyncmark {

/// Why a child cannot have measured this, if so, in one line: operations that do not add up to what
/// was asked for, or times that none of them can have had. `lived` is how long its process did, by
/// our own clock.
std::optional<std::string> implausible(const Measurement& measurement, const Case& one,
                                       const Concurrency& how, Duration lived);

/// Why operations cannot have called the service that counted meanwhile, warm-up included, so many
/// requests: a client that answers from a cache is none. `own_time` is the service's own, of a
/// request.
std::optional<std::string> unserved(const Measurement& measurement, std::uint64_t requests,
                                    const Histogram& own_time);

}  // namespace asyncmark
