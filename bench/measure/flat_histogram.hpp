#pragma once

#include <array>
#include <cstdint>

#include "bench/measure/histogram.hpp"

namespace asyncmark {

/// A Histogram to count in while operations are timed: an array of all buckets. Plain data without
/// pointers, all zero bytes where it is empty: it may live in memory that processes share. add() is
/// a handful of instructions and allocates nothing. One writer at a time.
class FlatHistogram {
 public:
  /// As Histogram::add().
  // Once or twice an operation: the compiler must not weigh here whether a call would be shorter.
  [[gnu::always_inline]] void add(Duration duration) {
    const auto value = static_cast<std::uint64_t>(duration.count() < 0 ? 0 : duration.count());
    ++counts_[Histogram::bucket_of(value)];
    sum_ += value;
    if (value > max_) max_ = value;
  }

  /// Empties it, writing only where something was counted: pages never used stay untouched.
  void clear() {
    for (auto& count : counts_)
      if (count != 0) count = 0;
    sum_ = 0;
    max_ = 0;
  }

  /// How many durations were counted. Walks all buckets: a worker that dies between two
  /// instructions can then never leave a total that disagrees with its buckets.
  std::uint64_t count() const {
    std::uint64_t total = 0;
    for (const auto count : counts_) total += count;
    return total;
  }

  /// The longest, exactly; zero when empty.
  Duration max() const { return Duration(static_cast<std::int64_t>(max_)); }
  std::uint64_t sum_ns() const { return sum_; }

  /// As Histogram::for_each_bucket().
  template <class Visit>
  void for_each_bucket(Visit visit) const {
    for (std::size_t i = 0; i < counts_.size(); ++i)
      if (counts_[i] != 0)
        visit(Duration(static_cast<std::int64_t>(Histogram::lower_edge(i))), counts_[i]);
  }

 private:
  std::array<std::uint64_t, Histogram::kBuckets> counts_{};
  std::uint64_t sum_ = 0;
  std::uint64_t max_ = 0;
};

}  // namespace asyncmark
