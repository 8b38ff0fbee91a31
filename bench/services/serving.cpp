#include "bench/services/serving.hpp"

#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <algorithm>
#include <fstream>
#include <new>

#include "bench/base/errors.hpp"
#include "bench/os/interruption.hpp"
#include "bench/os/scratch.hpp"

namespace asyncmark {
namespace {

/// The counts behind the descriptor, if it is such a file. Never unmapped: it is for all our life.
ServiceCounts* shared_counts(int descriptor) {
  struct stat file {};
  if (fstat(descriptor, &file) != 0 || file.st_size != sizeof(ServiceCounts)) return nullptr;
  void* memory =
      mmap(nullptr, sizeof(ServiceCounts), PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
  return memory == MAP_FAILED ? nullptr : static_cast<ServiceCounts*>(memory);
}

/// A connection takes a descriptor, and the usual limit for those is 1024.
void raise_descriptor_limit() {
  rlimit files{};
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
}

}  // namespace

void ServiceCounts::add_activity(std::uint64_t active) {
  activity_sum += active;
  peak_activity = std::max(peak_activity.load(), active);
  ++activity_samples;
}

void ServiceCounts::set_connections(std::uint64_t now) {
  connections = now;
  peak_connections = std::max(peak_connections.load(), now);
}

void announce(const std::string& endpoint, const std::string& how) {
  fmt::print("{}{}\n{}\n", kListening, endpoint, how);
  if (std::fflush(stdout) != 0) throw UsageError("standard output cannot be written");
}

int longest_listen_backlog() {
  int backlog = 0;
  return std::ifstream("/proc/sys/net/core/somaxconn") >> backlog ? backlog : 4096;
}

void serve(const ServiceEntry& service, const OptionValues& options, int counts) {
  raise_descriptor_limit();
  Scratch::remove_stale();
  Interruption::watch();
  ServiceCounts own;
  auto* shared = shared_counts(counts);
  try {
    service.serve(options, shared ? *shared : own);
  } catch (const CaseError& error) {
    throw UsageError(error.what());
  }
}

}  // namespace asyncmark
