#pragma once

#include <cstddef>
#include <string>

namespace asyncmark {

/// Where text for people goes.
struct Terminal {
  std::size_t width = 0;  ///< Columns of characters; 0: no limit.
  bool colour = false;
  bool unicode = false;  ///< Whether more than ASCII may be drawn.

  /// For sentences, which are easier to read in shorter lines than a table.
  std::size_t text_width() const;
  /// What stands for something that was taken out.
  std::string mark() const { return unicode ? "\u2026" : "..."; }

  /// Of standard output: as wide as the terminal, and 80 columns elsewhere; colour on a terminal
  /// unless NO_COLOR is set; more than ASCII where the locale is UTF-8.
  static Terminal of_standard_output();
};

/// Text between the codes that make it bold, or red, where the terminal has colours.
std::string bold(const std::string& text, const Terminal& terminal);
std::string red(const std::string& text, const Terminal& terminal);

/// A heading above several tables.
std::string title(const std::string& text, const Terminal& terminal);

/// A bar as long as its share (0 to 1) of so many columns, of which a share above 0 shows at least
/// a sliver.
std::string bar(double share, std::size_t columns, const Terminal& terminal);

}  // namespace asyncmark
