#pragma once

#include <string>

#include "bench/base/units.hpp"

namespace asyncmark {

/// A service-level objective for the response time: `p99=50ms`, at most one in a hundred operations
/// takes longer than 50 ms from when it was due.
struct Slo {
  std::string percentile;  ///< "p99"
  double fraction = 0;     ///< 0.99
  Duration limit{};

  /// Reads `p50=D`, `p90=D`, `p99=D` or `p99.9=D`. Throws UsageError.
  static Slo parse(const std::string& text);
  std::string text() const;
};

}  // namespace asyncmark
