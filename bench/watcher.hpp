#pragma once

#include <optional>
#include <random>

#include "bench/measurement.hpp"
#include "bench/process.hpp"
#include "bench/window.hpp"

namespace asyncmark {

/// The parent's look through a child's window, at random moments while the timed part runs.
class Watcher {
 public:
  Watcher();
  ~Watcher();
  Watcher(const Watcher&) = delete;
  Watcher& operator=(const Watcher&) = delete;

  /// The descriptor to pass to the child.
  int descriptor() const { return file_.get(); }

  /// Takes a sample if one is due.
  void look();

  /// When the next is due: from 0.5 ms apart at first to 10 ms in a long run, shaken by half so
  /// that they do not beat with operations of equal length.
  Clock::time_point next() const { return next_; }

  Observed observed() const;

 private:
  void look_at_process();

  Descriptor file_;
  Window* window_ = nullptr;
  Clock::time_point begun_{};
  Clock::time_point next_;
  Clock::time_point last_{};
  Clock::time_point next_of_process_{};
  std::minstd_rand random_{std::random_device{}()};
  double in_flight_seconds_ = 0;
  double watched_seconds_ = 0;
  Observed observed_;
};

}  // namespace asyncmark
