#pragma once

#include <optional>
#include <vector>

#include "bench/results/finding.hpp"
#include "reports/analysis/cases.hpp"
#include "reports/text/table.hpp"

namespace asyncmark {

/// The beginning of a table, a row a case: a title of what all cases share, and the columns of the
/// runner and of what differs.
Table leading_columns(const Cases& cases, bool partial);

/// Its throughput beside the best under the same load, absent where nothing else was; of an open
/// loop the share of what was offered that it carried out in its time.
std::optional<double> bar_of(const Result& one, const Cases& cases);

/// Whether no two rows have the same leading cells, as cases have that differ in nothing but their
/// cap.
bool tells_rows_apart(const Table& table);

/// A row a case. The title holds what all cases share, the leading columns what differs, the rest
/// what was measured, and what limited it. The findings of check() mark the rows of cases that are
/// not what they seem, and their signs (CheckText::sign) stand in the rows. Bars compare cases
/// under the same load.
Table make_table(const Cases& cases, bool partial, const std::vector<Finding>& findings);

}  // namespace asyncmark
