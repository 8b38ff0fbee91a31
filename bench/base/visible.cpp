#include "bench/base/visible.hpp"

#include <fmt/format.h>

#include "bench/base/utf8.hpp"

namespace asyncmark {
namespace {

/// Whether it is shown as nothing, or changes how others are shown: controls (C0, C1), marks of
/// direction, separators of lines, spaces without width, tags.
bool is_hidden(char32_t code) {
  constexpr struct {
    char32_t first, last;
  } kHidden[] = {{0x00, 0x1f},     {0x7f, 0x9f},     {0xad, 0xad},      {0x61c, 0x61c},
                 {0x180e, 0x180e}, {0x200b, 0x200f}, {0x2028, 0x202e},  {0x2060, 0x206f},
                 {0xfeff, 0xfeff}, {0xfff9, 0xfffb}, {0xe0000, 0xe007f}};
  for (const auto& [first, last] : kHidden)
    if (first <= code && code <= last) return true;
  return false;
}

}  // namespace

std::string visible(std::string_view text, std::size_t most) {
  std::string all;
  while (!text.empty()) {
    if (all.size() >= most) return all + "...";
    const auto first = first_character(text);
    const auto bytes = first ? first->bytes : 1;
    if (!first)
      all += fmt::format("\\x{:02x}", static_cast<unsigned char>(text[0]));
    else if (first->code == '\n')
      all += "\\n";
    else if (!is_hidden(first->code))
      all += text.substr(0, bytes);
    else if (first->code < 0x80)
      all += fmt::format("\\x{:02x}", static_cast<unsigned>(first->code));
    else
      all += fmt::format("\\u{:04x}", static_cast<unsigned>(first->code));
    text.remove_prefix(bytes);
  }
  return all;
}

std::string visible_lines(std::string_view text) {
  constexpr auto kAll = std::string_view::npos;
  std::string all;
  for (;;) {
    const auto end = text.find('\n');
    all += visible(text.substr(0, end), kAll);
    if (end == text.npos) return all;
    all += '\n';
    text.remove_prefix(end + 1);
  }
}

std::string visible_json(const std::string& document) {
  std::string all;
  all.reserve(document.size());
  for (std::size_t i = 0; i < document.size();) {
    const auto first = static_cast<unsigned char>(document[i]) < 0x7f
                           ? std::nullopt
                           : first_character(std::string_view(document).substr(i));
    const auto bytes = first ? first->bytes : 1;
    if (!first || !is_hidden(first->code))
      all.append(document, i, bytes);
    else if (first->code < 0x10000)
      all += fmt::format("\\u{:04x}", static_cast<unsigned>(first->code));
    else  // As two halves of UTF-16.
      all += fmt::format("\\u{:04x}\\u{:04x}", 0xd7c0 + static_cast<unsigned>(first->code >> 10),
                         0xdc00 + static_cast<unsigned>(first->code & 0x3ff));
    i += bytes;
  }
  return all;
}

std::string_view beginning_of(std::string_view text, std::size_t most) {
  if (text.size() <= most) return text;
  while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xc0) == 0x80) --most;
  return text.substr(0, most);
}

}  // namespace asyncmark
