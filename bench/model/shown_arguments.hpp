#pragma once

#include <string>
#include <vector>

namespace asyncmark {

/// Returns the arguments of asyncmark without the secrets that options of workloads, and commands,
/// may hold.
std::vector<std::string> shown_arguments(std::vector<std::string> command);

}  // namespace asyncmark
