#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace asyncmark {

/// The manual page of the whole command line, in roff for man(1): commands, their options by group,
/// examples and exit codes, as --help has them. What all commands below one share stands once,
/// with that one.
std::string manual(const CLI::App& app);

}  // namespace asyncmark
