#pragma once

#include <optional>
#include <string>
#include <vector>

#include "bench/checks.hpp"
#include "reports/cases.hpp"

namespace asyncmark {

/// A column of a table for people.
struct Column {
  std::string over;   ///< The upper line of the heading; may be empty.
  std::string under;  ///< The lower line.
  bool number = true;

  std::string heading() const { return over.empty() ? under : over + " " + under; }
};

struct Row {
  std::vector<std::string> cells;  ///< One a column; only the leading ones if nothing was measured.
  std::string remark;              ///< What went wrong; empty when nothing did.
  std::optional<double> bar = {};  ///< From 0 to 1, where there is something to be compared.
};

/// What a table shows, whatever it is drawn with.
struct Table {
  std::string title;
  std::vector<Column> columns;
  std::vector<Row> rows;
  std::vector<std::string> notes = {};  ///< What the signs in the table mean, a line each.
  std::size_t lead = 1;                 ///< How many columns tell what a row is about.
  Column bars = {};                     ///< The heading of the rows' bars, where there are some.
};

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
