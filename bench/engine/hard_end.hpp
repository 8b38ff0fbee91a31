#pragma once

#include <functional>
#include <mutex>
#include <optional>

#include "bench/base/units.hpp"

namespace asyncmark {

struct Measurement;

/// What ends a pass whose operations do not: a thread that sleeps until then. It needs nothing of
/// those that carry operations out, so that it also ends calls that block their threads, and costs
/// nothing while they do.
class HardEnd {
 public:
  /// Operations that ended just in time are written down by then.
  static constexpr Duration kGrace = std::chrono::milliseconds(100);

  /// What becomes of a measurement that was ended so; nothing where a pass of it is missing. Must
  /// not return.
  using Deliver = std::function<void(std::optional<Measurement>)>;

  /// From here on this process has such a thread. Where none can be started, only the parent's
  /// limit ends what does not end by itself.
  static void watch(Deliver deliver);

  /// Calls `give_up` in that thread, unless disarmed until `at` and kGrace more. It ends by
  /// deliver(). Without watch() nothing happens.
  static void arm(Clock::time_point at, std::function<void()> give_up);
  /// Does not return when `give_up` has been called.
  static void disarm();

  /// While this is held `give_up` is not called. Does not return when it has been: for who changes
  /// what that reads.
  static std::unique_lock<std::mutex> hold();

  [[noreturn]] static void deliver(std::optional<Measurement> measurement);
};

}  // namespace asyncmark
