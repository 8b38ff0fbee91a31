#include "bench/statistics.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>
#include <stdexcept>

namespace asyncmark {
namespace {

/// P(X = k) of a binomial with n tries at one half. By logarithms, because 0.5^n is zero in a
/// double from n = 1075 on.
double binomial_half(std::size_t n, std::size_t k) {
  const auto log_factorial = [](std::size_t i) { return std::lgamma(static_cast<double>(i) + 1); };
  return std::exp(log_factorial(n) - log_factorial(k) - log_factorial(n - k) -
                  static_cast<double>(n) * std::numbers::ln2);
}

template <class T>
T middle(std::vector<T> values) {
  std::ranges::sort(values);
  const auto half = values.size() / 2;
  return values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
}

}  // namespace

Duration median(std::vector<Duration> values) { return middle(std::move(values)); }
double median(std::vector<double> values) { return middle(std::move(values)); }

double aggregate(const std::string& name, const std::vector<double>& values) {
  const auto n = static_cast<double>(values.size());
  const double mean = std::accumulate(values.begin(), values.end(), 0.0) / n;
  if (name == "mean") return mean;
  if (name == "median") return median(values);
  double squares = 0;
  for (const auto value : values) squares += (value - mean) * (value - mean);
  const double deviation = n > 1 ? std::sqrt(squares / (n - 1)) : 0;
  if (name == "stddev") return deviation;
  if (name == "cv") return mean != 0 ? deviation / mean : 0;
  throw std::logic_error("no such aggregate: " + name);
}

std::optional<Interval> median_interval(std::vector<Duration> values) {
  // The interval from the (k+1)th smallest to the (k+1)th largest misses with 2 P(X <= k).
  std::optional<std::size_t> best;
  double missed = 0;
  for (std::size_t k = 0; k < values.size() / 2; ++k) {
    missed += 2 * binomial_half(values.size(), k);
    if (missed > 0.05) break;
    best = k;
  }
  if (!best) return std::nullopt;
  std::ranges::sort(values);
  return Interval{values[*best], values[values.size() - 1 - *best]};
}

}  // namespace asyncmark
