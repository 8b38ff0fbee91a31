#pragma once

#include <map>
#include <string>
#include <vector>

#include "bench/compare/compare_builds.hpp"

namespace asyncmark {

/// What `compare` is asked for beside what it runs.
struct CompareRequest {
  CompareSettings settings;
  bool commands = false;          ///< The two are commands, and no builds.
  bool urls = false;              ///< The two are URLs of running services.
  bool gate_stored = false;       ///< A slower kept result is an error too.
  bool strict = false;            ///< An undecided case is an error too.
  std::vector<Request> requests;  ///< What stands behind `--`; of two services one.
  std::map<std::string, std::string>
      outputs;                       ///< By the names of ComparisonEntry: where each goes.
  std::vector<std::string> command;  ///< As the user typed it, for the context.
};

/// Compares, prints and keeps what came of it, and gives the exit code: 0 (also where it is not
/// sure), 1 a case is slower, 3 one is inconclusive with `strict`, 4 a case failed, 5 the
/// comparison is invalid, 130 interrupted. Under GitHub's actions it adds to the job's summary and
/// marks what is slower. Throws UsageError before anything runs.
int compare(CompareRequest request);

}  // namespace asyncmark
