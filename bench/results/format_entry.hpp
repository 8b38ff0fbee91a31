#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "bench/base/registry.hpp"
#include "bench/results/result_set.hpp"

namespace asyncmark {

/// A way to write results down (`--format table`): one or several sets of them in, text out. Throws
/// UsageError where it has no place for several.
struct FormatEntry {
  static constexpr std::string_view kKind = "value of --format";
  std::string name;
  std::string summary;
  std::function<std::string(const ResultSets&)> print;
  /// The same with how long the parts of the runs took; empty where they have no place.
  std::function<std::string(const ResultSets&)> print_with_phases = {};
  bool is_default = false;  ///< Used where no --format is given. One format has it.
};

/// What `report` writes into files where its flag, `--NAME`, is given. It has one of the functions.
struct OutputEntry {
  static constexpr std::string_view kKind = "output of a report";
  std::string name;
  std::string summary;
  std::function<std::string(const ResultSets&)> file = {};
  /// Texts by the names of their files, in a folder.
  std::function<std::map<std::string, std::string>(const ResultSets&)> folder = {};
};

}  // namespace asyncmark
