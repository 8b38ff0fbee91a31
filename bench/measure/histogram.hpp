#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "bench/base/units.hpp"

namespace asyncmark {

class FlatHistogram;

/// Counts of durations in log-linear buckets: exact below 128 ns, and above that 128 equal buckets
/// to each power of two, so that a bucket's middle is within 0.4 % of anything in it. The layout is
/// that of HdrHistogram (Tene, hdrhistogram.org).
///
/// Takes memory for those buckets alone that are not empty: a result has four for each repetition,
/// most of them with a few. What is timed is counted in a FlatHistogram, and comes here after.
class Histogram {
 public:
  static constexpr int kSubBucketBits = 7;
  /// Anything longer (4.9 hours) is counted in the last bucket; max() still knows its true length.
  static constexpr int kLargestBit = 44;
  static constexpr std::size_t kBuckets = static_cast<std::size_t>(kLargestBit - kSubBucketBits + 1)
                                          << kSubBucketBits;

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

  /// Counts one duration; a negative one (which a monotonic clock never gives) counts as zero. In
  /// ascending order this takes no time to speak of.
  void add(Duration duration, std::uint64_t times = 1);

  void merge(const Histogram& other);
  void merge(const FlatHistogram& other);

  void clear() { *this = {}; }

  std::uint64_t count() const;

  /// The longest, exactly; zero when empty.
  Duration max() const { return Duration(static_cast<std::int64_t>(max_)); }

  /// The arithmetic mean, exactly (not from buckets); zero when empty.
  Duration mean() const;

  /// The smallest duration that at least `fraction` of the counted ones do not exceed, within the
  /// bucket error; absent when fewer than 10 / (1 - fraction) were counted, for then a single slow
  /// operation would decide it. `fraction` lies in (0, 1).
  std::optional<Duration> percentile(double fraction) const;

  /// The rank of that duration among `total`, the shortest having 1; 0 when they are too few.
  static std::uint64_t rank_of(double fraction, std::uint64_t total);
  /// The duration of a rank, within the bucket error; the longest when fewer were counted.
  Duration ranked(std::uint64_t rank) const;

  /// Calls visit(shortest duration of the bucket, count) for each bucket that is not empty, in
  /// ascending order. Adding these pairs to an empty histogram gives the same buckets again.
  template <class Visit>
  void for_each_bucket(Visit visit) const {
    for (const auto& [bucket, count] : counts_)
      visit(Duration(static_cast<std::int64_t>(lower_edge(bucket))), count);
  }

  /// Replaces what the buckets alone cannot tell, when a histogram is rebuilt from
  /// for_each_bucket().
  void restore_exact(Duration max, std::uint64_t sum_ns);
  std::uint64_t sum_ns() const { return sum_; }

 private:
  struct Bucket {
    std::uint32_t number;
    std::uint64_t count;
  };

  std::vector<Bucket> counts_;  ///< Ascending; none is empty.
  std::uint64_t sum_ = 0;
  std::uint64_t max_ = 0;
};

}  // namespace asyncmark
