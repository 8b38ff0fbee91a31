#pragma once

#include <string>

#include "reports/rows.hpp"

namespace asyncmark {

/// Where text for people goes.
struct Terminal {
  std::size_t width = 0;  ///< Columns of characters; 0: no limit.
  bool colour = false;

  /// For sentences, which are easier to read in shorter lines than a table.
  std::size_t text_width() const;

  /// Of standard output: colour on a terminal unless NO_COLOR is set, no limit elsewhere.
  static Terminal of_standard_output();
};

/// The table as lines of text: title, two-line heading, rows, notes. Columns that can be spared are
/// left out where the terminal is too narrow, and named.
std::string draw(Table table, const Terminal& terminal);

/// A heading above several tables.
std::string title(const std::string& text, const Terminal& terminal);

/// Breaks text into lines of at most `width` at its spaces, but for those between a number and its
/// unit; a longer word keeps a line of its own. All lines are indented as the first.
std::string wrap(const std::string& text, std::size_t width);

}  // namespace asyncmark
