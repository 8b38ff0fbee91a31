#pragma once

#include "bench/results/result_set.hpp"
#include "reports/tables/rows.hpp"

namespace asyncmark::page {

/// A row a case, with all digits and the names of the result's own keys: what was counted is the
/// sum of the repetitions, a percentile that of all operations, and the rest the median.
Table all_cases(const ResultSets& sets);

}  // namespace asyncmark::page
