#pragma once

#include <sys/types.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>

#include "bench/os/usage.hpp"

namespace asyncmark {

/// Owns a file descriptor.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Descriptor() { reset(); }

  int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }
  void reset();

 private:
  int fd_ = -1;
};

/// How a process ended.
struct Ending {
  std::string how;  ///< "exit 0", "SIGSEGV".
  Usage used;       ///< All it used, as the kernel tells at its end.
  std::int64_t peak_rss_bytes = 0;
};

/// A process of ours: watched through its pidfd, so that it can be awaited together with other
/// events. One that still runs is killed and reaped on destruction: nothing of ours is left behind.
class Process {
 public:
  Process() = default;
  /// Takes charge of a child that runs already. Throws CaseError, naming `who`, when the machine
  /// has no descriptor left to watch it by.
  Process(pid_t pid, const std::string& who);
  Process(Process&& other) noexcept
      : pid_(std::exchange(other.pid_, 0)), pidfd_(std::move(other.pidfd_)) {}
  Process& operator=(Process&& other) noexcept {
    std::swap(pid_, other.pid_);
    std::swap(pidfd_, other.pidfd_);
    return *this;
  }
  ~Process();

  /// Forks; the child carries out `life` and ends by _exit, without running destructors of what it
  /// inherited, and dies when its parent does. The calling process must have one thread. Throws
  /// CaseError, naming `who`, when the machine has no process left.
  static Process fork(const std::function<void()>& life, const std::string& who);

  int pidfd() const { return pidfd_.get(); }
  pid_t pid() const { return pid_; }
  bool running() const { return pid_ != 0; }

  void kill();
  /// Waits for its end and reaps it. Once only; without a process, at once and empty.
  Ending wait();

 private:
  pid_t pid_ = 0;
  Descriptor pidfd_;
};

/// "SIGSEGV", also for signals without a name ("signal 40").
std::string signal_name(int signal);

/// Asks the kernel to kill the calling process when its parent dies.
void die_with_parent();

/// A number in memory that processes share, which they can wait for. (std::atomic::wait serves the
/// threads of one process only.)
class Futex {
 public:
  /// Waits until the value is at least `least`, and gives the value.
  std::uint32_t wait_for(std::uint32_t least);
  void set_and_wake_all(std::uint32_t value);

 private:
  std::atomic<std::uint32_t> value_{0};
};

}  // namespace asyncmark
