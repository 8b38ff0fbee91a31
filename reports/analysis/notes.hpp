#pragma once

#include <string>
#include <vector>

#include "reports/analysis/cases.hpp"
#include "reports/text/table.hpp"

namespace asyncmark {

/// Returns what runners that are other programs say about themselves, and that their figures are
/// their own.
std::vector<std::string> notes_of_programs(const Cases& cases);

/// Explains every column of the table of make_table() that needs it.
void add_notes(Table& table, const Cases& cases);

/// Explains what cannot be read without it: cells without a figure, and figures of other programs.
void add_short_notes(Table& table, const Cases& cases);

}  // namespace asyncmark
