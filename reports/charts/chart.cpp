#include "reports/charts/chart.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "bench/base/visible.hpp"

namespace asyncmark::charts {
namespace {

std::string cell(const Json& row, const std::string& key) {
  const auto found = row.find(key);
  if (found == row.end() || found->is_null()) return "";
  if (found->is_string()) return visible(found->get<std::string>());
  if (found->is_boolean()) return found->get<bool>() ? "yes" : "no";
  if (found->is_number_float()) return fmt::format("{}", found->get<double>());
  return found->dump();
}

}  // namespace

std::string description(const Chart& chart) {
  return chart.caption.empty() ? chart.title + "." : chart.title + ". " + chart.caption;
}

Table exact_table(const Json& rows, std::vector<Field> fields) {
  std::erase_if(fields, [&](const Field& field) {
    return std::ranges::none_of(rows, [&](const Json& row) { return row.contains(field.key); });
  });
  Table table;
  for (const auto& field : fields) table.columns.push_back({"", field.heading, field.number});
  for (const auto& row : rows) {
    Row cells;
    for (const auto& field : fields) cells.cells.push_back(cell(row, field.key));
    table.rows.push_back(std::move(cells));
  }
  return table;
}

std::string short_label(const std::string& text) {
  constexpr std::size_t kMost = 60;
  const auto label = visible(text);
  return label.size() <= kMost ? label : std::string(beginning_of(label, kMost)) + "...";
}

}  // namespace asyncmark::charts
