#include "reports/text/markdown_table.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace asyncmark {
namespace {

std::string line(const std::vector<std::string>& cells) {
  return fmt::format("| {} |\n", fmt::join(cells, " | "));
}

}  // namespace

std::string markdown_text(const std::string& text) {
  std::string escaped;
  for (const char c : text) {
    if (std::string_view("\\`*_[]<>|#").find(c) != std::string_view::npos) escaped += '\\';
    const bool printed = static_cast<unsigned char>(c) >= ' ' && c != '\x7f';
    escaped += printed ? c : ' ';  // A line ends a table's row, and others may move a cursor.
  }
  return escaped;
}

std::string markdown_table(const Table& table, const std::string& level) {
  bool remarks = false;
  for (const auto& row : table.rows) remarks = remarks || !row.remark.empty();
  std::vector<std::string> headings, rules;
  for (const auto& column : table.columns) {
    headings.push_back(markdown_text(column.heading()));
    rules.push_back(column.number ? "---:" : ":---");
  }
  if (remarks) {
    headings.emplace_back("remark");
    rules.emplace_back(":---");
  }
  auto text =
      fmt::format("{} {}\n\n", level, markdown_text(table.title)) + line(headings) + line(rules);
  for (const auto& row : table.rows) {
    std::vector<std::string> cells;
    for (const auto& cell : row.cells) cells.push_back(markdown_text(cell));
    cells.resize(table.columns.size());
    if (remarks) cells.push_back(markdown_text(row.remark));
    text += line(cells);
  }
  if (!table.notes.empty()) text += '\n';
  for (const auto& note : table.notes) text += fmt::format("- {}\n", markdown_text(note));
  return text;
}

}  // namespace asyncmark
