#include "reports/page/markup.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "bench/base/escaped.hpp"
#include "bench/base/visible.hpp"

namespace asyncmark::page {

std::string data_element(const Json& data, const std::string& attributes) {
  std::string all;
  for (const char c : data.dump(-1, ' ', false, Json::error_handler_t::replace))
    if (c == '<')
      all += "\\u003c";
    else
      all += c;
  return fmt::format("<script type=\"application/json\" {}>{}</script>\n", attributes, all);
}

namespace {

/// How many rows from `first` on begin with the same text: they share one cell, as the bars of a
/// timeline share their case.
std::size_t alike(const Table& table, std::size_t first) {
  constexpr std::size_t kMost = 65534;  // More rows no cell reaches over in HTML.
  if (table.columns.empty() || table.columns[0].number || table.rows[first].cells.empty()) return 1;
  auto end = first + 1;
  while (end < std::min(table.rows.size(), first + kMost) && !table.rows[end].cells.empty() &&
         table.rows[end].cells[0] == table.rows[first].cells[0])
    ++end;
  return end - first;
}

// Most cells are numbers, of which a page has ten thousand: it is the others that are marked.
const char* class_of(const Column& column) { return column.number ? "" : " class=\"t\""; }

std::string notes(const Table& table) {
  std::string text;
  for (const auto& note : table.notes)
    text += fmt::format("<p class=\"note\">{}</p>\n", escaped(note));
  if (table.notes.size() < 3) return text;
  return fmt::format("<details><summary>Notes on the columns</summary>\n{}</details>\n", text);
}

}  // namespace

std::string table_element(const Table& table, const std::string& name) {
  const bool remarks =
      std::ranges::any_of(table.rows, [](const Row& row) { return !row.remark.empty(); });
  auto text = fmt::format(
      "<div class=\"wide\" role=\"region\" tabindex=\"0\" aria-label=\"{}\"><table>\n<thead><tr>",
      escaped(name));
  for (const auto& column : table.columns)
    text += fmt::format("<th scope=\"col\"{}>{}</th>", class_of(column), escaped(column.heading()));
  text += fmt::format("{}</tr></thead>\n<tbody>\n",
                      remarks ? "<th scope=\"col\" class=\"remark\">remark</th>" : "");
  std::size_t next_cell = 0;  // The row that has a first cell of its own again.
  for (std::size_t at = 0; at < table.rows.size(); ++at) {
    const auto& row = table.rows[at];
    const bool shares = at < next_cell;
    const auto span = shares ? 1 : alike(table, at);
    if (!shares) next_cell = at + span;
    text += "<tr>";
    for (std::size_t i = shares ? 1 : 0; i < table.columns.size(); ++i) {
      const bool names_row = i == 0 && !table.columns[i].number;
      text += fmt::format("<{0}{1}{2}{3}>{4}</{0}>", names_row ? "th" : "td",
                          names_row ? " scope=\"row\"" : "", class_of(table.columns[i]),
                          i == 0 && span > 1 ? fmt::format(" rowspan=\"{}\"", span) : "",
                          i < row.cells.size() ? escaped(row.cells[i]) : "");
    }
    text += fmt::format(
        "{}</tr>\n",
        remarks ? fmt::format("<td class=\"remark\">{}</td>", escaped(row.remark)) : "");
  }
  return text + "</tbody></table></div>\n" + notes(table);
}

std::string exact_figures(const Table& table) {
  return fmt::format("Exact figures, {} row{}", table.rows.size(),
                     table.rows.size() == 1 ? "" : "s");
}

std::string folded(const Table& table, const std::string& summary) {
  return fmt::format("<details><summary>{}</summary>\n{}</details>\n", escaped(summary),
                     table_element(table, summary));
}

}  // namespace asyncmark::page
