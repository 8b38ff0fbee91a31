#include "bench/usage.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <string>

namespace asyncmark {
namespace {

Duration from_timeval(const timeval& time) {
  return std::chrono::seconds(time.tv_sec) + std::chrono::microseconds(time.tv_usec);
}

/// The value of a line such as "VmRSS:   1234 kB", in bytes.
std::int64_t bytes_in(const std::string& file, const std::string& key) {
  std::ifstream lines(file);
  for (std::string line; std::getline(lines, line);)
    if (line.starts_with(key)) return std::stoll(line.substr(key.size())) * 1024;
  return 0;
}

/// The second number of /proc/.../schedstat, in ns. With plain calls, for a pool's workers come
/// here one after the other while the last of them still carry out operations.
std::optional<Duration> run_queue_wait_in(int folder, const char* file) {
  const int fd = openat(folder, file, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return std::nullopt;
  char text[100];
  const auto got = read(fd, text, sizeof text - 1);
  close(fd);
  if (got <= 0) return std::nullopt;
  text[got] = '\0';
  char* end = text;
  std::strtoll(text, &end, 10);  // The time on a processor.
  return Duration(std::strtoll(end, nullptr, 10));
}

/// Of the threads that the process has now.
std::optional<Duration> run_queue_wait() {
  DIR* tasks = opendir("/proc/self/task");
  if (!tasks) return std::nullopt;
  std::optional<Duration> sum = Duration(0);
  while (const auto* task = readdir(tasks)) {
    if (task->d_name[0] == '.') continue;
    const auto wait =
        run_queue_wait_in(dirfd(tasks), (std::string(task->d_name) + "/schedstat").c_str());
    if (sum && wait)
      *sum += *wait;
    else
      sum.reset();
  }
  closedir(tasks);
  return sum;
}

}  // namespace

Usage& Usage::operator+=(const Usage& other) {
  user += other.user;
  system += other.system;
  voluntary_switches += other.voluntary_switches;
  involuntary_switches += other.involuntary_switches;
  minor_faults += other.minor_faults;
  major_faults += other.major_faults;
  if (run_queue_wait && other.run_queue_wait)
    *run_queue_wait += *other.run_queue_wait;
  else
    run_queue_wait.reset();
  return *this;
}

Usage Usage::operator-(const Usage& other) const {
  return {user - other.user,
          system - other.system,
          voluntary_switches - other.voluntary_switches,
          involuntary_switches - other.involuntary_switches,
          minor_faults - other.minor_faults,
          major_faults - other.major_faults,
          run_queue_wait && other.run_queue_wait
              ? std::optional(*run_queue_wait - *other.run_queue_wait)
              : std::nullopt};
}

Usage usage_from(const rusage& kernel) {
  return {from_timeval(kernel.ru_utime),
          from_timeval(kernel.ru_stime),
          static_cast<std::uint64_t>(kernel.ru_nvcsw),
          static_cast<std::uint64_t>(kernel.ru_nivcsw),
          static_cast<std::uint64_t>(kernel.ru_minflt),
          static_cast<std::uint64_t>(kernel.ru_majflt),
          std::nullopt};
}

Usage own_usage() {
  auto used = own_usage_of_passing_threads();
  used.run_queue_wait = run_queue_wait();
  return used;
}

Usage own_usage_of_passing_threads() {
  rusage kernel{};
  getrusage(RUSAGE_SELF, &kernel);
  return usage_from(kernel);
}

std::int64_t resident_bytes() { return bytes_in("/proc/self/status", "VmRSS:"); }

std::int64_t private_bytes() {
  const char* file = "/proc/self/smaps_rollup";
  return bytes_in(file, "Private_Dirty:") + bytes_in(file, "Private_Clean:");
}

std::int64_t peak_resident_bytes() { return bytes_in("/proc/self/status", "VmHWM:"); }

Held held_for(int pid) {
  Held held;
  const auto add = [&](const std::string& process) {
    std::ifstream status("/proc/" + process + "/status");
    for (std::string line; std::getline(status, line);) {
      if (line.starts_with("VmPTE:")) held.page_table_bytes += std::stoll(line.substr(6)) * 1024;
      if (line.starts_with("Threads:")) held.threads += std::stoull(line.substr(8));
    }
  };
  const auto process = std::to_string(pid);
  add(process);
  std::ifstream children("/proc/" + process + "/task/" + process + "/children");
  for (std::string child; children >> child;) add(child);
  return held;
}

std::int64_t slab_bytes() { return bytes_in("/proc/meminfo", "SUnreclaim:"); }

void forget_peak_resident() {
  // Not ru_maxrss: it survives exec, so a child of a large parent would report the parent's peak.
  std::ofstream("/proc/self/clear_refs") << "5";
}

}  // namespace asyncmark
