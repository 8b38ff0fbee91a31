// An event loop on each processor, with a thread, sessions and operations of its own.

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "bench/base/errors.hpp"
#include "bench/engine/gated_threads.hpp"
#include "bench/engine/loop_run.hpp"
#include "bench/engine/passes.hpp"
#include "bench/model/caps.hpp"
#include "bench/model/runner_entry.hpp"
#include "bench/os/placement.hpp"

namespace asyncmark::multi_loop_runner {
namespace {

class Threads {
 public:
  Threads(const Workload& workload, const Concurrency& how)
      : loops_(how.workers, how.cap),
        runs_(how.workers),
        threads_(
            how.workers, [&](std::size_t i) { set_up(workload, how, i); },
            [this](std::size_t i) { carry_out(i); }) {}

  void carry_out() { threads_.carry_out(); }
  Stage& stage() { return loops_.stage; }
  std::span<Recorder> recorders() { return loops_.recorders.span(); }
  std::size_t sessions() const {
    std::size_t sum = 0;
    for (const auto& run : runs_) sum += run->sessions();
    return sum;
  }

 private:
  void set_up(const Workload& workload, const Concurrency& how, std::size_t i) {
    // Where there is one for each processor, it stays there, as in servers of that design (Seastar,
    // HAProxy). Fewer or more loops than processors are the kernel's to place.
    const auto cpus = own_cpus();
    if (cpus.size() == how.workers) keep_to({cpus[i]});
    const auto cap = how.cap / how.workers + (i < how.cap % how.workers ? 1 : 0);
    runs_[i] = std::make_unique<LoopRun>(workload, cap, loops_, i);
  }

  void carry_out(std::size_t i) {
    try {
      runs_[i]->carry_out();
    } catch (...) {
      static_cast<void>(runs_[i].release());  // As event-loop does, and for its reason.
      throw;
    }
  }

  Loops loops_;
  std::vector<std::unique_ptr<LoopRun>> runs_;
  GatedThreads threads_;  ///< Last, for they use the others.
};

class MultiLoop final : public Runner {
 public:
  explicit MultiLoop(std::optional<std::int64_t> workers) : workers_(workers) {}

  Concurrency concurrency(const Load& load) const override {
    const auto cap = cap_or_all(load, "multi-loop");
    const auto usual = std::min(own_cpus().size(), kMostLanes);
    const auto loops = std::min(workers_ ? static_cast<std::uint64_t>(*workers_) : usual, cap);
    if (loops > kMostLanes)
      throw UsageError(fmt::format(
          "--workers: multi-loop may have {} loops at most, not {}; give fewer, or leave it out of "
          "--runner",
          kMostLanes, loops));
    return {.workers = loops, .cap = cap, .processors = loops, .blocking = loops};
  }

  Measurement run(const Workload& workload, const Load& load) const override {
    const auto how = concurrency(load);
    Threads threads(workload, how);
    return measure(load, how,
                   {.stage = threads.stage(),
                    .recorders = threads.recorders(),
                    .sessions = threads.sessions(),
                    .carry_out = [&] { threads.carry_out(); }});
  }

 private:
  std::optional<std::int64_t> workers_;
};

const bool registered = Registry<RunnerEntry>::add({
    .name = "multi-loop",
    .summary = "one event loop per processor, each with its own sessions and operations",
    .timing = "its threads exist before timing starts, each on a CPU of its own if there are "
              "enough; waking them and creating the coroutines is timed",
    .options = {workers_option()},
    .make =
        [](const OptionValues& options) {
          return std::make_unique<MultiLoop>(options.optional_count("workers"));
        },
});

}  // namespace
}  // namespace asyncmark::multi_loop_runner
