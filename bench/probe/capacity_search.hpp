#pragma once

#include <optional>

namespace asyncmark {

/// Searches the highest rate that a service sustains: doubles or halves the rate until it has one
/// that passed and a higher one that failed, and then narrows this bracket (exponential search,
/// Bentley and Yao 1976).
class CapacitySearch {
 public:
  /// Begins at the first rate, in operations per second. A rate that cannot be sustained, if one is
  /// known, counts as failed and is not tried.
  explicit CapacitySearch(double first_per_s, std::optional<double> too_high_per_s = {})
      : next_(first_per_s), lowest_(first_per_s / 64), failed_(too_high_per_s) {}

  /// Returns the rate to try, in operations per second; absent once the bracket is at most 10 %
  /// wide, or if even 1/64 of the first rate failed.
  std::optional<double> next() const { return next_; }

  /// Takes the result of the rate that next() named. `per_s` is the rate that was really offered:
  /// few random arrivals are more or less than planned.
  void note(bool passed, std::optional<double> per_s = {});

  /// Takes the rate that next() named as the capacity, as far as can be told: many operations were
  /// as slow as the limit. The bracket encloses it, and the search ends.
  void note_near(std::optional<double> per_s = {});

  /// Returns the highest rate that passed, per second; absent if none did.
  std::optional<double> passed() const { return passed_; }
  /// Returns the lowest rate that failed, per second; absent if none did.
  std::optional<double> failed() const { return failed_; }
  /// Whether the bracket is at most 10 % wide.
  bool is_narrow() const;

 private:
  double within_bracket(double per_s) const;

  std::optional<double> next_;
  double lowest_;
  std::optional<double> passed_;
  std::optional<double> failed_;
};

}  // namespace asyncmark
