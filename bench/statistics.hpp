#pragma once

#include <optional>
#include <string>
#include <vector>

#include "bench/units.hpp"

namespace asyncmark {

/// The median of the values (of an even number, the mean of the middle two). Needs one or more.
Duration median(std::vector<Duration> values);
double median(std::vector<double> values);

/// Google Benchmark's aggregates by their names: mean, median, stddev (of a sample), cv (stddev
/// over mean). Needs one or more values; where one is too few or the mean is zero, the result is
/// zero.
double aggregate(const std::string& name, const std::vector<double>& values);

struct Interval {
  Duration low{};
  Duration high{};
};

/// The two order statistics that enclose the true median in at least 95 % of samples, whatever the
/// distribution (the sign test's interval; Conover, Practical Nonparametric Statistics). Absent
/// below six values, where even the smallest and the largest enclose it less often.
std::optional<Interval> median_interval(std::vector<Duration> values);

}  // namespace asyncmark
