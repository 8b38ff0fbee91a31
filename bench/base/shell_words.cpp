#include "bench/base/shell_words.hpp"

#include <fmt/format.h>
#include <unistd.h>
#include <wordexp.h>

#include <cstdlib>
#include <filesystem>

#include "bench/base/errors.hpp"
#include "bench/base/split.hpp"

namespace asyncmark {

std::vector<std::string> shell_words(const std::string& command, const std::string& what) {
  if (command.empty()) return {};
  wordexp_t expansion{};
  std::vector<std::string> all;
  if (wordexp(command.c_str(), &expansion, WRDE_NOCMD) == 0)
    all.assign(expansion.we_wordv, expansion.we_wordv + expansion.we_wordc);
  wordfree(&expansion);
  if (all.empty())
    throw UsageError(
        fmt::format("{}: '{}' is not a command; what only a shell can do needs one: "
                    "sh -c '...'",
                    what, command));
  return all;
}

std::string as_typed(const std::vector<std::string>& words) {
  std::string text;
  for (const auto& word : words) {
    const bool plain =
        !word.empty() && word.find_first_of(" \t\n'\"\\$`*?[]{}()<>|&;#~!") == std::string::npos;
    std::string quoted;
    for (const auto c : word) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
    text +=
        fmt::format("{}{}", text.empty() ? "" : " ", plain ? word : fmt::format("'{}'", quoted));
  }
  return text;
}

std::optional<std::string> find_program(const std::string& name) {
  const auto runs = [](const std::string& path) {
    return access(path.c_str(), X_OK) == 0 && !std::filesystem::is_directory(path);
  };
  if (name.find('/') != std::string::npos) return runs(name) ? std::optional(name) : std::nullopt;
  const char* path = std::getenv("PATH");
  for (const auto& folder : split(path ? path : "/bin:/usr/bin", ':')) {
    const auto file = (folder.empty() ? "." : folder) + '/' + name;
    if (runs(file)) return file;
  }
  return std::nullopt;
}

std::string program_file(const std::string& name, const std::string& what) {
  if (const auto file = find_program(name)) return *file;
  throw UsageError(fmt::format(
      "{}: there is no program '{}'; it must be in the PATH or named with its folder", what, name));
}

}  // namespace asyncmark
