#pragma once

#include <optional>
#include <string>
#include <vector>

#include "bench/base/screen.hpp"
#include "bench/child/live.hpp"
#include "bench/results/result.hpp"

namespace asyncmark {

/// What people see on standard error while cases run: on a terminal a block of three lines, which
/// is drawn in place; or a line for each case that is done.
class Progress {
 public:
  Progress(const std::vector<Result>& cases, ProgressMode mode);

  /// Whether show() has something to do.
  bool is_live() const { return block_.is_on(); }

  /// Before begin(): what an earlier run left keeps the service busy.
  void wait_for_service(const Result& result);
  void begin(const Result& result);
  void show(const Live& live);
  void end(const Result& result);
  void clear() { block_.clear(); }

  /// Returns the time that the runs still to come will take: each case as long as its finished runs
  /// took, else its ideal bound, else what the service showed other runners, else as long as the
  /// mean of all others. `length` is that of the first run of the case that is `running`, if known.
  static Duration left(const std::vector<Result>& cases, const Result* running = nullptr,
                       std::optional<Duration> length = std::nullopt);

  /// Returns the line for a case whose runs are all done.
  static std::string done_text(const Result& result);

 private:
  void draw(const Live& live);
  void note_rate(const Live& live);
  Duration left_now(const Live& live) const;
  std::string place() const;

  const std::vector<Result>& cases_;
  bool plain_;
  ScreenBlock block_;
  Clock::time_point all_begun_ = Clock::now();
  Clock::time_point last_drawn_{};

  const Result* running_ = nullptr;
  bool waits_ = false;  ///< Until the service is idle.
  Clock::time_point begun_{};
  Duration around_{};  ///< Of the runs that ended: the time of their processes beside their passes.
  std::int64_t ended_runs_ = 0;
  double share_ = 0;  ///< Of the time of all runs, as last drawn.

  // Of the case that runs.
  std::vector<double> rates_;
  std::optional<double> ops_per_s_;
  std::optional<std::uint64_t> ended_before_;  ///< At the last look into the timed part.
  Clock::time_point counted_{};
};

}  // namespace asyncmark
