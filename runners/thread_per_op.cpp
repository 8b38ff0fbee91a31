// A fresh thread for every operation, at most as many at once as the cap allows.

#include <fmt/format.h>

#include <atomic>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "bench/base/errors.hpp"
#include "bench/base/pages.hpp"
#include "bench/engine/client.hpp"
#include "bench/engine/passes.hpp"
#include "bench/model/caps.hpp"
#include "bench/model/runner_entry.hpp"

namespace asyncmark::thread_per_op_runner {
namespace {

/// Where one thread does its operation. Slots are used again, with their sessions.
struct Slot {
  BlockingSession* session;
  Start start;
  Clock::time_point began;
  Clock::time_point finished;
  Outcome outcome;
  bool in_flight;
  Slot* next;
};

/// The slots whose threads have ended: pushed by them without a lock, taken all at once by the
/// thread that starts them.
class EndedSlots {
 public:
  void push(Slot& slot) {
    slot.next = head_.load(std::memory_order_relaxed);
    while (!head_.compare_exchange_weak(slot.next, &slot, std::memory_order_release,
                                        std::memory_order_relaxed)) {
    }
    head_.notify_one();
  }
  Slot* take() { return head_.exchange(nullptr, std::memory_order_acquire); }
  void wait() { head_.wait(nullptr); }

 private:
  std::atomic<Slot*> head_{nullptr};
};

// Static, because a detached thread may still be leaving push() when its run is over.
EndedSlots ended;

class Launcher {
 public:
  Launcher(const Workload& workload, std::uint64_t slots)
      : slots_(slots, Sharing::with_threads), recorders_(1, Sharing::with_threads) {
    const bool shared = workload.sessions() == Sessions::shared;
    while (sessions_.size() < (shared ? 1 : slots))
      sessions_.push_back(open_blocking(workload, stage_));
  }

  void carry_out() {
    for (;;) {
      auto* slot = free_slot();
      auto now = Clock::now();
      const auto start = stage_.schedule.next(now, recorders_[0].service_time.max());
      if (!start) {
        put_back(*slot);
        break;
      }
      if (start->intended && *start->intended > now) sleep_until(*start->intended);
      slot->start = *start;
      launch(*slot);
    }
    none_left_ = Clock::now();
    // Not yet the drain where none has ended: while all threads run, none is idle.
    if (away_ < stage_.schedule.claimed()) stage_.drain.begins(*none_left_);
    while (away_ != 0) reap();
    none_left_.reset();
  }

  Stage& stage() { return stage_; }
  std::span<Recorder> recorders() { return recorders_.span(); }
  std::size_t sessions() const { return sessions_.size(); }

 private:
  void launch(Slot& slot) {
    try {
      std::thread([this, &slot] {
        stage_.in_flight.enter(slot.in_flight);
        slot.began = Clock::now();
        slot.outcome = call(*slot.session, slot.start.op);
        slot.finished = Clock::now();
        stage_.in_flight.leave(slot.in_flight);
        ended.push(slot);
      }).detach();
      ++away_;
    } catch (const std::system_error& error) {
      const auto running = away_;
      while (away_ != 0) reap();
      throw CaseError(fmt::format(
          "a thread could not be started beside {} others: {}; --in-flight bounds their number",
          running, error.code().message()));
    } catch (...) {
      while (away_ != 0) reap();
      throw;
    }
  }

  Slot* free_slot() {
    // Those of threads that have ended first: fresh ones would only grow the memory.
    if (!free_) take_back(ended.take());
    while (!free_ && used_ == slots_.span().size()) reap();
    if (!free_) {
      auto& fresh = slots_[used_];
      fresh.session = sessions_[used_ % sessions_.size()].get();
      ++used_;
      return &fresh;
    }
    return std::exchange(free_, free_->next);
  }

  void put_back(Slot& slot) {
    slot.next = free_;
    free_ = &slot;
  }

  /// Waits until threads have ended, and writes down what they did.
  void reap() {
    if (auto* slot = ended.take()) return take_back(slot);
    ended.wait();
  }

  void take_back(Slot* slot) {
    while (slot) {
      auto* const next = slot->next;
      if (stage_.schedule.counts(slot->finished))
        recorders_[0].record(slot->start, slot->began, slot->finished, slot->outcome,
                             static_cast<std::uint32_t>(slot - slots_.span().data()));
      if (none_left_) stage_.drain.begins(std::max(slot->finished, *none_left_));
      put_back(*slot);
      --away_;
      slot = next;
    }
  }

  Stage stage_;
  Pages<Slot> slots_;
  Pages<Recorder> recorders_;
  std::vector<std::unique_ptr<BlockingSession>> sessions_;
  Slot* free_ = nullptr;
  std::size_t used_ = 0;
  std::size_t away_ = 0;
  std::optional<Clock::time_point> none_left_;  ///< Since when there is no operation to begin.
};

class ThreadPerOp final : public Runner {
 public:
  Concurrency concurrency(const Load& load) const override {
    const auto cap = cap_or_all(load, "thread-per-op");
    return {.cap = cap, .processors = cap};
  }

  Measurement run(const Workload& workload, const Load& load) const override {
    const auto how = concurrency(load);
    Launcher launcher(workload, how.cap);
    return measure(load, how,
                   {.stage = launcher.stage(),
                    .recorders = launcher.recorders(),
                    .sessions = launcher.sessions(),
                    .carry_out = [&] { launcher.carry_out(); },
                    .run_queue_wait = [] { return std::nullopt; }});
  }
};

const bool registered = Registry<RunnerEntry>::add({
    .name = "thread-per-op",
    .summary = "a new thread for each operation",
    .timing = "starting a thread for each operation is timed",
    .options = {},
    .make = [](const OptionValues&) { return std::make_unique<ThreadPerOp>(); },
});

}  // namespace
}  // namespace asyncmark::thread_per_op_runner
