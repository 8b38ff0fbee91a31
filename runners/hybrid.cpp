// One event loop, and threads to which it hands what would hold it: what Python calls
// run_in_executor.

#include <unistd.h>

#include <algorithm>
#include <memory>
#include <vector>

#include "bench/engine/client.hpp"
#include "bench/engine/loop_run.hpp"
#include "bench/engine/passes.hpp"
#include "bench/model/caps.hpp"
#include "bench/model/runner_entry.hpp"
#include "bench/os/placement.hpp"
#include "bench/os/usage.hpp"

namespace asyncmark::hybrid_runner {
namespace {

/// Blocking calls as a loop with an executor sees them: each runs there, on the session of the
/// thread that takes it.
class HandedOver final : public AsyncSession {
 public:
  HandedOver(const Workload& workload, EventLoop& loop) : loop_(loop) {
    const auto sessions = workload.sessions() == Sessions::shared ? 1 : loop.workers()->size();
    while (sessions_.size() < sessions) sessions_.push_back(workload.open_blocking());
  }

  Async<Outcome> call(std::uint64_t op) override {
    co_return co_await loop_.compute([this, op] {
      return asyncmark::call(*sessions_[ThreadExecutor::thread_number() % sessions_.size()], op);
    });
  }

 private:
  EventLoop& loop_;
  std::vector<std::unique_ptr<BlockingSession>> sessions_;
};

/// A workload that holds the loop, as one that does not.
class OffTheLoop final : public Workload {
 public:
  explicit OffTheLoop(const Workload& workload) : workload_(workload) {}

  std::unique_ptr<BlockingSession> open_blocking() const override {
    return workload_.open_blocking();
  }
  Async<std::unique_ptr<AsyncSession>> open_async(EventLoop& loop) const override {
    co_return std::make_unique<HandedOver>(workload_, loop);
  }
  bool holds_the_loop() const override { return false; }
  Sessions sessions() const override { return Sessions::shared; }

 private:
  const Workload& workload_;
};

constexpr int kHopsAtOnce = 64;
/// Some thousand hops; beside this, what is timed is not made to wait.
constexpr Duration kHopping = std::chrono::milliseconds(4);

Async<void> hop(EventLoop& loop, Clock::time_point until, std::int64_t& hops) {
  while (Clock::now() < until) {
    co_await loop.compute([] {});
    ++hops;
  }
}

Hop measure_hop(EventLoop& loop) {
  const auto hops_for = [&](Duration time, int at_once) {
    std::int64_t hops = 0;
    const auto until = Clock::now() + time;
    for (int i = 0; i < at_once; ++i) loop.spawn(hop(loop, until, hops));
    loop.run();
    return std::max<std::int64_t>(1, hops);
  };
  hops_for(kHopping / 4, kHopsAtOnce);  // The threads have just been started.
  const auto used = processor_time_of(getpid());
  const auto many = hops_for(kHopping, kHopsAtOnce);
  const auto cpu = (processor_time_of(getpid()) - used) / many;
  const auto begun = Clock::now();
  const auto alone = hops_for(kHopping, 1);
  return {.cpu = cpu, .alone = (Clock::now() - begun) / alone};
}

class Hybrid final : public Runner {
 public:
  explicit Hybrid(std::optional<std::int64_t> workers)
      : workers_(workers ? static_cast<std::uint64_t>(*workers) : own_cpus().size()) {}

  Concurrency concurrency(const Load& load) const override {
    const auto cap = cap_or_all(load, "hybrid");
    const auto workers = std::min(workers_, cap);
    return {.workers = workers, .cap = cap, .processors = workers, .blocking = workers};
  }

  Measurement run(const Workload& workload, const Load& load) const override {
    const auto how = concurrency(load);
    const OffTheLoop off_the_loop(workload);
    Loops loops(1, how.cap);
    auto run = std::make_unique<LoopRun>(workload.holds_the_loop() ? off_the_loop : workload,
                                         how.cap, loops, 0, how.workers);
    try {
      const auto hop = measure_hop(run->loop());
      auto measurement = measure(load, how,
                                 {.stage = loops.stage,
                                  .recorders = loops.recorders.span(),
                                  .sessions = run->sessions(),
                                  .carry_out = [&] { run->carry_out(); }});
      measurement.hop = hop;
      return measurement;
    } catch (...) {
      // Left as it stands, as by the event-loop runner, but for the threads.
      run->loop().workers()->stop();
      run.release();
      throw;
    }
  }

 private:
  std::uint64_t workers_;
};

const bool registered = Registry<RunnerEntry>::add({
    .name = "hybrid",
    .summary = "an event loop, and an executor of threads for work that computes or blocks",
    .timing = "its threads exist before timing starts (at nice 10, so that the loop goes first); "
              "creating the coroutines is timed",
    .options = {workers_option()},
    .make =
        [](const OptionValues& options) {
          return std::make_unique<Hybrid>(options.optional_count("workers"));
        },
});

}  // namespace
}  // namespace asyncmark::hybrid_runner
