#include "bench/base/output_file.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <utility>
#include <vector>

#include "bench/base/errors.hpp"
#include "bench/base/standard_error.hpp"
#include "bench/base/visible.hpp"

namespace asyncmark {
namespace {

std::filesystem::file_type type_of(const std::string& path) {
  std::error_code unknown;
  return std::filesystem::status(path, unknown).type();
}

/// The file that symbolic links lead to, whether it is there or not yet. What is no file (a pipe
/// behind /dev/stdout) keeps its name.
std::string behind_links(const std::string& path) {
  std::error_code unknown;
  if (type_of(path) == std::filesystem::file_type::regular)
    return std::filesystem::canonical(path, unknown);
  std::filesystem::path file = path;
  if (type_of(path) == std::filesystem::file_type::not_found)
    for (int i = 0; i < 40 && std::filesystem::is_symlink(file, unknown); ++i)
      file = file.parent_path() / std::filesystem::read_symlink(file, unknown);
  return file;
}

bool put(std::FILE* file, const std::string& text) {
  if (!file) return false;
  const bool all = std::fwrite(text.data(), 1, text.size(), file) == text.size();
  return std::fclose(file) == 0 && all;
}

/// A file with what is to replace another, beside that and gone with this object.
class Part {
 public:
  /// By a name that was not there before, for it may be the user's.
  explicit Part(std::string path) : path_(std::move(path)) {
    for (int i = 0; !file_; ++i) {
      name_ = fmt::format("{}.{}.part", path_, getpid() + i);
      file_ = std::fopen(name_.c_str(), "wx");
      if (!file_ && errno != EEXIST) return;
    }
    struct stat old {};
    if (stat(path_.c_str(), &old) == 0) fchmod(fileno(file_), old.st_mode & 07777);
  }
  Part(Part&& other) noexcept
      : path_(std::move(other.path_)),
        name_(std::exchange(other.name_, "")),
        file_(std::exchange(other.file_, nullptr)) {}
  Part& operator=(Part&&) = delete;
  ~Part() {
    const int error = errno;
    if (!name_.empty()) std::remove(name_.c_str());
    errno = error;
  }

  bool write(const std::string& text) { return put(std::exchange(file_, nullptr), text); }
  bool replace() {
    if (std::rename(name_.c_str(), path_.c_str()) != 0) return false;
    name_.clear();
    return true;
  }

 private:
  std::string path_;
  std::string name_;
  std::FILE* file_ = nullptr;
};

void say_unwritten(const std::string& flag, const std::string& path) {
  to_standard_error("warning: {}: '{}' could not be written: {}\n", flag, visible(path),
                    std::strerror(errno));
}

/// A folder with those above it, of which what was made is removed again unless it is kept.
class Folder {
 public:
  Folder(const std::string& path, const std::string& flag) {
    std::error_code failed;
    auto missing = std::filesystem::absolute(path);
    for (; !std::filesystem::exists(missing, failed); missing = missing.parent_path())
      made_.push_back(missing);
    std::filesystem::create_directories(path, failed);
    if (!failed) return;
    remove();
    throw UsageError(
        fmt::format("{}: the folder '{}' cannot be made: {}", flag, path, failed.message()));
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() { remove(); }

  void keep() { made_.clear(); }

 private:
  /// Only what is empty: others may have put something there meanwhile.
  void remove() {
    for (const auto& folder : made_) rmdir(folder.c_str());
  }

  std::vector<std::filesystem::path> made_;  ///< The innermost first.
};

}  // namespace

bool same_file(const std::string& a, const std::string& b) {
  // What is there has a number; and a pipe, as of <(...), has no path to compare.
  struct stat one {
  }, other{};
  if (stat(a.c_str(), &one) == 0 && stat(b.c_str(), &other) == 0)
    return one.st_dev == other.st_dev && one.st_ino == other.st_ino;
  const auto whole = [](const std::string& path) {
    std::error_code unknown;
    return std::filesystem::weakly_canonical(std::filesystem::absolute(behind_links(path)),
                                             unknown);
  };
  return whole(a) == whole(b);
}

void check_writable(const std::string& given, const std::string& flag) {
  const auto path = behind_links(given);
  const auto type = type_of(path);
  // A pipe is not opened to try: its reader would take that for the end.
  const bool can = type == std::filesystem::file_type::fifo
                       ? access(path.c_str(), W_OK) == 0
                       : std::ofstream(path, std::ios::app).is_open();
  if (!can)
    throw UsageError(
        fmt::format("{}: '{}' cannot be written: {}", flag, path, std::strerror(errno)));
  if (type == std::filesystem::file_type::not_found) std::filesystem::remove(path);
}

OutputFile::OutputFile(const std::string& path, std::string flag)
    : path_(behind_links(path)), flag_(std::move(flag)) {  // Not the link is to be replaced.
  const auto type = type_of(path_);
  check_writable(path_, flag_);
  regular_ =
      type == std::filesystem::file_type::not_found || type == std::filesystem::file_type::regular;
  if (!regular_) return;
  const auto folder = std::filesystem::absolute(path_).parent_path();
  if (access(folder.c_str(), W_OK) != 0)
    throw UsageError(fmt::format("{}: '{}' cannot be written: {}", flag_, folder.string(),
                                 std::strerror(errno)));
}

bool OutputFile::write(const std::string& text) const {
  if (regular_ ? replace(text) : put(std::fopen(path_.c_str(), "w"), text)) return true;
  if (std::exchange(has_said_, true)) return false;
  say_unwritten(flag_, path_);
  return false;
}

bool OutputFile::replace(const std::string& text) const {
  Part part(path_);
  return part.write(text) && part.replace();
}

bool write_folder(const std::string& folder, const std::map<std::string, std::string>& texts,
                  const std::string& flag) {
  Folder made(folder, flag);
  std::vector<Part> parts;
  for (const auto& [name, text] : texts) {
    const auto path = (std::filesystem::path(folder) / name).string();
    OutputFile(path, flag);  // Throws.
    if (parts.emplace_back(behind_links(path)).write(text)) continue;
    say_unwritten(flag, path);
    return false;
  }
  for (auto& part : parts)
    if (!part.replace()) {
      say_unwritten(flag, folder);
      return false;
    }
  made.keep();
  return true;
}

}  // namespace asyncmark
