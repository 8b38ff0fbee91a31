#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "bench/measure/measurement.hpp"
#include "bench/model/case.hpp"
#include "bench/os/placement.hpp"
#include "bench/os/process_tree.hpp"
#include "bench/os/spawn.hpp"
#include "bench/services/serving.hpp"

namespace asyncmark {

struct Result;

/// A service that we started, as a process of its own. It ends with this, and with us whatever
/// happens to us.
class Service {
 public:
  /// Starts `asyncmark serve WORDS...`, kept to these processors if any, and waits until it accepts
  /// connections, or an Interruption happens. Throws UsageError when it does not come up. `program`
  /// is what serves: tests name the built asyncmark.
  explicit Service(std::vector<std::string> words, const Cpus& cpus = {},
                   const std::string& program = ourselves());
  ~Service();
  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;

  /// Such as `http://127.0.0.1:41234`; empty after an Interruption.
  const std::string& endpoint() const { return endpoint_; }
  /// In its own words, how it serves.
  const std::string& how() const { return how_; }
  pid_t pid() const { return process_.pid(); }
  /// As the kernel gave them.
  Cpus cpus() const { return cpus_of(pid()); }

  /// Empty while it runs; else how it ended by itself: "SIGKILL", "exit 0". It is reaped then.
  const std::string& ended();
  /// The words after `asyncmark serve` that started it.
  const std::string& name() const { return name_; }

  void start_window();
  /// Since start_window(), or since it was started. Of one that has ended() nothing is known.
  ServiceUsage usage() const;
  /// From here on its samples are not needed.
  void end_window() { counts_->watched = false; }
  /// That it answered since it was started.
  std::uint64_t requests() const { return counts_->requests; }
  /// False for one that does not see the requests, as a database that we have not written.
  bool sees_requests() const { return counts_->sees_requests; }

 private:
  struct Totals {
    TreeTimes times;
    std::map<pid_t, ThreadTimes> threads;
    std::uint64_t requests = 0;
  };
  /// Those that do its work.
  std::vector<pid_t> tree() const;
  Totals totals_of(const std::vector<pid_t>& tree) const;
  void await(int output);

  std::string name_;
  Descriptor counts_file_;
  ServiceCounts* counts_ = nullptr;
  Pipe output_;
  Process process_;
  std::string endpoint_;
  std::string how_;
  std::string ended_;
  Totals before_;
};

/// By their words, and where they are.
using Services = std::map<std::pair<std::vector<std::string>, Cpus>, Service>;

/// Starts what the cases need, each distinct service once in each place, and tells each case its
/// endpoint. The services end with what is returned. Throws UsageError when one does not come up.
Services start_services(std::vector<Result>& cases);

/// The one that was started for this case, or null.
Service* service_of(Services& services, const Case& one);

}  // namespace asyncmark
