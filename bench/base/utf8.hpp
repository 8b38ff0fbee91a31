#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace asyncmark {

/// A character of a text in UTF-8, and how many bytes it has.
struct Character {
  char32_t code;
  std::size_t bytes;
};

/// The first one; nothing where the text is empty or does not begin with one.
std::optional<Character> first_character(std::string_view text);

bool is_utf8(std::string_view text);

/// Throws UsageError, naming `what`, where it is not UTF-8, which documents cannot hold.
void refuse_other_than_utf8(std::string_view text, std::string_view what);

}  // namespace asyncmark
