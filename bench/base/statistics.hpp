#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "bench/base/units.hpp"

namespace asyncmark {

/// The median of the values (of an even number, the mean of the middle two). Needs one or more.
Duration median(std::vector<Duration> values);
double median(std::vector<double> values);

/// Google Benchmark's aggregates by their names: mean, median, stddev (of a sample), cv (stddev
/// over mean). Needs one or more values; where one is too few or the mean is zero, the result is
/// zero.
double aggregate(const std::string& name, const std::vector<double>& values);

/// The chance that of n throws of a fair coin k or more come up heads: P(X >= k) of the binomial.
double at_least_by_half(std::size_t n, std::size_t k);

/// The largest k for which k or fewer successes of n tries, each with that chance in (0, 1), have a
/// probability of at most alpha; absent where even none has a larger one. By it go sign tests, and
/// the order statistics that enclose a median or are above a percentile.
std::optional<std::size_t> most_below(std::size_t n, double chance, double alpha);

struct Interval {
  Duration low{};
  Duration high{};
};

/// The two order statistics that enclose the true median in at least 95 % of samples, whatever the
/// distribution (the sign test's interval; Conover, Practical Nonparametric Statistics). Absent
/// below six values, where even the smallest and the largest enclose it less often.
std::optional<Interval> median_interval(std::vector<Duration> values);

}  // namespace asyncmark
