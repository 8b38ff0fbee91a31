#pragma once

#include <optional>
#include <string>
#include <vector>

namespace asyncmark {

/// The words of a command as a shell reads them: quotes and variables, but neither pipes nor
/// substitution. None for an empty text. Throws UsageError, naming `what`, where it is not one
/// command.
std::vector<std::string> shell_words(const std::string& command, const std::string& what);

/// The command parted at its blanks, but for those in quotes and in braces or parentheses behind $:
/// each word as it was typed.
std::vector<std::string> sources_of_words(const std::string& command);

/// Such a word without its quotes. Variables in it stay as they are.
std::string unquoted(const std::string& source);

/// The words so that a shell, and shell_words(), reads them back.
std::string as_typed(const std::vector<std::string>& words);

/// The file that the shell would start by that name; absent where there is none.
std::optional<std::string> find_program(const std::string& name);

/// The same. Throws UsageError, naming `what`, where there
/// is none.
std::string program_file(const std::string& name, const std::string& what);

}  // namespace asyncmark
