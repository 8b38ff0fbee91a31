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

/// Returns how many operations were due: those that succeeded, failed or were dropped.
std::uint64_t operations_due(const Measurement& one);

/// A percentile of the response time over all operations that were due. Those that failed or never
/// started rank as slower than any response: left out they would make a service look well that
/// answers few. Absent where the percentile falls among them, and where the operations are too few
/// (see Histogram::percentile()).
std::optional<Duration> response_percentile(const Measurement& one, double fraction);

/// Whether it falls among those that failed or were dropped. False for closed loops, which have no
/// response times.
bool response_failed(const Measurement& one, double fraction);

/// A time that the percentile of the response time does not exceed, with 95 % confidence: an order
/// statistic, from the binomial distribution of how many operations are above the percentile
/// (Conover, Practical Nonparametric Statistics). A p99 takes 299 operations for it, and 1000 for
/// itself. Absent where there are too few, or where it falls among those that failed or were
/// dropped.
std::optional<Duration> response_bound(const Measurement& one, double fraction);

/// As tables show them: the time, `<=52 ms` where the operations suffice for a bound alone,
/// `failed`, `dropped`, or `n/a` where they are too few; absent for closed loops, or where none was
/// completed.
std::optional<std::string> response_text(const Measurement& one, double fraction);
std::optional<std::string> service_text(const Measurement& one, double fraction);

}  // namespace asyncmark
