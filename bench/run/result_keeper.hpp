#pragma once

#include <optional>
#include <string>

#include "bench/base/output_file.hpp"
#include "bench/base/pace.hpp"
#include "bench/results/result_set.hpp"

namespace asyncmark {

/// Writes the results of a command that measures one case after the other to the file of `--out`,
/// if one was asked for.
class ResultKeeper {
 public:
  /// `path`: empty for none. Throws UsageError where it cannot be written.
  ResultKeeper(const std::string& path, ResultSet& set);

  /// Writes at the end, or before if it is due: never so often that it takes much of the time.
  /// Returns false if it could not be written.
  bool keep(bool at_end);

 private:
  ResultSet& set_;
  std::optional<OutputFile> file_;
  Pace pace_;
};

}  // namespace asyncmark
