#include "bench/services/shared_histogram.hpp"

namespace asyncmark {

Histogram SharedHistogram::taken() const {
  Histogram histogram;
  for (std::size_t i = 0; i < counts_.size(); ++i)
    if (const auto times = counts_[i].load(std::memory_order_relaxed); times != 0)
      histogram.add(Duration(static_cast<std::int64_t>(Histogram::lower_edge(i))), times);
  histogram.restore_exact(Duration(static_cast<std::int64_t>(max_.load(std::memory_order_relaxed))),
                          sum_.load(std::memory_order_relaxed));
  return histogram;
}

void SharedHistogram::clear() {
  for (auto& count : counts_) count.store(0, std::memory_order_relaxed);
  sum_.store(0, std::memory_order_relaxed);
  max_.store(0, std::memory_order_relaxed);
}

}  // namespace asyncmark
