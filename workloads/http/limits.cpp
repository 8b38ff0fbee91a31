#include "workloads/http/limits.hpp"

#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <fstream>
#include <limits>

#include "bench/errors.hpp"

namespace asyncmark::http {
namespace {

/// Of a process that has opened nothing yet: standard streams, pipes to its parent, an event loop.
constexpr std::uint64_t kOtherDescriptors = 32;
constexpr auto kNoLimit = std::numeric_limits<std::uint64_t>::max();

/// Those for connections that may be had. The usual limit of 1024 is only the one that holds until
/// somebody asks for more.
std::uint64_t descriptors(std::uint64_t wanted) {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return kNoLimit;
  if (limit.rlim_cur < wanted + kOtherDescriptors) {
    limit.rlim_cur = std::min(wanted + kOtherDescriptors, limit.rlim_max);
    if (setrlimit(RLIMIT_NOFILE, &limit) != 0) getrlimit(RLIMIT_NOFILE, &limit);
  }
  return limit.rlim_cur > kOtherDescriptors ? limit.rlim_cur - kOtherDescriptors : 0;
}

/// Those that the kernel gives to clients, of either family.
std::uint64_t ports() {
  std::ifstream range("/proc/sys/net/ipv4/ip_local_port_range");
  std::uint64_t first = 0, last = 0;
  return range >> first >> last && first <= last ? last - first + 1 : kNoLimit;
}

}  // namespace

void make_room_for(std::uint64_t connections) {
  if (const auto fit = descriptors(connections); connections > fit)
    throw UsageError(fmt::format(
        "--in-flight: up to {} connections at once need more descriptors than a process "
        "may have; give --in-flight {} or less, or raise 'ulimit -Hn'",
        connections, fit));
  if (const auto fit = ports(); connections > fit)
    throw UsageError(fmt::format(
        "--in-flight: up to {} connections at once need more ports than there are; give "
        "--in-flight {} or less, or widen net.ipv4.ip_local_port_range",
        connections, fit));
}

}  // namespace asyncmark::http
