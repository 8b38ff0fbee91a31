#pragma once

#include <string>
#include <string_view>

namespace asyncmark {

/// For people, on one line: control characters, which could move a terminal's cursor or colour what
/// follows, as `\x1b`; and cut where it is longer than anybody reads.
std::string visible(std::string_view text);

}  // namespace asyncmark
