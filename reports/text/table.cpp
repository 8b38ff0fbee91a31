#include "reports/text/table.hpp"

#include <algorithm>
#include <utility>

namespace asyncmark {

Table with_group_column(Table table) {
  if (std::ranges::all_of(table.rows, [](const Row& row) { return row.group.empty(); }))
    return table;
  table.columns.insert(table.columns.begin(), {"", "load", false});
  ++table.lead;
  for (auto& column : table.spare) ++column;
  for (auto& row : table.rows)
    row.cells.insert(row.cells.begin(), std::exchange(row.group, std::string()));
  return table;
}

}  // namespace asyncmark
