#include "bench/base/statistics.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>
#include <stdexcept>

namespace asyncmark {
namespace {

/// P(X = k) of a binomial with n tries. By logarithms, because 0.5^n is zero in a double from
/// n = 1075 on.
double binomial(std::size_t n, double chance, std::size_t k) {
  const auto log_factorial = [](std::size_t i) { return std::lgamma(static_cast<double>(i) + 1); };
  return std::exp(log_factorial(n) - log_factorial(k) - log_factorial(n - k) +
                  static_cast<double>(k) * std::log(chance) +
                  static_cast<double>(n - k) * std::log1p(-chance));
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

double at_least_by_half(std::size_t n, std::size_t k) {
  double sum = 0;
  for (std::size_t i = n + 1; i-- > k;) sum += binomial(n, 0.5, i);  // The smallest first.
  return std::min(sum, 1.0);
}

std::optional<std::size_t> most_below(std::size_t n, double chance, double alpha) {
  std::optional<std::size_t> most;
  double sum = 0;
  for (std::size_t k = 0; k < n; ++k) {
    sum += binomial(n, chance, k);
    if (sum > alpha) break;
    most = k;
  }
  return most;
}

std::optional<Interval> median_interval(std::vector<Duration> values) {
  // The interval from the (k+1)th smallest to the (k+1)th largest misses with 2 P(X <= k).
  const auto outside = most_below(values.size(), 0.5, 0.05 / 2);
  if (!outside) return std::nullopt;
  std::ranges::sort(values);
  return Interval{values[*outside], values[values.size() - 1 - *outside]};
}

}  // namespace asyncmark
