#include "reports/text/terminal.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <langinfo.h>
#include <locale.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cwchar>
#include <memory>
#include <string_view>
#include <type_traits>
#include <vector>

#include "bench/base/split.hpp"
#include "bench/base/visible.hpp"

namespace asyncmark {
namespace {

constexpr std::size_t kUsualWidth = 80;
constexpr std::size_t kLeastWidth = 40;  // What is said to be narrower is folded into confetti.
constexpr std::size_t kReadable = 100;

using Locale = std::unique_ptr<std::remove_pointer_t<locale_t>, decltype(&freelocale)>;

Locale locale_called(const char* name) {
  return {newlocale(LC_CTYPE_MASK, name, nullptr), freelocale};
}

bool locale_is_utf8() {
  const auto own = locale_called("");
  return own && std::string_view(nl_langinfo_l(CODESET, own.get())) == "UTF-8";
}

bool is_set(const char* variable) {
  const char* value = std::getenv(variable);
  return value && *value;
}

/// One letter of UTF-8, and how many columns it takes.
struct Letter {
  std::string_view bytes;
  std::size_t columns;
};

/// A byte that belongs to no letter is taken for one of its own.
std::vector<Letter> letters_of(std::string_view text) {
  static const auto utf8 = locale_called("C.UTF-8");
  const auto before = utf8 ? uselocale(utf8.get()) : nullptr;
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

std::string styled(const std::string& text, const char* code, const Terminal& terminal) {
  return terminal.colour ? fmt::format("\033[{}m{}\033[0m", code, text) : text;
}

/// As many letters as fit into so many columns.
template <class Letters>
std::vector<std::string_view> fitting(const Letters& letters, std::size_t columns) {
  std::vector<std::string_view> taken;
  for (const auto& [bytes, wide] : letters) {
    if (wide > columns) break;
    columns -= wide;
    taken.push_back(bytes);
  }
  return taken;
}

}  // namespace

Terminal Terminal::of_standard_output() {
  Terminal terminal{.width = kUsualWidth, .unicode = locale_is_utf8()};
  if (!isatty(STDOUT_FILENO)) return terminal;
  terminal.colour = !is_set("NO_COLOR");
  winsize size{};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
    terminal.width = std::max<std::size_t>(size.ws_col, kLeastWidth);
  return terminal;
}

std::size_t Terminal::text_width() const {
  return width == 0 ? kReadable : std::min(width, kReadable);
}

std::string bold(const std::string& text, const Terminal& terminal) {
  return styled(text, "1", terminal);
}
std::string red(const std::string& text, const Terminal& terminal) {
  return styled(text, "31", terminal);
}
std::string title(const std::string& text, const Terminal& terminal) {
  return bold(fmt::format("== {} ==", visible(text)), terminal);
}

std::size_t columns_of(const std::string& text) {
  std::size_t columns = 0;
  for (const auto& letter : letters_of(text)) columns += letter.columns;
  return columns;
}

std::string shortened(const std::string& text, std::size_t columns, const Terminal& terminal) {
  if (columns_of(text) <= columns) return text;
  const auto mark = terminal.mark();
  const auto room = columns - std::min(columns, columns_of(mark));
  auto letters = letters_of(text);
  const auto head = fitting(letters, (room + 1) / 2);
  std::ranges::reverse(letters);
  auto tail = fitting(letters, room / 2);
  std::ranges::reverse(tail);
  return fmt::format("{}{}{}", fmt::join(head, ""), mark, fmt::join(tail, ""));
}

std::string bar(double share, std::size_t columns, const Terminal& terminal) {
  if (!(share > 0)) return "";
  const auto length = std::min(share, 1.0) * static_cast<double>(columns);
  if (!terminal.unicode) {
    const auto whole = static_cast<std::size_t>(std::lround(length));
    return whole == 0 ? "|" : std::string(whole, '#');
  }
  const auto eighths = std::max(1L, std::lround(length * 8));
  static constexpr const char* kParts[] = {"",       "\u258f", "\u258e", "\u258d",
                                           "\u258c", "\u258b", "\u258a", "\u2589"};
  std::string text;
  for (auto i = eighths / 8; i > 0; --i) text += "\u2588";
  return text + kParts[eighths % 8];
}

std::string wrap(const std::string& text, std::size_t width) {
  std::vector<std::string> pieces;
  for (auto word : words_in(text)) {
    word = visible(word);
    if (!pieces.empty() && '0' <= pieces.back().back() && pieces.back().back() <= '9')
      pieces.back() += ' ' + word;
    else
      pieces.push_back(word);
  }
  const auto indent = text.substr(0, text.find_first_not_of(' '));
  std::string lines, current = indent;
  for (const auto& piece : pieces) {
    const bool first = current.size() == indent.size();
    if (!first && columns_of(current) + 1 + columns_of(piece) > width) {
      lines += current + '\n';
      current = indent + piece;
    } else {
      current += (first ? "" : " ") + piece;
    }
  }
  return lines + current + '\n';
}

}  // namespace asyncmark
