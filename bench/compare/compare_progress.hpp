#pragma once

#include <string>
#include <vector>

#include "bench/base/screen.hpp"
#include "bench/base/units.hpp"
#include "bench/compare/paired_rule.hpp"

namespace asyncmark {

struct CompareSettings;

/// What people see on standard error while builds or commands are compared: on a terminal a block
/// that is drawn in place, with what the pairs say so far and how long the rest may take; or a line
/// for each case that is done.
class CompareProgress {
 public:
  CompareProgress(std::size_t cases, const CompareSettings& settings);

  void begin(const std::string& name);
  void show(const std::vector<Pair>& pairs);
  void end();

 private:
  std::string place() const;
  Duration left() const;

  std::size_t cases_;
  Duration budget_;
  bool plain_;
  ScreenBlock block_;
  Clock::time_point all_begun_ = Clock::now();
  std::size_t done_ = 0;
  std::string name_;
  std::vector<std::string> figures_;  ///< Of the pairs so far.
  Duration spent_{};                  ///< On the cases that are done.
  Clock::time_point begun_{};
};

}  // namespace asyncmark
