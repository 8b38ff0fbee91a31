#pragma once

#include <string>
#include <vector>

#include "bench/os/process.hpp"

namespace asyncmark {

/// The two ends of a pipe, closed in what we start unless passed on.
struct Pipe {
  Descriptor read;
  Descriptor write;

  /// Throws CaseError, naming `who` it is for.
  static Pipe open(const std::string& who);
};

/// A file of ours, and the number that it has in the process started. None where `ours` is -1.
struct Passed {
  int ours;
  int theirs;
};

/// This very program, and not the path that it was started by: the file there may have been built
/// anew meanwhile.
std::string ourselves();

/// Starts a program, found in the PATH, with its signals as usual and in a process group of its
/// own: Ctrl-C reaches us alone, and we end it with all it started. Its standard output is our
/// standard error unless passed. Throws CaseError, naming `who`, when it cannot be started.
Process spawn(std::vector<std::string> words, const std::vector<Passed>& files,
              const std::string& who);

/// Returns what a program prints until it ends, or an Interruption happens; empty where it cannot
/// be started. Its standard error goes nowhere.
std::string output_of(const std::vector<std::string>& words);

}  // namespace asyncmark
