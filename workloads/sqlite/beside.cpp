#include "workloads/sqlite/beside.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

namespace asyncmark::sqlite {
namespace {

/// Empty where it can be written.
std::string unwritable(const char* what, const std::string& path) {
  if (access(path.c_str(), W_OK) == 0) return "";
  return fmt::format("the {} '{}' cannot be written: {}", what, path, std::strerror(errno));
}

}  // namespace

bool is_in_wal_mode(const std::string& path) {
  // The versions of the format for writing and reading: 2 is WAL.
  std::array<char, 20> header{};
  std::ifstream(path, std::ios::binary).read(header.data(), header.size());
  return header[18] == 2 && header[19] == 2;
}

bool has_journal(const std::string& path) {
  std::error_code unknown;
  return std::filesystem::exists(path + "-journal", unknown);
}

std::string no_files_beside(const std::string& path) {
  return unwritable("folder", std::filesystem::path(path).parent_path().string());
}

std::string no_file_beside(const std::string& path, const std::string& suffix) {
  const auto beside = path + suffix;
  std::error_code unknown;
  return std::filesystem::exists(beside, unknown) ? unwritable("file", beside)
                                                  : no_files_beside(path);
}

}  // namespace asyncmark::sqlite
