#include "bench/os/limits.hpp"

#include <fmt/format.h>
#include <pthread.h>
#include <sys/resource.h>

#include <algorithm>

#include "bench/base/errors.hpp"

namespace asyncmark {
namespace {

/// For the pipes to a child, what it is watched by, and files.
constexpr rlim_t kLeastFiles = 16;
/// Of the main thread: a child makes sure of half of it before it begins.
constexpr rlim_t kLeastStack = 512 << 10;

/// Gives what there then is.
rlim_t raised(__rlimit_resource resource, rlim_t least) {
  rlimit limit{};
  if (getrlimit(resource, &limit) != 0) return least;
  if (limit.rlim_cur >= least) return limit.rlim_cur;
  const auto before = limit.rlim_cur;
  limit.rlim_cur = std::min(least, limit.rlim_max);
  return setrlimit(resource, &limit) == 0 ? limit.rlim_cur : before;
}

}  // namespace

void check_limits() {
  if (const auto files = raised(RLIMIT_NOFILE, kLeastFiles); files < kLeastFiles)
    throw UsageError(fmt::format("{} files may be open at once, and {} are needed; raise ulimit -n",
                                 files, kLeastFiles));
  if (const auto stack = raised(RLIMIT_STACK, kLeastStack); stack < kLeastStack)
    throw UsageError(fmt::format("a stack may have {} KiB, and {} are needed; raise ulimit -s",
                                 stack >> 10, kLeastStack >> 10));
  // Threads take their size from the limit that there was at the start.
  pthread_attr_t usual;
  if (pthread_getattr_default_np(&usual) != 0) return;
  std::size_t size = 0;
  if (pthread_attr_getstacksize(&usual, &size) == 0 && size < kLeastStack &&
      pthread_attr_setstacksize(&usual, kLeastStack) == 0)
    pthread_setattr_default_np(&usual);
  pthread_attr_destroy(&usual);
}

}  // namespace asyncmark
