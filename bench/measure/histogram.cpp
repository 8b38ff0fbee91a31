#include "bench/measure/histogram.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>

#include "bench/measure/flat_histogram.hpp"

namespace asyncmark {

void Histogram::add(Duration duration, std::uint64_t times) {
  if (times == 0) return;
  const auto value = static_cast<std::uint64_t>(duration.count() < 0 ? 0 : duration.count());
  const auto number = static_cast<std::uint32_t>(bucket_of(value));
  auto place = counts_.end();
  if (!counts_.empty() && counts_.back().number >= number)
    place = std::ranges::lower_bound(counts_, number, {}, &Bucket::number);
  if (place == counts_.end() || place->number != number) place = counts_.insert(place, {number, 0});
  place->count += times;
  sum_ += value * times;
  max_ = std::max(max_, value);
}

void Histogram::merge(const Histogram& other) {
  std::vector<Bucket> all;
  all.reserve(counts_.size() + other.counts_.size());
  std::ranges::merge(counts_, other.counts_, std::back_inserter(all), {}, &Bucket::number,
                     &Bucket::number);
  counts_.clear();
  for (const auto& one : all)
    if (!counts_.empty() && counts_.back().number == one.number)
      counts_.back().count += one.count;
    else
      counts_.push_back(one);
  sum_ += other.sum_;
  max_ = std::max(max_, other.max_);
}

void Histogram::merge(const FlatHistogram& other) {
  Histogram same;
  other.for_each_bucket([&](Duration shortest, std::uint64_t times) { same.add(shortest, times); });
  same.restore_exact(other.max(), other.sum_ns());
  merge(same);
}

std::uint64_t Histogram::count() const {
  std::uint64_t total = 0;
  for (const auto& one : counts_) total += one.count;
  return total;
}

Duration Histogram::mean() const {
  const auto total = count();
  return total == 0 ? Duration(0) : Duration(static_cast<std::int64_t>(sum_ / total));
}

std::uint64_t Histogram::rank_of(double fraction, std::uint64_t total) {
  // The slack forgives that 1 - 0.9 is not exactly 0.1.
  if (static_cast<double>(total) * (1 - fraction) < 10 - 1e-6) return 0;
  return static_cast<std::uint64_t>(std::ceil(fraction * static_cast<double>(total) - 1e-9));
}

std::optional<Duration> Histogram::percentile(double fraction) const {
  const auto rank = rank_of(fraction, count());
  return rank == 0 ? std::nullopt : std::optional(ranked(rank));
}

Duration Histogram::ranked(std::uint64_t rank) const {
  std::uint64_t seen = 0;
  for (const auto& [bucket, count] : counts_) {
    seen += count;
    if (seen < rank) continue;
    const auto low = lower_edge(bucket);
    const auto high = bucket + 1 < kBuckets ? lower_edge(bucket + 1) - 1 : max_;
    return Duration(static_cast<std::int64_t>(std::min(low + (high - low) / 2, max_)));
  }
  return max();
}

void Histogram::restore_exact(Duration max, std::uint64_t sum_ns) {
  max_ = static_cast<std::uint64_t>(max.count());
  sum_ = sum_ns;
}

}  // namespace asyncmark
