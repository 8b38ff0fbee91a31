#pragma once

#include <sys/socket.h>

#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "bench/measure/measurement.hpp"
#include "bench/os/placement.hpp"
#include "bench/os/process_tree.hpp"

namespace asyncmark {

/// A server on this machine that asyncmark did not start, as the kernel sees it from outside.
class LocalServer {
 public:
  /// At the first of these addresses that has a listener, as clients try them.
  explicit LocalServer(std::vector<sockaddr_storage> addresses)
      : addresses_(std::move(addresses)) {}

  void start_window();
  /// Since start_window(); absent where no process was seen to listen. Requests it does not know.
  std::optional<ServiceUsage> usage() const;
  /// As the kernel gave them to it.
  Cpus cpus() const;

 private:
  std::vector<pid_t> processes() const;

  std::vector<sockaddr_storage> addresses_;
  std::vector<pid_t> before_;
  TreeTimes times_before_;
  std::map<pid_t, ThreadTimes> threads_before_;
};

}  // namespace asyncmark
