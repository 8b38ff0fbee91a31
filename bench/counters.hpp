#pragma once

#include <string>
#include <utility>
#include <vector>

#include "bench/result.hpp"

namespace asyncmark {

/// The figures of one repetition by their published names (`ops_per_s`, `service_p99_ns`, ...), in
/// the order in which they are written. Units are in the names. What does not apply is left out,
/// and none is ever NaN.
std::vector<std::pair<std::string, double>> counters(const Result& result, const Measurement& one);

}  // namespace asyncmark
