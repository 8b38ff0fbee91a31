#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace asyncmark {

/// How progress is shown on standard error: a block on a terminal and nothing elsewhere, a line for
/// each case, or not at all.
enum class ProgressMode { automatic, plain, none };

/// What a terminal has room for, and may be drawn with.
struct Screen {
  std::size_t columns = 80;
  std::size_t rows = 24;
  bool colour = false;
  bool unicode = false;
};

/// Some lines on the terminal behind standard error, which are drawn again in place. The cursor
/// stays at their beginning: a terminal that folds long lines anew when it is resized takes the
/// cursor along, so the next drawing covers all of the last one.
class ScreenBlock {
 public:
  /// Does nothing unless it is `wanted` and standard error is a terminal that can move its cursor.
  explicit ScreenBlock(bool wanted);
  ~ScreenBlock() { clear(); }
  ScreenBlock(const ScreenBlock&) = delete;
  ScreenBlock& operator=(const ScreenBlock&) = delete;

  bool is_on() const { return on_; }
  /// Returns the terminal's size of this moment.
  Screen screen() const;
  /// Draws lines in place of the last ones. Each must have fewer columns than the screen, so that
  /// the terminal folds none; those that do not fit below one another are left out.
  void draw(const std::vector<std::string>& lines);
  /// Draws one line, cut where it is too long.
  void say(const std::string& text);
  void clear();

 private:
  bool on_;
  bool drawn_ = false;
};

/// Whether the locale lets more than ASCII be drawn.
bool locale_is_utf8();

/// Returns the text between the codes of a style, "1" for bold or "31" for red, if `colour`.
std::string styled(const std::string& text, const char* code, bool colour);

/// Returns the text with at most so many columns: what is longer loses its middle, and "…" or "..."
/// stands there.
std::string without_middle(const std::string& text, std::size_t columns, bool unicode);

/// Returns a bar of so many columns that is full for this share of them (0 to 1).
std::string progress_bar(double share, std::size_t columns, bool unicode);

/// Returns a curve of the last values, a column each, as high as their share of the greatest.
std::string curve(const std::vector<double>& values, std::size_t columns, bool unicode);

/// Returns the escape codes of the drawing: see ScreenBlock.
std::string drawing(const std::vector<std::string>& lines, std::size_t rows);

}  // namespace asyncmark
