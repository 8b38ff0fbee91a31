#pragma once

#include <string>

#include "bench/os/process.hpp"

namespace asyncmark {

/// A folder for what lives no longer than its owner: `asyncmark-XXXXXX` under TMPDIR, else /tmp,
/// for its owner's eyes only. It holds a file that the owner has locked, so that what a killed
/// owner left is told from what is in use: the kernel drops the lock with the last process that has
/// it.
class Scratch {
 public:
  /// Throws UsageError, naming TMPDIR, where no folder can be made.
  Scratch();
  /// Ends every process that works in the folder, and removes it with all that is in it.
  ~Scratch();
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  /// Absolute, without a slash at its end.
  const std::string& path() const { return path_; }

  /// Does for each folder whose owner is gone what its destructor would have done. Leaves alone
  /// what another user owns, or what no lock of ours is in.
  static void remove_stale();

 private:
  std::string path_;
  Descriptor lock_;
};

}  // namespace asyncmark
