#pragma once

#include <optional>
#include <string>

#include "bench/base/units.hpp"

namespace asyncmark {

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

/// Returns whether an open loop keeps to the objective, which takes keeping up with its rate;
/// absent where too few operations were measured to tell.
std::optional<bool> keeps_to(const Slo& slo, const Result& result);

}  // namespace asyncmark
