#pragma once

#include <optional>
#include <string>
#include <vector>

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
  std::string group = {};          ///< What the row shares with those beside it: `100 operations`.
};

/// What a table shows, whatever it is drawn with.
struct Table {
  std::string title;
  std::vector<Column> columns;
  std::vector<Row> rows;
  std::vector<std::string> notes = {};  ///< What the signs in the table mean, a line each.
  std::size_t lead = 1;                 ///< How many columns tell what a row is about.
  Column bars = {};                     ///< The heading of the rows' bars, where there are some.
  /// Of columns that may be left out where there is no room, the first to go first; empty: what
  /// does not fit is folded.
  std::vector<std::size_t> spare = {};
};

/// Returns the table with the groups of its rows as its first column, `load`, if it has groups.
Table with_group_column(Table table);

}  // namespace asyncmark
