#include "bench/usage.hpp"

#include <fstream>
#include <string>

namespace asyncmark {
namespace {

Duration from_timeval(const timeval& time) {
  return std::chrono::seconds(time.tv_sec) + std::chrono::microseconds(time.tv_usec);
}

/// The value of a line such as "VmRSS:   1234 kB", in bytes.
std::int64_t bytes_in(const char* file, const std::string& key) {
  std::ifstream lines(file);
  for (std::string line; std::getline(lines, line);)
    if (line.starts_with(key)) return std::stoll(line.substr(key.size())) * 1024;
  return 0;
}

}  // namespace

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

Usage usage_from(const rusage& kernel) {
  return {from_timeval(kernel.ru_utime),
          from_timeval(kernel.ru_stime),
          static_cast<std::uint64_t>(kernel.ru_nvcsw),
          static_cast<std::uint64_t>(kernel.ru_nivcsw),
          static_cast<std::uint64_t>(kernel.ru_minflt),
          static_cast<std::uint64_t>(kernel.ru_majflt)};
}

Usage own_usage() {
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

std::int64_t kernel_memory_bytes() {
  const char* file = "/proc/meminfo";
  return bytes_in(file, "KernelStack:") + bytes_in(file, "PageTables:") +
         bytes_in(file, "SUnreclaim:");
}

std::uint64_t threads_of(int pid) {
  const auto process = "/proc/" + std::to_string(pid);
  std::uint64_t threads = 0;
  std::ifstream status(process + "/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("Threads:")) threads = std::stoull(line.substr(8));
  std::ifstream children(process + "/task/" + std::to_string(pid) + "/children");
  for (std::string child; children >> child;) ++threads;
  return threads;
}

void forget_peak_resident() {
  // Not ru_maxrss: it survives exec, so a child of a large parent would report the parent's peak.
  std::ofstream("/proc/self/clear_refs") << "5";
}

}  // namespace asyncmark
