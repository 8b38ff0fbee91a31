#pragma once

#include <functional>
#include <optional>
#include <span>

#include "bench/engine/recorder.hpp"
#include "bench/measure/measurement.hpp"
#include "bench/model/load.hpp"
#include "bench/model/runner.hpp"
#include "bench/os/usage.hpp"

namespace asyncmark {

/// What a runner hands to measure().
struct Crew {
  Stage& stage;
  std::span<Recorder> recorders;
  std::uint64_t sessions = 1;  ///< How many were opened: the default for the warm-up.
  /// Carries out what stage.schedule says and returns when every claimed operation has ended.
  std::function<void()> carry_out;
  /// What the whole crew has used so far.
  std::function<Usage()> usage = own_usage;
  /// For how long the threads of the whole crew have waited for processors so far; absent where
  /// they do not last, or did not.
  std::function<std::optional<Duration>()> run_queue_wait = own_run_queue_wait;
};

/// The same course for every runner: warm up and forget it, carry out the passes one after the
/// other, add up what the recorders hold. All before is set-up and connecting. Of the memory, the
/// caller adds how much the peak lies above what stood before the first session.
Measurement measure(const Load& load, const Concurrency& how, const Crew& crew);

}  // namespace asyncmark
