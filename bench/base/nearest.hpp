#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace asyncmark {

/// Returns the name that was probably meant by a mistyped one: at most a third of its letters
/// differ. Absent where there is none.
std::optional<std::string> nearest(std::string_view typed, const std::vector<std::string>& names);

/// Returns "; did you mean 'NAME'?", or nothing.
std::string suggestion(std::string_view typed, const std::vector<std::string>& names);

}  // namespace asyncmark
