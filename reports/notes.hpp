#pragma once

#include "reports/rows.hpp"

namespace asyncmark {

/// Says what the signs in the table of make_table() mean, and what a reader has to know of it.
void add_notes(Table& table, const Cases& cases);

}  // namespace asyncmark
