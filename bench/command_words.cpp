#include "bench/command_words.hpp"

#include <fmt/format.h>
#include <unistd.h>
#include <wordexp.h>

#include <cstdlib>
#include <filesystem>
#include <sstream>

#include "bench/errors.hpp"

namespace asyncmark {

std::vector<std::string> words_of(const std::string& command, const std::string& what) {
  if (command.empty()) return {};
  wordexp_t expansion{};
  std::vector<std::string> all;
  if (wordexp(command.c_str(), &expansion, WRDE_NOCMD) == 0)
    all.assign(expansion.we_wordv, expansion.we_wordv + expansion.we_wordc);
  wordfree(&expansion);
  if (all.empty()) throw UsageError(fmt::format("{}: '{}' is not a command", what, command));
  return all;
}

bool is_program(const std::string& name) {
  const auto runs = [](const std::string& path) {
    return access(path.c_str(), X_OK) == 0 && !std::filesystem::is_directory(path);
  };
  if (name.find('/') != std::string::npos) return runs(name);
  const char* path = std::getenv("PATH");
  std::istringstream folders(path ? path : "/bin:/usr/bin");
  for (std::string folder; std::getline(folders, folder, ':');)
    if (runs(folder.empty() ? name : folder + '/' + name)) return true;
  return false;
}

void check_program(const std::string& name, const std::string& what) {
  if (!is_program(name))
    throw UsageError(
        fmt::format("{}: there is no program '{}'; it must be in the PATH or "
                    "named with its folder",
                    what, name));
}

}  // namespace asyncmark
