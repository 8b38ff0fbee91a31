#pragma once

#include <string>

#include "bench/compare/comparison.hpp"

namespace asyncmark {

/// From which change on two kept results are said to differ: between two jobs on shared machines
/// the same build has been seen a quarter apart (docs/compare.md).
inline constexpr double kStoredEffect = 0.25;

/// Two files of results, of the cases that both have: changed where the intervals over the
/// repetitions lie apart and their medians by kStoredEffect or more; the same where no pair of
/// values that the intervals allow is as far apart. Throws UsageError for what is no result, and
/// where they share no case.
Comparison compare_stored(const std::string& baseline, const std::string& contender);

}  // namespace asyncmark
