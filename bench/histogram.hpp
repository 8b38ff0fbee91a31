#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "bench/units.hpp"

namespace asyncmark {

/// Counts of durations in log-linear buckets: exact below 128 ns, and above that 128 equal buckets
/// to each power of two, so that a bucket's middle is within 0.4 % of anything in it. The layout is
/// that of HdrHistogram (Tene, hdrhistogram.org).
///
/// Plain data without pointers: it may live in memory that processes share. add() is a handful of
/// instructions and allocates nothing. One writer at a time; merge() what several wrote.
class Histogram {
 public:
  static constexpr int kSubBucketBits = 7;
  /// Anything longer (4.9 hours) is counted in the last bucket; max() still knows its true length.
  static constexpr int kLargestBit = 44;
  static constexpr std::size_t kBuckets = static_cast<std::size_t>(kLargestBit - kSubBucketBits + 1)
                                          << kSubBucketBits;

  /// Counts one duration; a negative one (which a monotonic clock never gives) counts as zero.
  // Once or twice an operation: the compiler must not weigh here whether a call would be shorter.
  [[gnu::always_inline]] void add(Duration duration) { add(duration, 1); }

  [[gnu::always_inline]] void add(Duration duration, std::uint64_t times) {
    const auto value = static_cast<std::uint64_t>(duration.count() < 0 ? 0 : duration.count());
    counts_[bucket_of(value)] += times;
    sum_ += value * times;
    if (value > max_) max_ = value;
  }

  void merge(const Histogram& other);

  /// Empties it, writing only where something was counted: pages never used stay untouched.
  void clear();

  /// How many durations were counted. Walks all buckets: a worker that dies between two
  /// instructions can then never leave a total that disagrees with its buckets.
  std::uint64_t count() const;

  /// The longest, exactly; zero when empty.
  Duration max() const { return Duration(static_cast<std::int64_t>(max_)); }

  /// The arithmetic mean, exactly (not from buckets); zero when empty.
  Duration mean() const;

  /// The smallest duration that at least `fraction` of the counted ones do not exceed, within the
  /// bucket error; absent when fewer than 10 / (1 - fraction) were counted, for then a single slow
  /// operation would decide it. `fraction` lies in (0, 1).
  std::optional<Duration> percentile(double fraction) const;

  /// Calls visit(shortest duration of the bucket, count) for each bucket that is not empty, in
  /// ascending order. Adding these pairs to an empty histogram gives the same buckets again.
  template <class Visit>
  void for_each_bucket(Visit visit) const {
    for (std::size_t i = 0; i < kBuckets; ++i)
      if (counts_[i] != 0) visit(Duration(static_cast<std::int64_t>(lower_edge(i))), counts_[i]);
  }

  /// Replaces what the buckets alone cannot tell, when a histogram is rebuilt from
  /// for_each_bucket().
  void restore_exact(Duration max, std::uint64_t sum_ns);
  std::uint64_t sum_ns() const { return sum_; }

  static constexpr std::size_t bucket_of(std::uint64_t value) {
    if (value < (1u << kSubBucketBits)) return value;
    if (value >> kLargestBit) return kBuckets - 1;
    const int shift = static_cast<int>(std::bit_width(value)) - 1 - kSubBucketBits;
    return (static_cast<std::size_t>(shift) << kSubBucketBits) + (value >> shift);
  }

  static constexpr std::uint64_t lower_edge(std::size_t bucket) {
    if (bucket < (2u << kSubBucketBits)) return bucket;
    const auto shift = (bucket >> kSubBucketBits) - 1;
    return static_cast<std::uint64_t>(bucket - (shift << kSubBucketBits)) << shift;
  }

 private:
  std::array<std::uint64_t, kBuckets> counts_{};
  std::uint64_t sum_ = 0;
  std::uint64_t max_ = 0;
};

}  // namespace asyncmark
