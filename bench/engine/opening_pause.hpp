#pragma once

#include <algorithm>

#include "bench/base/units.hpp"

namespace asyncmark {

/// How long to wait between one connection and the next, while the connections are opened. A server
/// with a short queue, such as Python's http.server with 5 places, drops what comes faster than it
/// accepts, and the kernel tries again only after a second: 250 connections took 40 s. After such a
/// second the pause is a millisecond, and twice as long each further time.
class OpeningPause {
 public:
  /// Takes note of how long a connection took. Returns the pause before the next one.
  Duration after(Duration took) {
    if (took >= kTriedAgain) pause_ = std::clamp(2 * pause_, kShortest, kLongest);
    return pause_;
  }

 private:
  static constexpr Duration kTriedAgain = std::chrono::milliseconds(900);
  static constexpr Duration kShortest = std::chrono::milliseconds(1);
  static constexpr Duration kLongest = std::chrono::milliseconds(64);

  Duration pause_{};
};

}  // namespace asyncmark
