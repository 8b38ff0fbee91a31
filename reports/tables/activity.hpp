#pragma once

#include <optional>

#include "bench/measure/measurement.hpp"

namespace asyncmark {

/// How many requests a service worked at at a time, by its own word; absent where too few looks
/// tell, and where its processor time tells of more: a process that has just been given a processor
/// to look does not see who waits for that one.
std::optional<double> active_requests(const Measurement& one);

}  // namespace asyncmark
