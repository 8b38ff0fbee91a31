#pragma once

#include <cstdio>
#include <string>
#include <vector>

#include "bench/result.hpp"

namespace asyncmark {

/// Whether both lead to one file, be it there or not yet.
bool same_file(const std::string& a, const std::string& b);

/// Throws UsageError, naming `flag`, unless the file that `path` leads to can be written. Leaves
/// everything as it was.
void check_writable(const std::string& path, const char* flag);

/// Where the results are kept as JSON (`--out`). The file is at every moment either the old or the
/// new one, whole.
class ResultFile {
 public:
  /// Throws UsageError where it could not be written. An empty path: results are not kept.
  ResultFile(const std::string& path, const Context& context);

  /// After each child. A pipe or device gets the final document alone.
  void keep(const std::vector<Result>& results) const;
  /// False when it could not be written.
  bool keep_last(const std::vector<Result>& results) const;

 private:
  bool write(const std::vector<Result>& results) const;
  bool replace(const std::string& text) const;

  std::string path_;
  bool regular_ = false;
  const Context& context_;
};

}  // namespace asyncmark
