#include "reports/draw.hpp"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <sstream>

#include "bench/visible.hpp"

namespace asyncmark {
namespace {

constexpr std::size_t kGap = 2;

struct Style {
  const char* begin = "";
  const char* end = "";
};
Style style(const Terminal& terminal, const char* begin) {
  return terminal.colour ? Style{begin, "\033[0m"} : Style{};
}

std::vector<std::size_t> widths(const Table& table) {
  std::vector<std::size_t> all;
  for (std::size_t c = 0; c < table.columns.size(); ++c) {
    auto width = std::max(table.columns[c].over.size(), table.columns[c].under.size());
    for (const auto& row : table.rows)
      if (c < row.cells.size()) width = std::max(width, row.cells[c].size());
    all.push_back(width);
  }
  return all;
}

std::size_t width_of(const Table& table) {
  std::size_t sum = 0;
  for (const auto width : widths(table)) sum += width + kGap;
  return sum - kGap;
}

void leave_out(Table& table, std::size_t column) {
  const auto at = static_cast<std::ptrdiff_t>(column);
  table.columns.erase(table.columns.begin() + at);
  for (auto& row : table.rows)
    if (column < row.cells.size()) row.cells.erase(row.cells.begin() + at);
}

/// Leaves columns out until the table fits, the ones most easily spared first.
void fit(Table& table, std::size_t width) {
  std::string names;
  while (width != 0 && width_of(table) > width) {
    auto spared = table.columns.end();
    for (auto it = table.columns.begin(); it != table.columns.end(); ++it)
      if (it->spare != 0 && (spared == table.columns.end() || it->spare < spared->spare))
        spared = it;
    if (spared == table.columns.end()) break;
    names += (names.empty() ? "" : ", ") + spared->heading();
    leave_out(table, static_cast<std::size_t>(spared - table.columns.begin()));
  }
  if (!names.empty()) table.notes.push_back("left out, for this terminal is too narrow: " + names);
}

/// One line of cells, each as wide as its column and its gap.
std::string line(const std::vector<std::string>& cells, const Table& table,
                 const std::vector<std::size_t>& wide) {
  std::string text;
  for (std::size_t c = 0; c < cells.size(); ++c)
    text += fmt::format(fmt::runtime(table.columns[c].number ? "{:>{}}{:{}}" : "{:<{}}{:{}}"),
                        cells[c], wide[c], "", kGap);
  return text;
}

std::string trimmed(std::string text) {
  text.erase(text.find_last_not_of(' ') + 1);
  return text;
}

}  // namespace

Terminal Terminal::of_standard_output() {
  if (!isatty(STDOUT_FILENO)) return {};
  const char* no_colour = std::getenv("NO_COLOR");
  Terminal terminal{.colour = !no_colour || !*no_colour};
  winsize size{};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0) terminal.width = size.ws_col;
  return terminal;
}

std::size_t Terminal::text_width() const { return width == 0 || width > 100 ? 100 : width; }

std::string title(const std::string& text, const Terminal& terminal) {
  const auto bold = style(terminal, "\033[1m");
  return fmt::format("{}== {} =={}", bold.begin, visible(text), bold.end);
}

std::string draw(Table table, const Terminal& terminal) {
  for (auto& row : table.rows) {
    for (auto& cell : row.cells) cell = visible(cell);
    row.remark = visible(row.remark);
  }
  for (auto& column : table.columns) {
    column.over = visible(column.over);
    column.under = visible(column.under);
  }
  table.title = visible(table.title);
  fit(table, terminal.width);
  const auto wide = widths(table);
  std::vector<std::string> over, under;
  for (const auto& column : table.columns) {
    over.push_back(column.over);
    under.push_back(column.under);
  }
  const auto bold = style(terminal, "\033[1m"), red = style(terminal, "\033[31m");
  std::string text = fmt::format("{}{}{}\n\n{}\n{}\n{:-<{}}\n", bold.begin, table.title, bold.end,
                                 trimmed(line(over, table, wide)),
                                 trimmed(line(under, table, wide)), "", width_of(table));
  for (const auto& row : table.rows) {
    const auto cells = line(row.cells, table, wide);
    text += row.remark.empty() ? trimmed(cells)
                               : fmt::format("{}{}{}{}", cells, red.begin, row.remark, red.end);
    text += '\n';
  }
  if (!table.notes.empty()) text += '\n';
  for (const auto& note : table.notes) text += wrap("  " + note, terminal.text_width());
  return text;
}

std::string wrap(const std::string& text, std::size_t width) {
  std::vector<std::string> pieces;
  std::istringstream words(text);
  for (std::string word; words >> word;) {
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
    if (!first && current.size() + 1 + piece.size() > width) {
      lines += current + '\n';
      current = indent + piece;
    } else {
      current += (first ? "" : " ") + piece;
    }
  }
  return lines + current + '\n';
}

}  // namespace asyncmark
