#pragma once

#include <functional>
#include <optional>
#include <random>
#include <vector>

#include "bench/child/live.hpp"
#include "bench/engine/window.hpp"
#include "bench/measure/measurement.hpp"
#include "bench/measure/slices.hpp"
#include "bench/os/process.hpp"

namespace asyncmark {

/// The parent's look through a child's window, at random moments while the timed part runs.
class Watcher {
 public:
  /// `file` is empty memory that the child maps as well; `passes` and `ops` are those of the case,
  /// 0 where a duration limits it.
  Watcher(Descriptor file, std::uint64_t passes, std::uint64_t ops, bool open_loop = false);
  ~Watcher();
  Watcher(const Watcher&) = delete;
  Watcher& operator=(const Watcher&) = delete;

  /// The descriptor to pass to the child.
  int descriptor() const { return file_.get(); }

  /// Takes a sample if one is due.
  void look();

  /// From here on the child waits for look() when it is ready for its timed part and when that is
  /// over; `look_at` is called with Phase::ready and Phase::over.
  void meet(std::function<void(Phase)> look_at);

  /// When the next is due: from 0.5 ms apart at first to 10 ms in a long run, shaken by half so
  /// that they do not beat with operations of equal length.
  Clock::time_point next() const { return next_; }

  Observed observed() const;

  /// Reads how far the child is, for people who wait for it.
  Live live() const;

 private:
  bool has_begun() const { return begun_ != Clock::time_point{}; }
  void look_at_process();
  void count_begun(Clock::time_point now);

  std::function<void(Phase)> look_at_;
  Descriptor file_;
  Window* window_ = nullptr;
  Clock::time_point begun_{};
  Clock::time_point pass_begun_{};
  Clock::time_point next_;
  Clock::time_point last_{};
  Clock::time_point next_of_process_{};
  std::minstd_rand random_{std::random_device{}()};
  double in_flight_seconds_ = 0;
  double watched_seconds_ = 0;
  bool one_pass_;
  std::uint64_t ops_;
  bool open_loop_;
  std::vector<Begun> begun_operations_;
  Observed observed_;
};

}  // namespace asyncmark
