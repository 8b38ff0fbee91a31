#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "bench/base/screen.hpp"
#include "bench/child/live.hpp"
#include "bench/model/load.hpp"

namespace asyncmark {

/// What the block says of the case that runs.
struct CaseProgress {
  std::string name;
  std::string place;  ///< As "case 3 of 7, run 2 of 3".
  Duration elapsed{};
  Duration left{};         ///< Of all that is still to do; zero where it is not known.
  double least_share = 0;  ///< Of the time, as drawn before: a bar does not go back.
  std::chrono::system_clock::time_point now{};
  std::vector<std::string> figures = {};  ///< The most important ones first.
  bool alarming = false;                  ///< Whether the figures tell of failures.
  std::vector<double> rates = {};         ///< For the curve; the last is the latest.
};

/// Returns which share of the time is over, as far as the time left is known.
double share_of(const CaseProgress& progress);

/// Returns the block's lines, each with fewer columns than the screen.
std::vector<std::string> progress_lines(const CaseProgress& progress, const Screen& screen);

/// Returns the live figures of a run, the most important ones first: operations per second, what it
/// drains or does else, p50, failures, in flight. Empty for a program that shows none.
std::vector<std::string> live_figures(const Live& live, const Load& load,
                                      std::optional<double> ops_per_s);

/// Returns a time for people, in whole seconds: "42 s", "4 min 30 s", "2 h 5 min".
std::string whole_seconds(Duration duration);

/// Returns when something ends that takes so long from now on: "14:32:10", or with its day where
/// that is another one.
std::string end_text(std::chrono::system_clock::time_point now, Duration left);

}  // namespace asyncmark
