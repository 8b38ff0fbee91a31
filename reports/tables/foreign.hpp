#pragma once

#include "bench/results/result_set.hpp"
#include "reports/tables/rows.hpp"

namespace asyncmark {

/// The cases that are no Results, as far as they go, and what is missing of them; absent where
/// there are none.
std::optional<Table> foreign_table(const ResultSet& set);

/// Of an iteration, which may take less than a nanosecond.
std::string foreign_time_text(double ns);

}  // namespace asyncmark
