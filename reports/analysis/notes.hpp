#pragma once

#include <string>
#include <vector>

#include "reports/analysis/cases.hpp"
#include "reports/text/table.hpp"

namespace asyncmark {

/// What carried out the cases of runners that are other programs, by their own words, and which of
/// our looks there were none of.
std::vector<std::string> notes_of_programs(const Cases& cases);

/// Says what the signs in the table of make_table() mean, and what a reader has to know of it.
void add_notes(Table& table, const Cases& cases);

}  // namespace asyncmark
