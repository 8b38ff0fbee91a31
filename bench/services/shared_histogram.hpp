#pragma once

#include <algorithm>
#include <array>
#include <atomic>

#include "bench/measure/histogram.hpp"

namespace asyncmark {

/// A Histogram that several threads may add to, and another process may look at meanwhile.
class SharedHistogram {
 public:
  void add(Duration duration) {
    const auto value = static_cast<std::uint64_t>(std::max<std::int64_t>(0, duration.count()));
    counts_[Histogram::bucket_of(value)].fetch_add(1, std::memory_order_relaxed);
    sum_.fetch_add(value, std::memory_order_relaxed);
    auto max = max_.load(std::memory_order_relaxed);
    while (value > max && !max_.compare_exchange_weak(max, value, std::memory_order_relaxed)) {
    }
  }

  /// What is added meanwhile may be left out, or counted in part.
  Histogram taken() const;
  /// Forgets what was added; what is added meanwhile may stay in part.
  void clear();

 private:
  std::array<std::atomic<std::uint64_t>, Histogram::kBuckets> counts_{};
  std::atomic<std::uint64_t> sum_{0};
  std::atomic<std::uint64_t> max_{0};
};

}  // namespace asyncmark
