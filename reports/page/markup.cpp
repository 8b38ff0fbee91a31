#include "reports/page/markup.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "bench/visible.hpp"

namespace asyncmark::page {

std::string escaped(const std::string& text) {
  std::string all;
  for (const char c : visible(text)) {
    switch (c) {
      case '&':
        all += "&amp;";
        break;
      case '<':
        all += "&lt;";
        break;
      case '>':
        all += "&gt;";
        break;
      case '"':
        all += "&quot;";
        break;
      case '\'':
        all += "&#39;";
        break;
      default:
        all += c;
    }
  }
  return all;
}

std::string data_element(const Json& data, const std::string& attributes) {
  std::string all;
  for (const char c : data.dump(-1, ' ', false, Json::error_handler_t::replace))
    if (c == '<')
      all += "\\u003c";
    else
      all += c;
  return fmt::format("<script type=\"application/json\" {}>{}</script>\n", attributes, all);
}

std::string table_element(const Table& table, const std::string& name) {
  const bool remarks =
      std::ranges::any_of(table.rows, [](const Row& row) { return !row.remark.empty(); });
  auto text = fmt::format(
      "<div class=\"wide\" role=\"region\" tabindex=\"0\" aria-label=\"{}\"><table>\n<thead><tr>",
      escaped(name));
  const auto cell_class = [&](std::size_t i) {
    return table.columns[i].number ? " class=\"n\"" : "";
  };
  for (std::size_t i = 0; i < table.columns.size(); ++i)
    text += fmt::format("<th scope=\"col\"{}>{}</th>", cell_class(i),
                        escaped(table.columns[i].heading()));
  text += fmt::format("{}</tr></thead>\n<tbody>\n", remarks ? "<th scope=\"col\">remark</th>" : "");
  for (const auto& row : table.rows) {
    text += "<tr>";
    for (std::size_t i = 0; i < table.columns.size(); ++i)
      text += fmt::format("<td{}>{}</td>", cell_class(i),
                          i < row.cells.size() ? escaped(row.cells[i]) : "");
    text +=
        fmt::format("{}</tr>\n", remarks ? fmt::format("<td>{}</td>", escaped(row.remark)) : "");
  }
  text += "</tbody></table></div>\n";
  for (const auto& note : table.notes)
    text += fmt::format("<p class=\"note\">{}</p>\n", escaped(note));
  return text;
}

std::string folded(const Table& table, const std::string& summary) {
  return fmt::format("<details><summary>{}</summary>\n{}</details>\n", escaped(summary),
                     table_element(table, summary));
}

}  // namespace asyncmark::page
