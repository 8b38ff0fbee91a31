#pragma once

#include <string>
#include <vector>

namespace asyncmark {

/// Whether posix_spawnp() would find it.
bool is_program(const std::string& name);

/// The words of a command that the user wrote as one text, as a shell splits it, without carrying
/// anything out; none of an empty one. Throws UsageError, whose text begins with `what`, for what
/// is no command and for a program that is not there.
std::vector<std::string> command_words(const std::string& command, const std::string& what);

}  // namespace asyncmark
