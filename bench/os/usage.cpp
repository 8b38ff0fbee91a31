#include "bench/os/usage.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include <cstdlib>
#include <ctime>
#include <fstream>
#include <string>

namespace asyncmark {
namespace {

Duration from_timeval(const timeval& time) {
  return std::chrono::seconds(time.tv_sec) + std::chrono::microseconds(time.tv_usec);
}

/// The second number of a schedstat file, in ns.
std::optional<Duration> run_queue_wait_in(int folder, const std::string& file) {
  // With plain calls: a pool may have thousands of threads.
  const int fd = openat(folder, file.c_str(), O_RDONLY | O_CLOEXEC);
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

}  // namespace

Usage usage_from(const rusage& kernel) {
  return {from_timeval(kernel.ru_utime),
          from_timeval(kernel.ru_stime),
          static_cast<std::uint64_t>(kernel.ru_nvcsw),
          static_cast<std::uint64_t>(kernel.ru_nivcsw),
          static_cast<std::uint64_t>(kernel.ru_minflt),
          static_cast<std::uint64_t>(kernel.ru_majflt)};
}

Usage& Usage::operator+=(const Usage& other) {
  user += other.user;
  system += other.system;
  voluntary_switches += other.voluntary_switches;
  involuntary_switches += other.involuntary_switches;
  minor_faults += other.minor_faults;
  major_faults += other.major_faults;
  return *this;
}

Usage Usage::operator-(const Usage& other) const {
  return {user - other.user,
          system - other.system,
          voluntary_switches - other.voluntary_switches,
          involuntary_switches - other.involuntary_switches,
          minor_faults - other.minor_faults,
          major_faults - other.major_faults};
}

Usage own_usage() {
  Usage sum;
  for (const auto who : {RUSAGE_SELF, RUSAGE_CHILDREN}) {
    rusage kernel{};
    getrusage(who, &kernel);
    sum += usage_from(kernel);
  }
  return sum;
}

Duration processor_time_of(int pid) {
  clockid_t clock{};
  timespec time{};
  if (clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &time) != 0) return {};
  return std::chrono::seconds(time.tv_sec) + Duration(time.tv_nsec);
}

std::optional<Duration> run_queue_wait_of(int pid) {
  DIR* tasks = opendir(("/proc/" + std::to_string(pid) + "/task").c_str());
  if (!tasks) return std::nullopt;
  std::optional<Duration> sum = Duration(0);
  while (const auto* task = readdir(tasks))
    if (task->d_name[0] != '.')
      sum = sum_of(sum, run_queue_wait_in(dirfd(tasks), std::string(task->d_name) + "/schedstat"));
  closedir(tasks);
  return sum;
}

std::optional<Duration> own_run_queue_wait() { return run_queue_wait_of(getpid()); }

std::optional<std::int64_t> bytes_in(const std::string& file, std::string_view key) {
  std::ifstream lines(file);
  for (std::string line; std::getline(lines, line);)
    if (line.starts_with(key)) return std::stoll(line.substr(key.size())) * 1024;
  return std::nullopt;
}

std::int64_t resident_bytes() { return bytes_in("/proc/self/status", "VmRSS:").value_or(0); }

std::int64_t private_bytes() {
  const char* file = "/proc/self/smaps_rollup";
  return bytes_in(file, "Private_Dirty:").value_or(0) +
         bytes_in(file, "Private_Clean:").value_or(0);
}

std::int64_t peak_resident_bytes() { return peak_resident_bytes_of(getpid()); }

std::int64_t peak_resident_bytes_of(int pid) {
  return bytes_in("/proc/" + std::to_string(pid) + "/status", "VmHWM:").value_or(0);
}

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

std::int64_t slab_bytes() { return bytes_in("/proc/meminfo", "SUnreclaim:").value_or(0); }

void forget_peak_resident() { forget_peak_resident_of(getpid()); }

void forget_peak_resident_of(int pid) {
  // Not ru_maxrss: it survives exec, so a child of a large parent would report the parent's peak.
  std::ofstream("/proc/" + std::to_string(pid) + "/clear_refs") << "5";
}

}  // namespace asyncmark
