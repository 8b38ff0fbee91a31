#include "bench/model/shown_arguments.hpp"

#include <algorithm>

#include "bench/base/secrets.hpp"
#include "bench/model/workload_entry.hpp"

namespace asyncmark {
namespace {

/// Calls `show` with the value of each flag of that name: the word behind it, or the rest of its
/// own. The result takes its place.
template <class Show>
void replace_values(std::vector<std::string>& command, const std::string& flag, Show show) {
  for (std::size_t i = 1; i < command.size(); ++i) {
    auto& word = command[i];
    if (command[i - 1] == flag)
      word = show(word);
    else if (word.starts_with(flag + "="))
      word = flag + "=" + show(word.substr(flag.size() + 1));
  }
}

/// Hides secrets in commands that are to be run: those behind `--`, and what `compare --commands`
/// compares.
void hide_in_commands(std::vector<std::string>& command) {
  const auto rest = std::ranges::find(command, "--");
  const auto shown = shown_words({rest, command.end()});
  const bool are_commands = command.size() > 1 && command[1] == "compare" &&
                            std::find(command.begin(), rest, "--commands") != rest;
  if (are_commands) std::transform(command.begin() + 2, rest, command.begin() + 2, shown_command);
  // Those that `compare --urls` compares stand behind no flag.
  std::transform(command.begin(), rest, command.begin(), [](const std::string& word) {
    return word.starts_with("http://") || word.starts_with("https://") ? shown_url(word) : word;
  });
  std::ranges::copy(shown, rest);
}

}  // namespace

std::vector<std::string> shown_arguments(std::vector<std::string> command) {
  replace_values(command, "--launcher", shown_command);
  hide_in_commands(command);
  for (const auto& workload : Registry<WorkloadEntry>::all())
    for (const auto& spec : workload.options) {
      const auto flag = "--" + spec.name;
      if (spec.shown)
        replace_values(command, flag, [&](const auto& text) { return spec.show(text); });
      if (!spec.hidden_by.empty() &&
          std::ranges::find(command, "--" + spec.hidden_by) != command.end())
        replace_values(command, flag, [](const auto&) { return std::string(kHiddenText); });
    }
  return command;
}

}  // namespace asyncmark
