#include "bench/probe/capacity_search.hpp"

#include <algorithm>
#include <cmath>

namespace asyncmark {

bool CapacitySearch::is_narrow() const {
  constexpr double kWidth = 1.1;
  return passed_ && failed_ && *failed_ <= kWidth * *passed_;
}

void CapacitySearch::note_near() {
  constexpr double kHalf = 1.048;  // Of a bracket that is 10 % wide.
  if (!next_) return;
  passed_ = std::max(passed_.value_or(0), *next_ / kHalf);
  failed_ = std::min(failed_.value_or(*next_ * kHalf), *next_ * kHalf);
  next_.reset();
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
