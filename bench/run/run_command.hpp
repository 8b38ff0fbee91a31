#pragma once

#include <functional>
#include <string>
#include <vector>

#include "bench/plan/plan.hpp"
#include "bench/results/failure_budget.hpp"
#include "bench/results/result_set.hpp"
#include "bench/results/slo.hpp"
#include "bench/run/driver.hpp"
#include "bench/run/gates.hpp"

namespace asyncmark {

/// Everything that `run` and `reproduce` share beside their cases.
struct RunSettings {
  DriverSettings driver;
  FailureBudget max_failed;
  Gates gates;                       ///< What makes the exit code 3.
  bool calibrate = true;             ///< Else the context says that it was skipped.
  std::optional<Slo> slo;            ///< Goes into the context, for the reports.
  std::string out;                   ///< Where the JSON goes; empty: nowhere.
  std::string junit;                 ///< Where JUnit's XML goes; empty: nowhere.
  std::vector<std::string> command;  ///< As the user typed it, for the context.
  /// Writes down what standard output shows.
  std::function<std::string(const ResultSet&)> print;
  /// See ReproductionEntry; empty: no other program runs.
  std::function<Json(const std::vector<Result>&)> ask_others = {};
};

/// Runs the cases of the requests, keeps and prints the results, and gives the exit code: 0, 3 when
/// a gate found something, 4 when a case died or failed too often, 130 when
/// interrupted. Throws UsageError before anything runs.
int run_and_print(const std::vector<Request>& requests, RunSettings settings);

}  // namespace asyncmark
