#include "bench/engine/hard_end.hpp"

#include <unistd.h>

#include <condition_variable>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

#include "bench/engine/window.hpp"
#include "bench/measure/measurement.hpp"

namespace asyncmark {
namespace {

struct Shared {
  std::mutex mutex;
  std::condition_variable changed;
  Clock::time_point at = Clock::time_point::max();
  std::function<void()> give_up;
  HardEnd::Deliver deliver;
};

/// Never taken down, for its thread lasts as long as the process.
Shared* shared = nullptr;

void sleep() {
  std::unique_lock lock(shared->mutex);
  for (;;) {
    if (shared->at == Clock::time_point::max())
      shared->changed.wait(lock);
    else if (Clock::now() < shared->at)
      shared->changed.wait_until(lock, shared->at);
    else
      shared->give_up();  // With the lock, at which disarm() waits for the end.
  }
}

}  // namespace

void HardEnd::watch(Deliver deliver) {
  shared = new Shared;
  shared->deliver = std::move(deliver);
  try {
    std::thread(sleep).detach();
    window().threads_of_harness = 1;
  } catch (const std::system_error&) {
    delete shared;
    shared = nullptr;
  }
}

void HardEnd::arm(Clock::time_point at, std::function<void()> give_up) {
  if (!shared) return;
  const std::lock_guard lock(shared->mutex);
  shared->at = at + kGrace;
  shared->give_up = std::move(give_up);
  shared->changed.notify_one();
}

void HardEnd::disarm() {
  if (!shared) return;
  const std::lock_guard lock(shared->mutex);
  shared->at = Clock::time_point::max();
}

std::unique_lock<std::mutex> HardEnd::hold() {
  return shared ? std::unique_lock(shared->mutex) : std::unique_lock<std::mutex>();
}

void HardEnd::deliver(std::optional<Measurement> measurement) {
  shared->deliver(std::move(measurement));
  for (;;) pause();
}

}  // namespace asyncmark
