#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "bench/base/statistics.hpp"
#include "bench/measure/measurement.hpp"
#include "bench/results/counters.hpp"
#include "bench/results/offered.hpp"

namespace asyncmark {

struct Result;

/// What the repetitions of a case come to. Whatever shows or judges a case reads its figures here;
/// Result::summary() keeps it.
struct Summary {
  /// The finished repetitions as one: histograms merged, operations added up.
  Measurement all;
  std::vector<Counters> counters;  ///< One entry a repetition; it is empty where that died.
  /// The median of each counter over the finished repetitions that have it. Not for percentiles,
  /// which come from merged histograms.
  std::map<std::string, double> medians;
  Duration time{};                   ///< Of one pass: the median. Zero where none finished.
  Duration cpu{};                    ///< Likewise, the processor time.
  std::optional<Interval> interval;  ///< Of `time`, as median_interval() has it.
  std::optional<Offered> offered;    ///< Of `all`.
  std::optional<double> efficiency;  ///< Of `all`.

  /// Returns the median of a counter; absent where no repetition has it.
  std::optional<double> median(const std::string& counter) const;
};

Summary summarize(const Result& result);

}  // namespace asyncmark
