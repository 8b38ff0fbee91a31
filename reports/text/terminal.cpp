#include "reports/text/terminal.hpp"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "bench/base/screen.hpp"
#include "bench/base/visible.hpp"

namespace asyncmark {
namespace {

constexpr std::size_t kUsualWidth = 80;
constexpr std::size_t kLeastWidth = 40;  // What is said to be narrower is folded into confetti.
constexpr std::size_t kReadable = 100;

bool is_set(const char* variable) {
  const char* value = std::getenv(variable);
  return value && *value;
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
  return styled(text, "1", terminal.colour);
}
std::string red(const std::string& text, const Terminal& terminal) {
  return styled(text, "31", terminal.colour);
}
std::string title(const std::string& text, const Terminal& terminal) {
  return bold(fmt::format("== {} ==", visible(text)), terminal);
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

}  // namespace asyncmark
