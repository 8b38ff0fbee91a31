#pragma once

#include <string>
#include <vector>

namespace asyncmark {

/// `asyncmark check-adapter WORDS`: plays cases with a program that carries them out as
/// docs/protocol.md says, and prints a line for each: what is right, or what is wrong. The words
/// are the program's command, or the name of one of our runners. Gives the exit code: 0 or 1.
/// Throws UsageError where there is no such program.
int check_adapter(const std::vector<std::string>& words);

}  // namespace asyncmark
