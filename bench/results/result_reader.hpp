#pragma once

#include <string>

#include "bench/results/result_set.hpp"

namespace asyncmark {

/// Reads a file of results in Google Benchmark's format, as `--out` writes it. Cases of which this
/// build can make no Result become ForeignCases. Takes memory for the results, not for the text.
///
/// Throws UsageError, one line that begins with the file's name, for what is no such file: not
/// JSON, cut short, of another schema version, without results, with a value of a wrong type.
ResultSet read_results(const std::string& path);

}  // namespace asyncmark
