#include "bench/model/arrivals.hpp"

#include <cmath>
#include <random>

namespace asyncmark {

std::vector<std::int64_t> make_arrivals(const Load& load, std::uint64_t seed) {
  std::vector<std::int64_t> due;
  std::mt19937_64 random(seed);
  std::exponential_distribution<double> gap(*load.rate / 1e9);
  const double end = load.duration ? static_cast<double>(load.duration->count()) : 0;
  constexpr auto longest = static_cast<double>(kLongest.count());
  double when = 0;
  for (std::uint64_t i = 0;; ++i) {
    when = load.arrivals == Arrivals::poisson ? when + gap(random)
                                              : static_cast<double>(i) * 1e9 / *load.rate;
    if (load.duration ? when >= end : i >= load.ops) return due;
    due.push_back(static_cast<std::int64_t>(std::fmin(when, longest)));
  }
}

}  // namespace asyncmark
