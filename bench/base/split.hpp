#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace asyncmark {

/// Returns the parts between the separators: one more than there are separators, and some may be
/// empty.
std::vector<std::string> split(std::string_view text, char separator);

/// Returns the lines without their ends. An end of line at the very end begins no further line.
std::vector<std::string> lines_in(std::string_view text);

/// Returns the words between blanks and ends of lines; none is empty.
std::vector<std::string> words_in(std::string_view text);

}  // namespace asyncmark
