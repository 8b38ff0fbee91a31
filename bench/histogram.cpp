#include "bench/histogram.hpp"

#include <algorithm>
#include <cmath>

namespace asyncmark {

void Histogram::merge(const Histogram& other) {
  for (std::size_t i = 0; i < kBuckets; ++i)
    if (other.counts_[i] != 0) counts_[i] += other.counts_[i];
  sum_ += other.sum_;
  max_ = std::max(max_, other.max_);
}

void Histogram::clear() {
  for (auto& count : counts_)
    if (count != 0) count = 0;
  sum_ = 0;
  max_ = 0;
}

std::uint64_t Histogram::count() const {
  std::uint64_t total = 0;
  for (const auto count : counts_) total += count;
  return total;
}

Duration Histogram::mean() const {
  const auto total = count();
  return total == 0 ? Duration(0) : Duration(static_cast<std::int64_t>(sum_ / total));
}

std::optional<Duration> Histogram::percentile(double fraction) const {
  const auto total = count();
  // The slack forgives that 1 - 0.9 is not exactly 0.1.
  if (static_cast<double>(total) * (1 - fraction) < 10 - 1e-6) return std::nullopt;
  const auto rank = static_cast<std::uint64_t>(std::ceil(fraction * static_cast<double>(total)));
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < kBuckets; ++i) {
    seen += counts_[i];
    if (seen < rank) continue;
    const auto low = lower_edge(i);
    const auto high = i + 1 < kBuckets ? lower_edge(i + 1) - 1 : max_;
    return Duration(static_cast<std::int64_t>(std::min(low + (high - low) / 2, max_)));
  }
  return max();
}

void Histogram::restore_exact(Duration max, std::uint64_t sum_ns) {
  max_ = static_cast<std::uint64_t>(max.count());
  sum_ = sum_ns;
}

}  // namespace asyncmark
