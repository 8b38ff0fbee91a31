#pragma once

#include <string>
#include <string_view>

namespace asyncmark {

/// For people, on one line: control characters, which could move a terminal's cursor or colour what
/// follows, as `\x1b`; and cut where it is longer than anybody reads.
std::string visible(std::string_view text);

/// Of a text in UTF-8 its beginning of at most so many bytes, without half a character at its end.
std::string_view beginning_of(std::string_view text, std::size_t most);

}  // namespace asyncmark
