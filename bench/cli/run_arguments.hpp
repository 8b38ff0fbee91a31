#pragma once

#include <string>
#include <vector>

#include "bench/cli/grammar.hpp"
#include "bench/plan/plan.hpp"
#include "bench/run/run_command.hpp"

namespace asyncmark {

/// Reads a command line into `grammar.arguments`. Throws CLI::Success where help or the version is
/// asked for, and UsageError.
void parse(Grammar& grammar, const std::vector<std::string>& command);

/// Returns the cases that `run` was given: a workload with its options, or a plan file. Throws
/// UsageError.
std::vector<Request> requested(const Grammar& grammar);

/// Returns what `run` and `reproduce` were given beside their cases. Throws UsageError.
RunSettings settings_of(const Grammar& grammar, const std::vector<std::string>& command);

}  // namespace asyncmark
