#pragma once

#include "bench/results/result_set.hpp"
#include "reports/tables/rows.hpp"

namespace asyncmark {

/// The cases that two or more of the sets share, a row each: time, throughput or response time of
/// each set, and how many times as fast as the first. What tells the sets' machines and builds
/// apart is in the notes. Absent where no case is shared.
std::optional<Table> side_by_side(const ResultSets& sets);

}  // namespace asyncmark
