#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace asyncmark {

/// One letter of UTF-8, and how many columns of a terminal it takes.
struct Letter {
  std::string_view bytes;
  std::size_t columns;
};

/// Returns the letters of a text. A byte that belongs to no letter counts as one.
std::vector<Letter> letters_of(std::string_view text);

/// Returns how many columns of a terminal UTF-8 text takes.
std::size_t columns_of(const std::string& text);

/// Breaks text into lines of at most `width` columns at its spaces, but not between a number and
/// its unit; a longer word keeps a line of its own. All lines are indented as the first, and those
/// that follow it by `hanging` more.
std::string wrap(const std::string& text, std::size_t width, std::size_t hanging = 0);

}  // namespace asyncmark
