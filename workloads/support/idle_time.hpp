#pragma once

#include <cstdint>
#include <ctime>

namespace asyncmark {

/// How long a kept connection has been idle, by a clock that takes less to ask than Clock and is
/// good to some milliseconds.
class IdleTime {
 public:
  void begin() { since_ = now(); }

  /// Whether it is worth a look whether the connection still stands. That takes a system call,
  /// which a connection that is used all the time is spared.
  bool is_pause() const { return now() - since_ > kPause; }

 private:
  static constexpr std::int64_t kPause = 10'000'000;

  static std::int64_t now() {
    timespec time{};
    clock_gettime(CLOCK_MONOTONIC_COARSE, &time);
    return time.tv_sec * 1'000'000'000 + time.tv_nsec;
  }

  std::int64_t since_ = 0;
};

}  // namespace asyncmark
