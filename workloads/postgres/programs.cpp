#include "workloads/postgres/programs.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string_view>

#include "bench/base/errors.hpp"
#include "bench/base/split.hpp"

namespace asyncmark::postgres {
namespace {

namespace fs = std::filesystem;

/// The first line that a command prints; empty where it fails.
std::string first_line_of(const char* command) {
  const std::unique_ptr<FILE, int (*)(FILE*)> output(popen(command, "r"), pclose);
  char line[4096] = "";
  if (!output || !std::fgets(line, sizeof line, output.get())) return "";
  const std::string text = line;
  return text.substr(0, text.find('\n'));
}

/// Folders that may have them, the best first.
std::vector<fs::path> places() {
  std::vector<fs::path> versions;
  std::error_code missing;
  for (const auto& entry : fs::directory_iterator("/usr/lib/postgresql", missing))
    versions.push_back(entry.path());
  std::ranges::sort(versions, std::greater(), [](const fs::path& path) {
    return std::strtod(path.filename().c_str(), nullptr);
  });
  for (auto& version : versions) version /= "bin";
  if (const auto named = first_line_of("pg_config --bindir 2>/dev/null"); !named.empty())
    versions.emplace_back(named);
  return versions;
}

bool is_program(const fs::path& path) { return access(path.c_str(), X_OK) == 0; }

}  // namespace

Programs find_programs() {
  for (const auto& place : places()) {
    if (!is_program(place / "initdb") || !is_program(place / "postgres")) continue;
    const auto pgbench = place / "pgbench";  // Some have it elsewhere: then the PATH leads there.
    return {place / "initdb", place / "postgres",
            is_program(pgbench) ? pgbench.string() : "pgbench"};
  }
  throw UsageError(
      "PostgreSQL's programs are not here; install the package postgresql-15, or name a server of "
      "your own by --dsn");
}

std::vector<std::string> complaints_in(const std::string& text) {
  std::string last;
  std::vector<std::string> complaints;
  for (const auto& line : lines_in(text)) {
    if (line.empty()) continue;
    last = line;
    for (const std::string_view kind : {"FATAL:", "PANIC:", "ERROR:", "error:"})
      if (const auto at = line.find(kind); at != std::string::npos) {
        const auto words = line.find_first_not_of(' ', at + kind.size());
        if (words != std::string::npos) complaints.push_back(line.substr(words));
        break;
      }
  }
  if (complaints.empty()) complaints.push_back(last);
  return complaints;
}

}  // namespace asyncmark::postgres
