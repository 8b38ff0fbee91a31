#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace asyncmark {

/// Longer than anybody reads.
inline constexpr std::size_t kMostVisible = 1000;

/// For people, on one line: what could move a terminal's cursor, colour or turn around what
/// follows, or is no character, as `\x1b` or `\u202e`; and cut where it is longer than `most`.
std::string visible(std::string_view text, std::size_t most = kMostVisible);

/// The same, but whole and with its lines as they are.
std::string visible_lines(std::string_view text);

/// A JSON document whose texts show what is hidden in them, as `\u202e`: the same to its readers.
std::string visible_json(const std::string& document);

/// Of a text in UTF-8 its beginning of at most so many bytes, without half a character at its end.
std::string_view beginning_of(std::string_view text, std::size_t most);

}  // namespace asyncmark
