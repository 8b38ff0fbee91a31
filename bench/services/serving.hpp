#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "bench/base/options.hpp"
#include "bench/base/registry.hpp"
#include "bench/services/shared_histogram.hpp"

namespace asyncmark {

/// What a service counts while it runs, in memory that the process which started it may share.
struct ServiceCounts {
  std::atomic<std::uint64_t> requests{0};
  std::atomic<std::uint64_t> connections{0};
  std::atomic<std::uint64_t> peak_connections{0};
  /// From the arrival of each request, as the service saw it, to handing its answer to the kernel.
  SharedHistogram own_time;

  /// The process that does the work, with its descendants; 0: the one that serves. Set before
  /// announce(), as the next.
  std::atomic<int> worker{0};
  /// False where the requests cannot be seen.
  std::atomic<bool> sees_requests{true};
  /// Of the worker's descendants the one that is there for activity alone: what it takes is not
  /// counted. 0: none is.
  std::atomic<int> observer{0};
  /// Set by who looks in, while it wants to know the activity.
  std::atomic<bool> watched{false};
  /// Samples of how many requests are worked at, their sum and the highest.
  std::atomic<std::uint64_t> activity_samples{0};
  std::atomic<std::uint64_t> activity_sum{0};
  std::atomic<std::uint64_t> peak_activity{0};

  /// Takes in a sample; by one thread.
  void add_activity(std::uint64_t active);
  /// As many connections as are seen now; by one thread, where none is counted by itself.
  void set_connections(std::uint64_t now);
};

/// A connection to a service, counted for as long as this stands.
class CountedConnection {
 public:
  explicit CountedConnection(ServiceCounts& counts) : counts_(counts) {
    const auto now = ++counts_.connections;
    auto peak = counts_.peak_connections.load();
    while (peak < now && !counts_.peak_connections.compare_exchange_weak(peak, now)) {
    }
  }
  ~CountedConnection() { --counts_.connections; }
  CountedConnection(const CountedConnection&) = delete;
  CountedConnection& operator=(const CountedConnection&) = delete;

 private:
  ServiceCounts& counts_;
};

/// What stands before the endpoint in the line that announce() prints.
inline constexpr const char* kListening = "listening on ";

/// What a workload needs to be up: a process of its own (`asyncmark serve NAME`).
struct ServiceEntry {
  static constexpr std::string_view kKind = "service";
  std::string name;
  std::string summary;
  std::vector<OptionSpec> options;
  /// Listens, calls announce() and serves until Interruption::descriptor() is readable. Throws
  /// UsageError when the values do not fit together or the service cannot be.
  std::function<void(const OptionValues&, ServiceCounts&)> serve;
  /// Tells what this machine lacks for it, in a line; empty where nothing is missing.
  std::function<std::string()> missing = {};
};

/// Called by a service once it accepts connections: prints `listening on ENDPOINT`, and a line on
/// how it serves. Throws UsageError when standard output cannot be written.
void announce(const std::string& endpoint, const std::string& how);

/// How many connections the kernel lets wait for being accepted, at most.
int longest_listen_backlog();

/// Carries out `asyncmark serve`: until SIGINT, SIGTERM or SIGHUP makes Interruption::descriptor()
/// readable. `counts` is the number of an open file of the size of ServiceCounts that another
/// process looks into, or -1. Throws UsageError when the service cannot be.
void serve(const ServiceEntry& service, const OptionValues& options, int counts);

}  // namespace asyncmark
