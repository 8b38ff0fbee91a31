#pragma once

#include <map>
#include <string>

namespace asyncmark {

/// Whether both lead to one file, be it there or not yet.
bool same_file(const std::string& a, const std::string& b);

/// Throws UsageError, naming `flag`, unless the file that `path` leads to can be written. Leaves
/// everything as it was.
void check_writable(const std::string& path, const std::string& flag);

/// Writes files, whose texts are given by their names, into a folder that is made where there is
/// none: all of them or none, and then no folder either. False, and a line on standard error, when
/// one could not be written. Throws UsageError where a file or the folder cannot be there.
bool write_folder(const std::string& folder, const std::map<std::string, std::string>& texts,
                  const std::string& flag);

/// Where a text goes that the user asked for by `flag`. The file is at every moment either the old
/// or the new one, whole.
class OutputFile {
 public:
  /// Throws UsageError where it could not be written.
  OutputFile(const std::string& path, std::string flag);

  /// Whether it can be replaced by another later. A pipe or device takes one text alone.
  bool is_regular() const { return regular_; }
  /// False, and for the first time a line on standard error, when it could not be written.
  bool write(const std::string& text) const;

 private:
  bool replace(const std::string& text) const;

  std::string path_;
  std::string flag_;
  bool regular_;
  mutable bool has_said_ = false;
};

}  // namespace asyncmark
