#include "bench/base/utf8.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "bench/base/errors.hpp"
#include "bench/base/visible.hpp"

namespace asyncmark {
namespace {

/// A character of so many bytes has its first byte from here on, and is no less than `least`.
struct Form {
  unsigned char begin;
  std::size_t bytes;
  char32_t least;
};
constexpr Form kForms[] = {{0xf0, 4, 0x10000}, {0xe0, 3, 0x800}, {0xc0, 2, 0x80}};

bool continues(char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; }

}  // namespace

std::optional<Character> first_character(std::string_view text) {
  if (text.empty()) return std::nullopt;
  const auto first = static_cast<unsigned char>(text[0]);
  if (first < 0x80) return Character{first, 1};
  if (first >= 0xf8) return std::nullopt;
  for (const auto& [begin, bytes, least] : kForms) {
    if (first < begin) continue;
    if (text.size() < bytes || !std::ranges::all_of(text.substr(1, bytes - 1), continues))
      return std::nullopt;
    char32_t code = first - begin;
    for (const char c : text.substr(1, bytes - 1))
      code = code << 6 | (static_cast<unsigned char>(c) & 0x3f);
    const bool surrogate = 0xd800 <= code && code < 0xe000;
    if (code < least || code > 0x10ffff || surrogate) return std::nullopt;
    return Character{code, bytes};
  }
  return std::nullopt;
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const auto first = first_character(text);
    if (!first) return false;
    text.remove_prefix(first->bytes);
  }
  return true;
}

void refuse_other_than_utf8(std::string_view text, std::string_view what) {
  if (!is_utf8(text))
    throw UsageError(
        fmt::format("{}: '{}' is not UTF-8, as cases and results must be", what, visible(text)));
}

}  // namespace asyncmark
