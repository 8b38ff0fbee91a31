#pragma once

#include <string>
#include <vector>

namespace asyncmark {

/// The words of a command as a shell would part them, but for running others in it; none of an
/// empty text. Throws UsageError, whose text begins with `what`.
std::vector<std::string> words_of(const std::string& command, const std::string& what);

/// Whether a program would be found by that name: in the PATH, or with its folder.
bool is_program(const std::string& name);

/// Throws UsageError, whose text begins with `what`, where it would not.
void check_program(const std::string& name, const std::string& what);

}  // namespace asyncmark
