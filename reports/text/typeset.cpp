#include "reports/text/typeset.hpp"

#include <cctype>

namespace asyncmark {
namespace {

bool is_digit(char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; }
bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

/// Whether the digits before `at` begin a word, as those of `3x` do and those of `v3x` do not.
bool ends_number(const std::string& text, std::size_t at) {
  auto begin = at;
  while (begin > 0 && (is_digit(text[begin - 1]) || text[begin - 1] == '.')) --begin;
  return begin < at && (begin == 0 || !is_word(text[begin - 1]));
}

}  // namespace

std::string typeset(const std::string& text) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool ends = i + 1 == text.size() || !is_word(text[i + 1]);
    const bool is_micro = text.compare(i, 3, " us") == 0 && ends_number(text, i) &&
                          (i + 3 == text.size() || !is_word(text[i + 3]));
    if (is_micro) {
      result += " \u00b5s";
      i += 2;
    } else if (text[i] == 'x' && ends && ends_number(text, i)) {
      result += "\u00d7";
    } else if (text.compare(i, 2, "<=") == 0) {
      result += "\u2264";
      ++i;
    } else {
      result += text[i];
    }
  }
  return result;
}

}  // namespace asyncmark
