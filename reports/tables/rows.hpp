#pragma once

#include <optional>
#include <vector>

#include "bench/results/finding.hpp"
#include "bench/results/format_entry.hpp"
#include "reports/analysis/cases.hpp"
#include "reports/text/table.hpp"

namespace asyncmark {

/// The beginning of a table, a row a case: a title of what all cases share, and the columns of the
/// runner and of what differs. Rows `in_groups` have different amounts of work as their group.
Table leading_columns(const Cases& cases, bool partial, bool in_groups = false);

/// Its throughput beside the best under the same load, absent where nothing else was; of an open
/// loop the share of what was offered that it carried out in its time.
std::optional<double> bar_of(const Result& one, const Cases& cases);

/// Whether no two rows of a group have the same leading cells, as cases have that differ in nothing
/// but their cap.
bool tells_rows_apart(const Table& table);

/// Sorts those that died to the end, then by what was achieved: an open loop that kept up by its
/// response time, all others by throughput. Cases of one runner keep the order of their limits on
/// operations in flight, which shows what more of them bring.
void sort_best_first(Cases& cases);

/// Throws UsageError for the names of columns that do not exist.
void check_columns(const View& view);

/// Returns a row a case, grouped by the amount of work, the best first. The title holds what all
/// cases share. The numbers of the findings (CheckText::sign) stand beside the runners' names.
Table make_table(const Cases& cases, bool partial, const std::vector<Finding>& findings,
                 const View& view);

}  // namespace asyncmark
