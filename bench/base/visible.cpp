#include "bench/base/visible.hpp"

#include <fmt/format.h>

namespace asyncmark {

std::string visible(std::string_view text) {
  constexpr std::size_t kMost = 1000;
  std::string all;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool begins_letter = (byte & 0xc0) != 0x80;  // Of several bytes, in UTF-8.
    if (all.size() >= kMost && begins_letter) return all + "...";
    if (c == '\n')
      all += "\\n";
    else if (byte < 0x20 || byte == 0x7f)
      all += fmt::format("\\x{:02x}", byte);
    else
      all += c;
  }
  return all;
}

std::string_view beginning_of(std::string_view text, std::size_t most) {
  if (text.size() <= most) return text;
  while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xc0) == 0x80) --most;
  return text.substr(0, most);
}

}  // namespace asyncmark
