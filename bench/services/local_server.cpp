#include "bench/services/local_server.hpp"

#include <algorithm>

#include "bench/os/listener.hpp"

namespace asyncmark {

std::vector<pid_t> LocalServer::processes() const {
  for (const auto& address : addresses_)
    if (auto found = listeners_on(address); !found.empty()) return found;
  return {};
}

void LocalServer::start_window() {
  before_ = processes();
  times_before_ = times_of(before_);
  threads_before_ = thread_times_of(before_);
}

std::optional<ServiceUsage> LocalServer::usage() const {
  const auto now = processes();
  // Of one that was started anew meanwhile nothing is known.
  if (before_.empty() || std::ranges::find(now, before_.front()) == now.end()) return std::nullopt;
  const auto times = times_of(now);
  ServiceUsage used;
  used.cpu = std::max(Duration(0), times.cpu - times_before_.cpu);
  used.user = std::max(Duration(0), times.user - times_before_.user);
  used.system = std::max(Duration(0), times.system - times_before_.system);
  const auto threads = thread_times_of(now);
  used.busiest_thread = busiest_since(threads_before_, threads);
  used.waited_for_cpu = waited_since(threads_before_, threads);
  used.threads = threads_of(now);
  used.peak_rss_bytes = resident_bytes_of(now);
  return used;
}

Cpus LocalServer::cpus() const { return before_.empty() ? Cpus{} : cpus_of(before_.front()); }

}  // namespace asyncmark
