#pragma once

#include <optional>
#include <string>

#include "bench/base/units.hpp"

namespace asyncmark {

struct Measurement;
struct Result;

/// A service-level objective for the response time: `p99=50ms`, at most one in a hundred operations
/// takes longer than 50 ms from when it was due.
struct Slo {
  std::string percentile;  ///< "p99"
  double fraction = 0;     ///< 0.99
  Duration limit{};

  /// Reads `p95=100ms`, with any percentile from 1 to 99.999. Throws UsageError.
  static Slo parse(const std::string& text);
  std::string text() const;
};

/// Returns the longest response time, if it is at least the percentile with 95 % confidence: of n
/// operations the share that takes longer than the longest is below 3 / n (rule of three; Hanley
/// and Lippman-Hand, JAMA 1983). Absent where there are too few, or where some failed or were
/// dropped.
std::optional<Duration> upper_bound(const Measurement& all, double fraction);

/// Returns whether an open loop keeps to the objective, which takes keeping up with its rate;
/// absent where too few operations were measured to tell.
std::optional<bool> keeps_to(const Slo& slo, const Result& result);

}  // namespace asyncmark
