#pragma once

#include <string>
#include <vector>

#include "bench/cli/grammar.hpp"
#include "bench/probe/crossover_command.hpp"

namespace asyncmark {

/// Returns what the parsed words of `crossover` ask for. Throws UsageError for what makes no sense.
CrossoverRequest crossover_request(const Grammar& grammar, const std::vector<std::string>& command);

}  // namespace asyncmark
