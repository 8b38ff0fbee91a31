#include "bench/engine/window.hpp"

#include <sys/mman.h>
#include <sys/stat.h>

#include <ctime>
#include <new>

#include "bench/base/units.hpp"

namespace asyncmark {
namespace {

Window* shown = nullptr;

Window* map(int descriptor, int flags) {
  void* memory =
      mmap(nullptr, sizeof(Window), PROT_READ | PROT_WRITE, MAP_SHARED | flags, descriptor, 0);
  return memory == MAP_FAILED ? nullptr : static_cast<Window*>(memory);
}

}  // namespace

std::uint64_t Window::all_in_flight() const {
  auto sum = in_flight.load();
  for (const auto& lane : lanes) sum += lane.in_flight.load(std::memory_order_relaxed);
  return sum;
}

std::uint64_t Window::all_claimed() const {
  auto sum = claimed.load();
  for (const auto& lane : lanes) sum += lane.claimed.load(std::memory_order_relaxed);
  return sum;
}

Window& window() {
  // Shared, so that the workers of a process pool count in the same place.
  if (!shown) shown = map(-1, MAP_ANONYMOUS);
  if (!shown) throw std::bad_alloc();
  return *shown;
}

void meet(Phase phase) {
  window().phase = phase;
  if (!window().meets) return;
  const auto limit = Clock::now() + std::chrono::seconds(1);
  constexpr timespec kMoment{0, 50'000};
  while (window().met.load() != phase && Clock::now() < limit) nanosleep(&kMoment, nullptr);
}

void show_through(int descriptor) {
  struct stat file {};
  if (fstat(descriptor, &file) == 0 && file.st_size >= static_cast<off_t>(sizeof(Window)))
    shown = map(descriptor, 0);
}

}  // namespace asyncmark
