#pragma once

#include <string>
#include <vector>

#include "bench/cli/grammar.hpp"
#include "bench/compare/compare_command.hpp"

namespace asyncmark {

/// Returns what the parsed words of `compare` ask for, and the words behind `--`, which are read as
/// `run` reads them. Throws UsageError for what makes no sense.
CompareRequest compare_request(const Grammar& grammar, const std::vector<std::string>& command,
                               const std::vector<std::string>& behind);

}  // namespace asyncmark
