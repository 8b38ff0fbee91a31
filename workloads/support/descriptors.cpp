#include "workloads/support/descriptors.hpp"

#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <limits>

#include "bench/base/errors.hpp"

namespace asyncmark {
namespace {

/// Of a process that has opened nothing yet: standard streams, pipes to its parent, an event loop.
constexpr std::uint64_t kOtherDescriptors = 32;

}  // namespace

std::uint64_t allow_descriptors(std::uint64_t wanted) {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY)
    return std::numeric_limits<std::uint64_t>::max();
  // The usual limit of 1024 holds only until a program asks for more.
  if (limit.rlim_cur < wanted + kOtherDescriptors) {
    limit.rlim_cur = std::min(wanted + kOtherDescriptors, limit.rlim_max);
    if (setrlimit(RLIMIT_NOFILE, &limit) != 0) getrlimit(RLIMIT_NOFILE, &limit);
  }
  if (limit.rlim_cur <= kOtherDescriptors)
    throw UsageError(fmt::format("{} files may be open at once, and {} are needed; raise ulimit -n",
                                 limit.rlim_cur, kOtherDescriptors + 1));
  return limit.rlim_cur - kOtherDescriptors;
}

}  // namespace asyncmark
