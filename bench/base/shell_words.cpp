#include "bench/base/shell_words.hpp"

#include <fmt/format.h>
#include <unistd.h>
#include <wordexp.h>

#include <cstdlib>
#include <filesystem>

#include "bench/base/errors.hpp"
#include "bench/base/secrets.hpp"
#include "bench/base/split.hpp"

namespace asyncmark {

std::vector<std::string> sources_of_words(const std::string& command) {
  std::vector<std::string> all;
  bool in_word = false;
  char quote = '\0';
  int depth = 0;
  for (std::size_t i = 0; i < command.size(); ++i) {
    const char c = command[i];
    if (!quote && depth == 0 && (c == ' ' || c == '\t')) {
      in_word = false;
      continue;
    }
    if (!in_word) all.emplace_back();
    in_word = true;
    all.back() += c;
    if (c == '\\' && quote != '\'' && i + 1 < command.size())
      all.back() += command[++i];
    else if (quote)
      quote = c == quote ? '\0' : quote;
    else if (c == '\'' || c == '"')
      quote = c;
    else if ((c == '{' || c == '(') && all.back().find('$') != std::string::npos)
      ++depth;
    else if ((c == '}' || c == ')') && depth > 0)
      --depth;
  }
  return all;
}

std::string unquoted(const std::string& source) {
  std::string text;
  char quote = '\0';
  for (std::size_t i = 0; i < source.size(); ++i) {
    const char c = source[i];
    if (c == '\\' && quote != '\'' && i + 1 < source.size())
      text += source[++i];
    else if (quote ? c == quote : c == '\'' || c == '"')
      quote = quote ? '\0' : c;
    else
      text += c;
  }
  return text;
}

namespace {

/// What one word comes to: several where a variable has blanks or a pattern fits several files, or
/// none where a variable is empty. Nothing where it is not a word.
std::optional<std::vector<std::string>> expanded(const std::string& source) {
  wordexp_t expansion{};
  std::vector<std::string> words;
  const bool sound = wordexp(source.c_str(), &expansion, WRDE_NOCMD) == 0;
  if (sound) words.assign(expansion.we_wordv, expansion.we_wordv + expansion.we_wordc);
  wordfree(&expansion);
  if (!sound) return std::nullopt;
  // glibc makes an empty word of each pair of quotes with nothing in them that a word begins with.
  while (words.size() > 1 && words.front().empty()) words.erase(words.begin());
  return words;
}

}  // namespace

std::vector<std::string> shell_words(const std::string& command, const std::string& what) {
  if (command.empty()) return {};
  std::vector<std::string> all;
  bool sound = true;
  for (const auto& source : sources_of_words(command)) {
    const auto words = expanded(source);
    sound = sound && words.has_value();
    if (words) all.insert(all.end(), words->begin(), words->end());
  }
  if (!sound || all.empty())
    throw UsageError(
        fmt::format("{}: '{}' is not a command; to use a shell: "
                    "sh -c '...'",
                    what, shown_command(command)));
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
