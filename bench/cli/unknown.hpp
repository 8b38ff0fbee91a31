#pragma once

#include <string>
#include <vector>

#include "bench/base/errors.hpp"

namespace CLI {
class App;
}

namespace asyncmark {

/// Whether a word stands where a workload has to, so that unknown_workload() has the answer: any
/// but a flag, and `--url` without a workload before it.
bool stands_for_workload(const std::string& word);

/// Errors for words that the command line does not know. Each names the one that was probably
/// meant.
UsageError unknown(std::string argument, const CLI::App& app);
/// A word that no option took may be the rest of a secret that was given without quotes: the error
/// does not show it then.
UsageError unknown(const std::string& argument, const CLI::App& app,
                   const std::vector<std::string>& command);
/// `command`: the one that was given, such as "run".
UsageError unknown_workload(const std::string& name, const std::string& command);
/// An empty name: none was given.
UsageError unknown_command(const std::string& name, const CLI::App& app);

}  // namespace asyncmark
