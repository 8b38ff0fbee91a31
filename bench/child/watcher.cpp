#include "bench/child/watcher.hpp"

#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <new>
#include <utility>

#include "bench/model/load.hpp"
#include "bench/os/usage.hpp"

namespace asyncmark {

Watcher::Watcher(Descriptor file, std::uint64_t passes, std::uint64_t ops, bool open_loop)
    : file_(std::move(file)),
      next_(Clock::now()),
      one_pass_(passes == 1),
      ops_(ops == 0 ? kUnbounded : ops),
      open_loop_(open_loop) {
  if (!file_ || ftruncate(file_.get(), sizeof(Window)) != 0) return;
  void* memory = mmap(nullptr, sizeof(Window), PROT_READ | PROT_WRITE, MAP_SHARED, file_.get(), 0);
  if (memory != MAP_FAILED) window_ = new (memory) Window;
}

Watcher::~Watcher() {
  if (window_) munmap(window_, sizeof(Window));
}

void Watcher::meet(std::function<void(Phase)> look_at) {
  if (!window_) return;
  look_at_ = std::move(look_at);
  window_->meets = true;
}

void Watcher::look() {
  const auto now = Clock::now();
  if (now < next_ || !window_) return;
  const auto phase = window_->phase.load();
  if (look_at_ && (phase == Phase::ready || phase == Phase::over) && window_->met.load() != phase) {
    look_at_(phase);
    window_->met = phase;
  }
  if (phase == Phase::timed) {
    if (!has_begun()) begun_ = now;
    // Each sample stands for the time since the one before; the first only marks the beginning.
    if (last_ != Clock::time_point{}) {
      const auto apart = seconds(now - last_);
      in_flight_seconds_ += static_cast<double>(window_->all_in_flight()) * apart;
      watched_seconds_ += apart;
      ++observed_.samples;
    } else {
      pass_begun_ = now;
    }
    last_ = now;
    if (one_pass_) count_begun(now);
    if (now >= next_of_process_) look_at_process();
  } else {
    last_ = {};
  }
  const auto usual = !has_begun() ? Duration(500'000)
                                  : std::clamp<Duration>((now - begun_) / 50, Duration(500'000),
                                                         std::chrono::milliseconds(10));
  const auto shaken = std::uniform_real_distribution<double>(0.5, 1.5)(random_);
  next_ = now + from_seconds(seconds(usual) * shaken);
}

void Watcher::look_at_process() {
  auto held = held_for(static_cast<int>(window_->pid.load()));
  if (const auto apart = window_->threads_of_harness.load(); held.threads > apart) {
    held.threads -= apart;
    observed_.peak_threads = std::max(observed_.peak_threads, held.threads);
    observed_.page_table_bytes =
        std::max(observed_.page_table_bytes,
                 held.page_table_bytes - window_->page_table_bytes_before.load());
    observed_.kernel_stack_bytes =
        std::max(observed_.kernel_stack_bytes,
                 static_cast<std::int64_t>(held.threads - 1) * kKernelStackBytes);
    observed_.slab_bytes =
        std::max(observed_.slab_bytes, slab_bytes() - window_->slab_bytes_before.load());
  }
  // These read files of the kernel: about 0.1 ms, so at most a hundredth of the time.
  next_of_process_ = Clock::now() + std::chrono::milliseconds(10);
}

void Watcher::count_begun(Clock::time_point now) {
  // A day of samples would take as much memory as what is measured: half of them tell as much.
  constexpr std::size_t kMany = 20'000;
  if (begun_operations_.size() == kMany) {
    std::size_t kept = 0;
    std::erase_if(begun_operations_, [&](const Begun&) { return kept++ % 2 == 1; });
  }
  // Not beyond the operations there are: clients that find none left have counted as well.
  begun_operations_.push_back({now, std::min(window_->all_claimed(), ops_)});
}

Live Watcher::live() const {
  if (!window_) return {};
  auto live = read_live(*window_, open_loop_);
  live.claimed = std::min(live.claimed, ops_);
  if (live.phase == Phase::timed) live.timed = Clock::now() - pass_begun_;
  return live;
}

Observed Watcher::observed() const {
  auto result = observed_;
  if (watched_seconds_ > 0) result.mean_in_flight = in_flight_seconds_ / watched_seconds_;
  auto slices = slices_of(begun_operations_);
  result.slices = std::move(slices.begun);
  result.slice = slices.length;
  return result;
}

}  // namespace asyncmark
