#pragma once

#include "bench/base/units.hpp"

namespace asyncmark {

/// When to do again what costs ever more, as writing results of which there are ever more: at once
/// while it costs little, later so seldom that it takes a twentieth of the time at most.
class Pace {
 public:
  /// A delay that is small beside starting a process and measuring in it.
  static constexpr Duration kLittle = std::chrono::milliseconds(20);
  static constexpr int kShare = 20;

  bool is_due(Clock::time_point now) const {
    return last_cost_ <= kLittle || now - last_end_ >= kShare * last_cost_;
  }
  void done(Clock::time_point begun, Clock::time_point ended) {
    last_cost_ = ended - begun;
    last_end_ = ended;
  }

 private:
  Duration last_cost_{};
  Clock::time_point last_end_{};
};

}  // namespace asyncmark
