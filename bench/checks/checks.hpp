#pragma once

#include <string>
#include <vector>

#include "bench/results/finding.hpp"
#include "bench/results/result.hpp"

namespace asyncmark {

/// What the rules find in these results, in the order of the rules. Cases without a finished
/// repetition are passed over.
std::vector<Finding> check(const Context& context, const std::vector<Result>& results);

}  // namespace asyncmark
