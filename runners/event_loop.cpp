// One thread and one event loop (Boost.Asio) that carries out all operations as coroutines.

#include "bench/engine/loop_run.hpp"
#include "bench/engine/passes.hpp"
#include "bench/model/caps.hpp"
#include "bench/model/runner_entry.hpp"

namespace asyncmark::event_loop_runner {
namespace {

class EventLoopRunner final : public Runner {
 public:
  Concurrency concurrency(const Load& load) const override {
    return {.cap = cap_or_all(load, "event-loop"), .one_loop = true};
  }

  Measurement run(const Workload& workload, const Load& load) const override {
    const auto how = concurrency(load);
    Loops loops(1, how.cap);
    auto run = std::make_unique<LoopRun>(workload, how.cap, loops);
    try {
      return measure(load, how,
                     {.stage = loops.stage,
                      .recorders = loops.recorders.span(),
                      .sessions = run->sessions(),
                      .carry_out = [&] { run->carry_out(); }});
    } catch (...) {
      // Left as it stands: Asio allocates to take suspended coroutines down, and where memory has
      // run out that would abort instead of saying so.
      run.release();
      throw;
    }
  }
};

const bool registered = Registry<RunnerEntry>::add({
    .name = "event-loop",
    .summary = "one thread with an event loop; a coroutine per operation in flight",
    .timing = "the thread exists before timing starts; creating the coroutines is timed",
    .options = {},
    .make = [](const OptionValues&) { return std::make_unique<EventLoopRunner>(); },
});

}  // namespace
}  // namespace asyncmark::event_loop_runner
