#pragma once

#include <optional>
#include <vector>

#include "bench/checks/checks.hpp"
#include "reports/analysis/cases.hpp"
#include "reports/tables/rows.hpp"

namespace asyncmark {

/// Where the same cases were run at several loads: a row each, and a column for each load (numbers
/// of operations, durations or rates, ascending) with the figure that this kind of load is for.
/// Speed-up, limit and bar are those of the largest. Absent where there is nothing of this kind.
std::optional<Table> make_overview(const Cases& cases, bool partial,
                                   const std::vector<Finding>& findings);

}  // namespace asyncmark
