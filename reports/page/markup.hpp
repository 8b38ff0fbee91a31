#pragma once

#include <string>

#include "bench/base/options.hpp"
#include "reports/text/table.hpp"

// Parts of a page in HTML. Whatever a user named is in them as text, never as markup.
namespace asyncmark::page {

/// Data for a script: nothing in it ends the element.
std::string data_element(const Json& data, const std::string& attributes);

/// The table, with its notes beneath; `name` is for those who do not see it.
std::string table_element(const Table& table, const std::string& name);

/// Returns what a folded table is called: `Exact figures, 7 rows`.
std::string exact_figures(const Table& table);

/// The table, to be unfolded.
std::string folded(const Table& table, const std::string& summary);

}  // namespace asyncmark::page
