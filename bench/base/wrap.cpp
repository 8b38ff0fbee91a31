#include "bench/base/wrap.hpp"

#include <locale.h>

#include <algorithm>
#include <cwchar>

#include "bench/base/split.hpp"
#include "bench/base/visible.hpp"

namespace asyncmark {
namespace {

/// Whether no line ends between this word and the next: a number and its unit, a default's value.
bool stays_with_next(const std::string& word) {
  return ('0' <= word.back() && word.back() <= '9') || word.ends_with("(default:");
}

}  // namespace

std::vector<Letter> letters_of(std::string_view text) {
  static const auto utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
  const auto before = utf8 ? uselocale(utf8) : nullptr;
  std::vector<Letter> letters;
  std::mbstate_t state{};
  while (!text.empty()) {
    wchar_t letter = 0;
    auto bytes = std::mbrtowc(&letter, text.data(), text.size(), &state);
    const bool sound = 0 < bytes && bytes <= text.size();
    if (!sound) bytes = 1, state = {};
    const auto columns = sound ? std::max(0, wcwidth(letter)) : 1;
    letters.push_back({text.substr(0, bytes), static_cast<std::size_t>(columns)});
    text.remove_prefix(bytes);
  }
  if (before) uselocale(before);
  return letters;
}

std::size_t columns_of(const std::string& text) {
  std::size_t columns = 0;
  for (const auto& letter : letters_of(text)) columns += letter.columns;
  return columns;
}

std::string wrap(const std::string& text, std::size_t width, std::size_t hanging) {
  std::vector<std::string> pieces;
  for (const auto& word : words_in(text)) {
    if (!pieces.empty() && stays_with_next(pieces.back()))
      pieces.back() += ' ' + visible(word);
    else
      pieces.push_back(visible(word));
  }
  const auto indent = text.substr(0, text.find_first_not_of(' '));
  std::string lines, current = indent;
  for (const auto& piece : pieces) {
    const bool first = current.size() == indent.size();
    if (!first && columns_of(current) + 1 + columns_of(piece) > width) {
      lines += current + '\n';
      current = indent + std::string(hanging, ' ') + piece;
    } else {
      current += (first ? "" : " ") + piece;
    }
  }
  return lines + current + '\n';
}

}  // namespace asyncmark
