#include "bench/cli/new_command.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <regex>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "bench/base/carry.hpp"
#include "bench/base/errors.hpp"
#include "bench/model/workload_entry.hpp"

namespace asyncmark::scaffold {

std::string_view workload_source();
std::string_view workload_build();
std::string_view workload_test();
std::string_view workload_readme();

}  // namespace asyncmark::scaffold

ASYNCMARK_CARRY(asyncmark::scaffold, workload_source, ASYNCMARK_SCAFFOLD "/workload.cpp.in")
ASYNCMARK_CARRY(asyncmark::scaffold, workload_build, ASYNCMARK_SCAFFOLD "/CMakeLists.txt.in")
ASYNCMARK_CARRY(asyncmark::scaffold, workload_test, ASYNCMARK_SCAFFOLD "/test.cmake.in")
ASYNCMARK_CARRY(asyncmark::scaffold, workload_readme, ASYNCMARK_SCAFFOLD "/README.md.in")

namespace asyncmark {
namespace {

namespace fs = std::filesystem;

/// "file-read" as the name of a class: FileRead.
std::string camel_case(const std::string& name) {
  std::string words;
  bool begins = true;
  for (const auto c : name) {
    if (c != '-') words += begins ? static_cast<char>(std::toupper(c)) : c;
    begins = c == '-';
  }
  return words;
}

std::string filled_in(std::string_view text, const std::string& name) {
  std::string filled(text);
  for (const auto& [blank, word] : {std::pair<std::string_view, std::string>{"@NAME@", name},
                                    {"@FILE@", snake_case(name)},
                                    {"@CLASS@", camel_case(name)}})
    for (std::size_t at = 0; (at = filled.find(blank, at)) != filled.npos; at += word.size())
      filled.replace(at, blank.size(), word);
  return filled;
}

}  // namespace

int new_workload(const std::string& name) {
  static const std::regex right("[a-z][a-z0-9]*(-[a-z0-9]+)*");
  constexpr std::size_t kLongestName = 40;
  if (name.size() > kLongestName || !std::regex_match(name, right))
    throw UsageError(
        fmt::format("new: '{}' is not a valid name; use lower-case letters, digits and dashes, as "
                    "file-read, at most {} characters",
                    name, kLongestName));
  if (Registry<WorkloadEntry>::find(name))
    throw UsageError(fmt::format("new: there is a workload '{}' already; give another name", name));
  std::error_code error;
  if (fs::exists(fs::symlink_status(name, error)))
    throw UsageError(fmt::format("new: '{}' exists already; nothing was written", name));
  if (!fs::create_directory(name, error))
    throw UsageError(
        fmt::format("new: the folder '{}' cannot be created: {}", name, error.message()));
  for (const auto& [file, text] :
       {std::pair{snake_case(name) + ".cpp", scaffold::workload_source()},
        {"CMakeLists.txt", scaffold::workload_build()},
        {"test.cmake", scaffold::workload_test()},
        {"README.md", scaffold::workload_readme()}}) {
    std::ofstream into(name + '/' + file);
    into << filled_in(text, name) << std::flush;
    if (into) continue;
    fs::remove_all(name, error);
    throw UsageError(fmt::format("new: '{}/{}' cannot be written", name, file));
  }
  fmt::print(
      "{0}/{1}.cpp is a working workload: replace its operation with yours. To build and test:\n"
      "  cmake -S {0} -B {0}/build\n"
      "  cmake --build {0}/build\n"
      "  ctest --test-dir {0}/build\n",
      name, snake_case(name));
  return 0;
}

}  // namespace asyncmark
