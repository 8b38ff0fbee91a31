#pragma once

#include <string>
#include <utility>
#include <vector>

#include "bench/results/format_entry.hpp"

namespace asyncmark {

struct ReportSettings {
  std::vector<std::string> files;  ///< Of results.
  /// Of standard output; empty: `table`, or none where there are outputs.
  std::string format;
  View view;
  /// By the names of OutputEntry: the file or folder of each.
  std::vector<std::pair<std::string, std::string>> outputs;
};

/// Reads results that were kept, writes the outputs and prints; gives the exit code: 0, or 2 where
/// a file could not be written. Throws UsageError before anything is written.
int report(const ReportSettings& settings);

}  // namespace asyncmark
