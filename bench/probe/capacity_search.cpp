#include "bench/probe/capacity_search.hpp"

#include <cmath>

namespace asyncmark {

bool CapacitySearch::is_narrow() const {
  constexpr double kWidth = 1.1;
  return passed_ && failed_ && *failed_ <= kWidth * *passed_;
}

void CapacitySearch::note(bool passed) {
  if (!next_) return;
  (passed ? passed_ : failed_) = *next_;
  if (is_narrow())
    next_.reset();
  else if (passed_ && failed_)
    next_ = std::sqrt(*passed_ * *failed_);
  else
    next_ = *next_ * (passed ? 2 : 0.5);
  if (next_ && *next_ < lowest_) next_.reset();
}

}  // namespace asyncmark
