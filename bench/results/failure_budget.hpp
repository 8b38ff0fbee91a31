#pragma once

#include <cstdint>
#include <string>

#include "bench/measure/measurement.hpp"

namespace asyncmark {

/// `--max-failed`: how many operations of a case may fail, as a number or as a share of those
/// ended.
struct FailureBudget {
  std::uint64_t number = 0;
  double share = 0;

  /// Reads `5` or `2%`. Throws UsageError.
  static FailureBudget parse(const std::string& text);
  /// What parse() would read.
  std::string text() const;
  bool exceeded_by(const Measurement& all) const;
};

}  // namespace asyncmark
