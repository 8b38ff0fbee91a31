#pragma once

#include <string>
#include <vector>

#include "reports/text/table.hpp"

namespace asyncmark {

/// Text that Markdown shows as it is, on one line.
std::string markdown_text(const std::string& text);

/// The cells of a table, row by row; the first row is its head.
using Lines = std::vector<std::vector<std::string>>;

/// Returns these cells as a table in GitHub's Markdown, with the columns of numbers to the right.
/// Where it is `aligned`, it reads in a terminal too.
std::string markdown_lines(Lines lines, const std::vector<bool>& numbers, bool aligned);

/// The table in GitHub's Markdown below a heading of this level, with its notes as a list beneath.
std::string markdown_table(const Table& table, const std::string& level = "###");

}  // namespace asyncmark
