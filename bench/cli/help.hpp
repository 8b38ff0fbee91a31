#pragma once

#include <CLI/CLI.hpp>

namespace asyncmark {

/// Has `app` and all its subcommands print a help that fits a terminal of 80 columns, but for
/// commands to be copied.
void fit_help(CLI::App& app);

}  // namespace asyncmark
