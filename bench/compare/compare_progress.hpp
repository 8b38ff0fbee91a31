#pragma once

#include <string>
#include <vector>

#include "bench/base/units.hpp"
#include "bench/compare/paired_rule.hpp"

namespace asyncmark {

struct CompareSettings;

/// One line on standard error, when that is a terminal: what is compared, what the pairs say so
/// far, and how long the rest may take.
class CompareProgress {
 public:
  CompareProgress(std::size_t cases, const CompareSettings& settings);

  void begin(const std::string& name);
  void show(const std::vector<Pair>& pairs);
  void end();

 private:
  std::size_t cases_;
  Duration budget_;
  bool on_;
  std::size_t done_ = 0;
  std::string name_;
  Duration spent_{};  ///< On the cases that are done.
  Clock::time_point begun_{};
};

}  // namespace asyncmark
