#pragma once

#include <string>

#include "reports/text/table.hpp"
#include "reports/text/terminal.hpp"

namespace asyncmark {

/// Returns the table as lines of text: title, headings, rows by their groups, notes. Spare columns
/// that do not fit are left out. Where what remains is too wide, columns that do not fit follow in
/// a table beneath, which repeats the leading ones; a name that is too long gets a line of its own.
/// What is shortened even so has a mark, which a note explains.
std::string draw(Table table, const Terminal& terminal);

/// Whether it can be drawn without being folded.
bool fits(const Table& table, const Terminal& terminal);

}  // namespace asyncmark
