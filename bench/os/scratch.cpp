#include "bench/os/scratch.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "bench/base/errors.hpp"
#include "bench/os/process_tree.hpp"

namespace asyncmark {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kPrefix = "asyncmark-";
constexpr std::size_t kRandomLetters = 6;
constexpr const char* kLockName = "asyncmark.lock";
constexpr auto kLongestEnd = std::chrono::seconds(2);

std::string temporary_folder() {
  const char* named = std::getenv("TMPDIR");
  const fs::path path = named && *named ? named : "/tmp";
  // Without links, as the kernel tells where processes work.
  std::error_code missing;
  const auto resolved = fs::canonical(path, missing);
  return missing ? path.string() : resolved.string();
}

bool is_name_of_ours(const std::string& name) {
  return name.size() == kPrefix.size() + kRandomLetters && name.starts_with(kPrefix) &&
         std::all_of(name.begin() + kPrefix.size(), name.end(),
                     [](unsigned char letter) { return std::isalnum(letter) != 0; });
}

/// Whether a terminal controls it: then a user may be looking at its files.
bool has_terminal(pid_t process) {
  const auto fields = stat_of(process);  // State, parent, group, session, terminal.
  return fields.size() > 4 && fields[4] != "0";
}

/// Whether it belongs to us, or to whom the place belongs where it works: others only look.
bool owns(const fs::path& process, const std::string& place) {
  struct stat worker {
  }, owned{};
  return stat(process.c_str(), &worker) == 0 && stat(place.c_str(), &owned) == 0 &&
         (worker.st_uid == geteuid() || worker.st_uid == owned.st_uid);
}

/// Those whose working directory is the folder or in it, as that of a database server is.
std::vector<pid_t> processes_in(const std::string& folder) {
  std::vector<pid_t> all;
  std::error_code gone;
  for (const auto& entry : fs::directory_iterator("/proc", gone)) {
    const auto pid = std::atoi(entry.path().filename().c_str());
    if (pid <= 0 || pid == getpid()) continue;
    const auto where = fs::read_symlink(entry.path() / "cwd", gone).string();
    if (!gone && (where + '/').starts_with(folder + '/') && !has_terminal(pid) &&
        owns(entry.path(), where))
      all.push_back(pid);
  }
  return all;
}

void end_processes_in(const std::string& folder) {
  // At once, but by a signal that lets them give back what else they hold, as shared memory.
  for (const int signal : {SIGQUIT, SIGKILL}) {
    for (const auto pid : processes_in(folder)) kill(pid, signal);
    const auto limit = std::chrono::steady_clock::now() + kLongestEnd;
    while (std::chrono::steady_clock::now() < limit) {
      if (processes_in(folder).empty()) return;
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
  }
}

/// The lock goes last: what an interruption leaves is still known as ours.
void remove(const std::string& folder) {
  end_processes_in(folder);
  std::error_code failed;
  std::vector<fs::path> inside;
  for (const auto& entry : fs::directory_iterator(folder, failed))
    if (entry.path().filename() != kLockName) inside.push_back(entry.path());
  for (const auto& path : inside) fs::remove_all(path, failed);
  unlink((folder + '/' + kLockName).c_str());
  rmdir(folder.c_str());
}

/// Whether it still has a name.
bool is_linked(const Descriptor& file) {
  struct stat now {};
  return fstat(file.get(), &now) == 0 && now.st_nlink > 0;
}

/// The lock of a folder that no owner has; else none.
Descriptor abandoned_lock(const std::string& folder) {
  const Descriptor there(open(folder.c_str(), O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  struct stat owned {};
  if (!there || fstat(there.get(), &owned) != 0 || owned.st_uid != geteuid()) return {};
  Descriptor lock(openat(there.get(), kLockName, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK));
  if (!lock || fstat(lock.get(), &owned) != 0 || owned.st_uid != geteuid()) return {};
  if (!S_ISREG(owned.st_mode) || flock(lock.get(), LOCK_EX | LOCK_NB) != 0) return {};
  // Another may have removed it all between our opening and our locking.
  return is_linked(lock) ? std::move(lock) : Descriptor();
}

}  // namespace

Scratch::Scratch() {
  const auto parent = temporary_folder();
  const auto fail = [&] {
    throw UsageError(fmt::format("no folder can be created in '{}': {}; set TMPDIR to another",
                                 parent, std::strerror(errno)));
  };
  for (;;) {
    path_ = fmt::format("{}/{}XXXXXX", parent, kPrefix);
    if (!mkdtemp(path_.data())) fail();
    lock_ = Descriptor(
        open((path_ + '/' + kLockName).c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (!lock_ || flock(lock_.get(), LOCK_EX) != 0) {
      const int reason = errno;
      remove(path_);
      errno = reason;
      fail();
    }
    // Between its making and its locking the folder looked abandoned to any remove_stale().
    if (is_linked(lock_)) return;
  }
}

Scratch::~Scratch() { remove(path_); }

void Scratch::remove_stale() {
  std::error_code failed;
  std::vector<std::string> candidates;
  for (const auto& entry : fs::directory_iterator(temporary_folder(), failed))
    if (is_name_of_ours(entry.path().filename())) candidates.push_back(entry.path());
  for (const auto& folder : candidates)
    if (const auto lock = abandoned_lock(folder)) remove(folder);
}

}  // namespace asyncmark
