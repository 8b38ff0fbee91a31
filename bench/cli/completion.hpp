#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace asyncmark {

/// What the last of these words, of which only the beginning may have been typed, could become: the
/// commands, flags and values that may stand there. For scripts/completion.bash. Empty where
/// anything goes, a file for example.
std::vector<std::string> completions(const CLI::App& app, const std::vector<std::string>& words);

}  // namespace asyncmark
