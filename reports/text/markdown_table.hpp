#pragma once

#include <string>

#include "reports/text/table.hpp"

namespace asyncmark {

/// Text that Markdown shows as it is, on one line.
std::string markdown_text(const std::string& text);

/// The table in GitHub's Markdown below a heading of this level, with its notes as a list beneath.
std::string markdown_table(const Table& table, const std::string& level = "###");

}  // namespace asyncmark
