#include "bench/base/screen.hpp"

#include <fmt/format.h>
#include <langinfo.h>
#include <locale.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <memory>
#include <string_view>
#include <type_traits>

#include "bench/base/standard_error.hpp"
#include "bench/base/wrap.hpp"

namespace asyncmark {
namespace {

bool moves_its_cursor() {
  const char* type = std::getenv("TERM");
  return isatty(STDERR_FILENO) == 1 && !(type && std::string_view(type) == "dumb");
}

/// Returns the first letters that fit.
std::string beginning(const std::vector<Letter>& letters, std::size_t columns) {
  std::string text;
  for (const auto& letter : letters) {
    if (letter.columns > columns) break;
    columns -= letter.columns;
    text += letter.bytes;
  }
  return text;
}

/// Returns the last letters that fit.
std::string ending(const std::vector<Letter>& letters, std::size_t columns) {
  std::string text;
  for (auto letter = letters.rbegin(); letter != letters.rend(); ++letter) {
    if (letter->columns > columns) break;
    columns -= letter->columns;
    text.insert(0, letter->bytes);
  }
  return text;
}

}  // namespace

bool locale_is_utf8() {
  const std::unique_ptr<std::remove_pointer_t<locale_t>, decltype(&freelocale)> own(
      newlocale(LC_CTYPE_MASK, "", nullptr), freelocale);
  return own && std::string_view(nl_langinfo_l(CODESET, own.get())) == "UTF-8";
}

std::string styled(const std::string& text, const char* code, bool colour) {
  return colour ? fmt::format("\033[{}m{}\033[0m", code, text) : text;
}

ScreenBlock::ScreenBlock(bool wanted) : on_(wanted && moves_its_cursor()) {}

Screen ScreenBlock::screen() const {
  Screen screen;
  const char* no_colour = std::getenv("NO_COLOR");
  screen.colour = !(no_colour && *no_colour);
  screen.unicode = locale_is_utf8();
  winsize size{};
  if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0) return screen;
  if (size.ws_col > 0) screen.columns = size.ws_col;
  if (size.ws_row > 0) screen.rows = size.ws_row;
  return screen;
}

void ScreenBlock::draw(const std::vector<std::string>& lines) {
  if (!on_) return;
  to_standard_error("{}", drawing(lines, screen().rows));
  drawn_ = true;
}

void ScreenBlock::say(const std::string& text) {
  const auto size = screen();
  draw({without_middle(text, size.columns - 1, size.unicode)});
}

void ScreenBlock::clear() {
  if (drawn_) to_standard_error("\r\033[J");
  drawn_ = false;
}

std::string drawing(const std::vector<std::string>& lines, std::size_t rows) {
  const auto shown = std::min(lines.size(), std::max<std::size_t>(rows, 2) - 1);
  std::string text = "\r";
  for (std::size_t i = 0; i < shown; ++i)
    text += fmt::format("{}{}\033[K", i == 0 ? "" : "\r\n", lines[i]);
  text += "\033[J\r";
  if (shown > 1) text += fmt::format("\033[{}A", shown - 1);
  return text;
}

std::string without_middle(const std::string& text, std::size_t columns, bool unicode) {
  const auto letters = letters_of(text);
  std::size_t all = 0;
  for (const auto& letter : letters) all += letter.columns;
  if (all <= columns) return text;
  const std::string mark = unicode ? "\u2026" : "...";
  const auto marked = columns_of(mark);
  if (columns <= marked) return beginning(letters, columns);
  const auto room = columns - marked;
  // What tells names apart, such as the load, is mostly at the beginning.
  const auto behind = room / 3;
  return beginning(letters, room - behind) + mark + ending(letters, behind);
}

std::string progress_bar(double share, std::size_t columns, bool unicode) {
  const auto full = static_cast<std::size_t>(
      std::lround(std::clamp(share, 0.0, 1.0) * static_cast<double>(columns)));
  std::string bar;
  for (std::size_t i = 0; i < columns; ++i)
    bar += i < full ? (unicode ? "\u2588" : "#") : (unicode ? "\u2591" : "-");
  return bar;
}

std::string curve(const std::vector<double>& values, std::size_t columns, bool unicode) {
  static constexpr const char* kBlocks[] = {"\u2581", "\u2582", "\u2583", "\u2584",
                                            "\u2585", "\u2586", "\u2587", "\u2588"};
  static constexpr const char* kAscii[] = {"_", ".", ":", "-", "=", "+", "*", "#"};
  const auto count = std::min(values.size(), columns);
  const auto first = values.end() - static_cast<std::ptrdiff_t>(count);
  const auto greatest = count == 0 ? 0 : *std::max_element(first, values.end());
  std::string text;
  for (auto value = first; value != values.end(); ++value) {
    const auto level = greatest > 0 ? std::lround(std::clamp(*value / greatest, 0.0, 1.0) * 7) : 0;
    text += unicode ? kBlocks[level] : kAscii[level];
  }
  return text;
}

}  // namespace asyncmark
