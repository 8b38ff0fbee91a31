#pragma once

#include <functional>
#include <string>
#include <vector>

#include "bench/base/screen.hpp"
#include "bench/plan/plan.hpp"
#include "bench/probe/crossover.hpp"

namespace asyncmark {

/// What `crossover` is asked for.
struct CrossoverRequest {
  std::string workload;
  Request base;  ///< With both runners, in their order, and all options but the one that varies.
  CrossoverMetric metric = CrossoverMetric::time;
  ValueRange range = {};
  Duration budget{};
  ProgressMode progress = ProgressMode::automatic;
  std::string out = {};                   ///< Where the JSON goes; empty: nowhere.
  std::vector<std::string> command = {};  ///< As the user typed it.
  std::function<std::string(const Crossover&)> print = {};  ///< Writes what standard output shows.
};

/// Finds the value of an option from which on the other of two runners does better, prints and
/// keeps what was measured, and gives the exit code: 0, 4 if a run failed or the metric is not
/// known of one, 130 if interrupted. Throws UsageError before anything runs.
int crossover(const CrossoverRequest& request);

}  // namespace asyncmark
