#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "bench/results/result.hpp"

namespace asyncmark {

/// Figures by their published names.
using Counters = std::vector<std::pair<std::string, double>>;

/// The figures of one repetition (`ops_per_s`, `service_p99_ns`, ...), in
/// the order in which they are written. Units are in the names. What does not apply is left out,
/// and none is ever NaN.
Counters counters(const Result& result, const Measurement& one);

/// What the process and the kernel took for each operation in flight; absent where too few were for
/// that to be told from what any process takes.
std::optional<double> memory_bytes_per_op(const Measurement& one);

/// A percentile of the response time over all operations that were due: those that never started
/// are longer than any that ended, and left out would make an overloaded runner look well. Absent
/// where it falls among them, and where Histogram::percentile() is.
std::optional<Duration> response_percentile(const Measurement& one, double fraction);

}  // namespace asyncmark
