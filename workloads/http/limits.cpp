#include "workloads/http/limits.hpp"

#include <fmt/format.h>

#include <fstream>
#include <limits>

#include "bench/base/errors.hpp"
#include "workloads/support/descriptors.hpp"

namespace asyncmark::http {
namespace {

constexpr auto kNoLimit = std::numeric_limits<std::uint64_t>::max();

/// Those that the kernel gives to clients, of either family.
std::uint64_t ports() {
  std::ifstream range("/proc/sys/net/ipv4/ip_local_port_range");
  std::uint64_t first = 0, last = 0;
  return range >> first >> last && first <= last ? last - first + 1 : kNoLimit;
}

}  // namespace

void make_room_for(std::uint64_t connections) {
  if (const auto fit = allow_descriptors(connections); connections > fit)
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
