#pragma once

#include <string>
#include <vector>

#include "bench/cli/grammar.hpp"
#include "bench/probe/probe_command.hpp"

namespace asyncmark {

/// Returns what the parsed words of `probe` ask for. Throws UsageError for what makes no sense.
ProbeRequest probe_request(const Grammar& grammar, const std::vector<std::string>& command);

}  // namespace asyncmark
