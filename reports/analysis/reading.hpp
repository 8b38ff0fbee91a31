#pragma once

#include <string>
#include <vector>

#include "bench/results/finding.hpp"
#include "reports/analysis/cases.hpp"

namespace asyncmark {

/// Returns what a table shows, in a few sentences: which runner is fastest at the largest load, by
/// how much, and what limits the others; of open loops, up to which rate each kept up. Empty where
/// nothing finished.
std::vector<std::string> reading(const Context& context, const Cases& cases,
                                 const std::vector<Finding>& findings);

}  // namespace asyncmark
