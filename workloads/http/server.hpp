#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <string>

#include "bench/base/units.hpp"
#include "bench/services/serving.hpp"
#include "workloads/support/spending.hpp"

namespace asyncmark::http_server {

/// How both models answer.
struct Settings {
  Duration delay{};  ///< That an answer waits, needing no processor.
  Duration cpu{};    ///< Processor time that is burnt before.
  Stall stall;
  std::string body;
  std::uint16_t port = 0;     ///< 0: any free port.
  std::uint64_t workers = 0;  ///< Of the thread pool.
};

/// The default number of workers of a pool, as the runner thread-pool has.
inline constexpr std::uint64_t kUsualWorkers = 32;

/// The workers that `--FLAG` asks of a pool. Throws UsageError naming it where there are too many,
/// or where `--MODEL` is another one than thread-pool.
std::optional<std::uint64_t> workers_of(const OptionValues& options, const std::string& flag,
                                        const std::string& model);

/// When each request arrived and its answer was handed to the kernel. Safe across threads.
class Log {
 public:
  explicit Log(bool kept) : kept_(kept) {}
  void add(Clock::time_point arrived, Clock::time_point completed) {
    if (!kept_) return;
    const std::lock_guard lock(mutex_);
    lines_.push_back({arrived, completed});
  }
  /// Throws UsageError naming `--log` when the file cannot be written.
  void write(const std::string& file) const;

 private:
  struct Line {
    Clock::time_point arrived;
    Clock::time_point completed;
  };
  bool kept_;
  std::mutex mutex_;
  std::deque<Line> lines_;  // Which never moves what it holds, as a vector does for milliseconds.
};

/// What both models share while they serve. Safe across threads.
class Answering {
 public:
  Answering(const Settings& how, ServiceCounts& counted_in, Log& logged_in)
      : settings(how), counts(counted_in), log(logged_in) {}

  /// Counts a request, burns its processor time and tells when it is due, unless
  /// everybody is stalled until later.
  Clock::time_point begin() {
    const auto op = counts.requests.fetch_add(1);
    if (settings.stall.at(op)) {
      const auto until = Clock::now() + settings.stall.extra;
      auto before = stalled_until_.load();
      while (before < until && !stalled_until_.compare_exchange_weak(before, until)) {
      }
    }
    burn(settings.cpu);
    return Clock::now() + settings.delay;
  }
  /// Notes a request whose answer has just been handed to the kernel.
  void end(Clock::time_point arrived) {
    const auto completed = Clock::now();
    counts.own_time.add(completed - arrived);
    log.add(arrived, completed);
  }
  /// Whether a request must wait yet; `due` then is until when.
  bool must_wait(Clock::time_point& due) const {
    due = std::max(due, stalled_until_.load());
    return due > Clock::now();
  }

  const Settings& settings;
  ServiceCounts& counts;
  Log& log;

 private:
  std::atomic<Clock::time_point> stalled_until_{};
};

/// Each serves until Interruption::descriptor() is readable. Throws UsageError naming `--port` when
/// it cannot listen there.
void serve_event_loop(Answering& answering);
void serve_thread_pool(Answering& answering);

/// As announced.
std::string endpoint(unsigned port);
[[noreturn]] void throw_cannot_listen(const Settings& settings, const std::string& reason);

}  // namespace asyncmark::http_server
