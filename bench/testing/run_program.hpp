#pragma once

#include <string>
#include <vector>

namespace asyncmark::testing {

struct Ended {
  int code = -1;  ///< The exit code, or 128 + the signal.
  std::string out;
  std::string err;
};

/// Runs a program to its end and collects what it printed. The arguments are passed as they are;
/// `input` becomes its standard input. Its working directory is a fresh one, removed after.
Ended run_program(const std::vector<std::string>& words, const std::string& input = "");

/// The asyncmark program of this build, with the workload `faulty` in it.
std::string program();

/// asyncmark with these arguments.
Ended asyncmark(std::vector<std::string> arguments);

}  // namespace asyncmark::testing
