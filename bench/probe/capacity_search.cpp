#include "bench/probe/capacity_search.hpp"

#include <algorithm>
#include <cmath>

namespace asyncmark {

bool CapacitySearch::is_narrow() const {
  constexpr double kWidth = 1.1;
  return passed_ && failed_ && *failed_ <= kWidth * *passed_;
}

/// The rate, or one just inside the bracket if it is outside.
double CapacitySearch::within_bracket(double per_s) const {
  constexpr double kInside = 1.001;
  if (failed_) per_s = std::min(per_s, *failed_ / kInside);
  return passed_ ? std::max(per_s, *passed_ * kInside) : per_s;
}

void CapacitySearch::note_near(std::optional<double> per_s) {
  constexpr double kHalf = 1.048;  // Of a bracket that is 10 % wide.
  if (!next_) return;
  const auto rate = within_bracket(per_s.value_or(*next_));
  passed_ = std::max(passed_.value_or(0), rate / kHalf);
  failed_ = std::min(failed_.value_or(rate * kHalf), rate * kHalf);
  next_.reset();
}

void CapacitySearch::note(bool passed, std::optional<double> per_s) {
  if (!next_) return;
  (passed ? passed_ : failed_) = within_bracket(per_s.value_or(*next_));
  if (is_narrow())
    next_.reset();
  else if (passed_ && failed_)
    next_ = std::sqrt(*passed_ * *failed_);
  else
    next_ = *next_ * (passed ? 2 : 0.5);
  if (next_ && *next_ < lowest_) next_.reset();
}

}  // namespace asyncmark
