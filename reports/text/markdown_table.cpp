#include "reports/text/markdown_table.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "bench/base/visible.hpp"
#include "bench/base/wrap.hpp"

namespace asyncmark {
namespace {

/// The widest cell of each column.
std::vector<std::size_t> widths_of(const Lines& lines) {
  std::vector<std::size_t> widths(lines.front().size(), 4);
  for (const auto& line : lines)
    for (std::size_t i = 0; i < widths.size(); ++i)
      widths[i] = std::max(widths[i], columns_of(line[i]));
  return widths;
}

}  // namespace

std::string markdown_lines(Lines lines, const std::vector<bool>& numbers, bool aligned) {
  std::vector<std::string> rules;
  for (const bool number : numbers) rules.emplace_back(number ? "---:" : ":---");
  lines.insert(lines.begin() + 1, rules);
  const auto widths = aligned ? widths_of(lines) : std::vector<std::size_t>(numbers.size(), 0);
  std::string text;
  for (auto& line : lines) {
    for (std::size_t i = 0; i < line.size(); ++i) {
      const bool is_rule = &line == &lines[1];
      const std::string room(widths[i] - std::min(widths[i], columns_of(line[i])),
                             is_rule ? '-' : ' ');
      line[i].insert(numbers[i] ? 0 : line[i].size(), room);
    }
    text += fmt::format("| {} |\n", fmt::join(line, " | "));
  }
  return text;
}

std::string markdown_text(const std::string& text) {
  std::string escaped;
  for (const char c : visible_lines(text)) {
    if (std::string_view("\\`*_[]<>|#").find(c) != std::string_view::npos) escaped += '\\';
    escaped += c == '\n' ? ' ' : c;  // A line ends a table's row.
  }
  return escaped;
}

std::string markdown_table(const Table& grouped, const std::string& level) {
  const auto table = with_group_column(grouped);
  const bool remarks =
      std::ranges::any_of(table.rows, [](const Row& row) { return !row.remark.empty(); });
  Lines lines(1);
  std::vector<bool> numbers;
  for (const auto& column : table.columns) {
    lines[0].push_back(markdown_text(column.heading()));
    numbers.push_back(column.number);
  }
  if (remarks) {
    lines[0].emplace_back("remark");
    numbers.push_back(false);
  }
  for (const auto& row : table.rows) {
    auto& cells = lines.emplace_back();
    for (const auto& cell : row.cells) cells.push_back(markdown_text(cell));
    cells.resize(table.columns.size());
    if (remarks) cells.push_back(markdown_text(row.remark));
  }
  auto text = fmt::format("{} {}\n\n", level, markdown_text(table.title)) +
              markdown_lines(std::move(lines), numbers, false);
  if (!table.notes.empty()) text += '\n';
  for (const auto& note : table.notes) text += fmt::format("- {}\n", markdown_text(note));
  return text;
}

}  // namespace asyncmark
