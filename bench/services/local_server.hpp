#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "bench/measure/measurement.hpp"
#include "bench/os/placement.hpp"
#include "bench/os/process_tree.hpp"

namespace asyncmark {

/// A server on this machine that asyncmark did not start, as the kernel sees it from outside.
class LocalServer {
 public:
  explicit LocalServer(std::uint16_t port) : port_(port) {}

  void start_window();
  /// Since start_window(); absent where no process was seen to listen. Requests it does not know.
  std::optional<ServiceUsage> usage() const;
  /// As the kernel gave them to it.
  Cpus cpus() const;

 private:
  std::uint16_t port_;
  std::vector<pid_t> before_;
  TreeTimes times_before_;
  std::map<pid_t, Duration> threads_before_;
};

}  // namespace asyncmark
