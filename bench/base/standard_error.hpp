#pragma once

#include <fmt/format.h>

#include <cstdio>
#include <string>
#include <utility>

namespace asyncmark {

/// Where standard error cannot be written, as on a full disk, the text is lost: no error.
template <class... Arguments>
void to_standard_error(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
  const auto text = fmt::format(format, std::forward<Arguments>(arguments)...);
  std::fwrite(text.data(), 1, text.size(), stderr);
}

}  // namespace asyncmark
