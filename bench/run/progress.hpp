#pragma once

#include <string>
#include <vector>

#include "bench/results/result.hpp"

namespace asyncmark {

/// One line on standard error, when that is a terminal: what runs, how many runs are done, and how
/// long the rest will take.
class Progress {
 public:
  Progress(const std::vector<Result>& cases, bool wanted);

  void begin(const Result& result);
  void end(const Result& result);
  void show();
  void clear();

  /// The time that the runs still to come will take: each case as long as its finished runs took,
  /// else its ideal bound, else as long as the mean of all others.
  static Duration left(const std::vector<Result>& cases);

 private:
  const std::vector<Result>& cases_;
  bool on_;
  std::string running_;
  Clock::time_point begun_{};
};

}  // namespace asyncmark
