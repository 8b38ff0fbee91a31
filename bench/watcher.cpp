#include "bench/watcher.hpp"

#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <new>

#include "bench/usage.hpp"

namespace asyncmark {

Watcher::Watcher() : file_(memfd_create("window", MFD_CLOEXEC)), next_(Clock::now()) {
  if (!file_ || ftruncate(file_.get(), sizeof(Window)) != 0) return;
  void* memory = mmap(nullptr, sizeof(Window), PROT_READ | PROT_WRITE, MAP_SHARED, file_.get(), 0);
  if (memory != MAP_FAILED) window_ = new (memory) Window;
}

Watcher::~Watcher() {
  if (window_) munmap(window_, sizeof(Window));
}

void Watcher::look() {
  const auto now = Clock::now();
  if (now < next_ || !window_) return;
  if (window_->phase.load() == Phase::timed) {
    if (begun_ == Clock::time_point{}) begun_ = now;
    // Each sample stands for the time since the one before; the first only marks the beginning.
    if (last_ != Clock::time_point{}) {
      const auto apart = seconds(now - last_);
      in_flight_seconds_ += static_cast<double>(window_->in_flight.load()) * apart;
      watched_seconds_ += apart;
      ++observed_.samples;
    }
    last_ = now;
    if (now >= next_of_process_) look_at_process();
  } else {
    last_ = {};
  }
  const auto usual = begun_ == Clock::time_point{}
                         ? Duration(500'000)
                         : std::clamp<Duration>((now - begun_) / 50, Duration(500'000),
                                                std::chrono::milliseconds(10));
  const auto shaken = std::uniform_real_distribution<double>(0.5, 1.5)(random_);
  next_ = now + from_seconds(seconds(usual) * shaken);
}

void Watcher::look_at_process() {
  const auto pid = window_->pid.load();
  observed_.peak_threads = std::max(observed_.peak_threads, threads_of(static_cast<int>(pid)));
  observed_.kernel_bytes =
      std::max(observed_.kernel_bytes, kernel_memory_bytes() - window_->kernel_bytes_before.load());
  // These read files of the kernel: about 0.1 ms, so at most a hundredth of the time.
  next_of_process_ = Clock::now() + std::chrono::milliseconds(10);
}

Observed Watcher::observed() const {
  auto result = observed_;
  if (watched_seconds_ > 0) result.mean_in_flight = in_flight_seconds_ / watched_seconds_;
  return result;
}

}  // namespace asyncmark
