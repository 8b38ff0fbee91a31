#pragma once

#include <string>
#include <string_view>

namespace asyncmark {

/// What a file that begins so is, where it is not text in UTF-8, and what to do about it: "is
/// UTF-16, ...". Empty where it may be UTF-8. Three bytes are enough.
std::string not_utf8(std::string_view head);

}  // namespace asyncmark
