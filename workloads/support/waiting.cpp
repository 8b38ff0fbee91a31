#include "workloads/support/waiting.hpp"

#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <ctime>

namespace asyncmark {
namespace {

short events(Want want) {
  switch (want) {
    case Want::nothing:
      return 0;
    case Want::readable:
      return POLLIN;
    case Want::writable:
      return POLLOUT;
    case Want::either:
      return POLLIN | POLLOUT;
  }
  return 0;
}

}  // namespace

FailureReason failure_of(int error) {
  switch (error) {
    case ECONNREFUSED:
      return failures::kRefused;
    case ECONNRESET:
      return failures::kReset;
    case EPIPE:  // What the other side closed in order before that came to it.
      return failures::kClosedEarly;
    case ETIMEDOUT:
      return failures::kTimeOut;
    case EHOSTUNREACH:
    case ENETUNREACH:
      return failures::kUnreachable;
    case EADDRNOTAVAIL:
      return reasons::kNoPort;
    case EMFILE:
    case ENFILE:
      return reasons::kNoDescriptor;
    default:
      return strerrorname_np(error) ? strerrorname_np(error) : "unknown";
  }
}

bool wait_for(int socket, Want want, Clock::time_point until) {
  pollfd one{socket, events(want), 0};
  for (;;) {
    const auto left = std::max<std::int64_t>((until - Clock::now()).count(), 0);
    const timespec limit{left / 1'000'000'000, left % 1'000'000'000};
    const int ready = ppoll(&one, 1, &limit, nullptr);
    if (ready >= 0 || errno != EINTR) return ready != 0;
  }
}

}  // namespace asyncmark
