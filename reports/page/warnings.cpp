#include "reports/page/warnings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "bench/base/escaped.hpp"

namespace asyncmark::page {
namespace {

constexpr std::size_t kMostEvidence = 10;

using Names = std::set<std::string>;

Names names_of(const Cases& cases) {
  Names names;
  for (const auto* one : cases) names.insert(one->name());
  return names;
}

Names names_of(const Table& table) {
  const auto column = std::ranges::find(table.columns, "case", &Column::heading);
  if (column == table.columns.end()) return {};
  const auto place = static_cast<std::size_t>(column - table.columns.begin());
  Names names;
  for (const auto& row : table.rows)
    if (place < row.cells.size()) names.insert(row.cells[place]);
  return names;
}

bool concerns(const CheckText& text, const Names& names) {
  return std::ranges::any_of(text.cases, [&](const auto& name) { return names.contains(name); });
}

/// What of the evidence is about these cases, or about several.
std::vector<std::string> evidence_of(const CheckText& text, const Names& names) {
  std::vector<std::string> own;
  for (const auto& line : text.evidence) {
    const auto name = std::ranges::find_if(
        text.cases, [&](const auto& one) { return line.starts_with(one + ": "); });
    if (name == text.cases.end() || names.empty() || names.contains(*name)) own.push_back(line);
  }
  return own;
}

std::string list(const std::vector<std::string>& lines) {
  std::string text;
  for (std::size_t i = 0; i < std::min(lines.size(), kMostEvidence); ++i)
    text += fmt::format("<li>{}</li>\n", escaped(lines[i]));
  if (lines.size() > kMostEvidence)
    text += fmt::format("<li>and {} more</li>\n", lines.size() - kMostEvidence);
  return text;
}

/// One line; its fix and its evidence are folded.
std::string item(const CheckText& text, const std::string& label, const std::string& id,
                 const Names& names) {
  return fmt::format(
      "<details class=\"printed\" id=\"{}\"><summary>({}) {}{}</summary>\n<p>Fix: {}</p>\n<ul>\n{}"
      "</ul></details>\n",
      escaped(id), escaped(text.sign), escaped(label), escaped(text.heading), escaped(text.remedy),
      list(evidence_of(text, names)));
}

std::string framed(const std::string& items) {
  if (items.empty()) return "";
  return fmt::format(
      "<aside class=\"warnings\" aria-label=\"Warnings\">\n<h3>Warnings</h3>\n{}</aside>\n", items);
}

}  // namespace

Warnings::Warnings(const ResultSets& sets, const charts::Gallery& gallery)
    : only_(gallery.sections.size() == 1 ? &gallery.sections.front() : nullptr) {
  for (std::size_t i = 0; i < sets.size(); ++i)
    for (auto& text : check_texts(sets[i]->findings)) {
      Warning one{sets[i], text, fmt::format("warning-{}-{}", i + 1, text.sign),
                  sets.size() > 1 ? sets[i]->label + ": " : ""};
      one.in_section = std::ranges::any_of(gallery.sections, [&](const auto& section) {
        return &section.group.set == sets[i] && concerns(text, names_of(section.group.cases));
      });
      all_.push_back(std::move(one));
    }
}

std::string Warnings::general() const {
  std::string items;
  for (const auto& one : all_)
    if (!one.in_section)
      items += item(one.text, one.label, one.id, {});
    else if (only_)
      items += item(one.text, one.label, only_->key + "-" + one.id, {});
  return framed(items);
}

std::string Warnings::of(const charts::Section& section) const {
  const auto names = names_of(section.group.cases);
  std::string items;
  for (const auto& one : all_)
    if (one.set == &section.group.set && concerns(one.text, names))
      items += item(one.text, "", section.key + "-" + one.id, names);
  return framed(items);
}

std::string Warnings::links(const charts::Section& section, const charts::Chart& chart) const {
  const auto names = names_of(chart.table);
  std::string links;
  for (const auto& one : all_)
    if (one.set == &section.group.set && concerns(one.text, names))
      links += fmt::format("{}<a href=\"#{}-{}\">({}) {}</a>", links.empty() ? "" : ", ",
                           escaped(section.key), escaped(one.id), escaped(one.text.sign),
                           escaped(one.text.heading.substr(0, one.text.heading.find(':'))));
  return links.empty() ? "" : fmt::format("<p class=\"warned\">Warnings: {}</p>\n", links);
}

}  // namespace asyncmark::page
