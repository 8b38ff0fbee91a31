// One thread and one event loop (Boost.Asio) that carries out all operations as coroutines.

#include <vector>

#include "bench/caps.hpp"
#include "bench/catalog.hpp"
#include "bench/client.hpp"
#include "bench/pages.hpp"
#include "bench/passes.hpp"

namespace asyncmark {
namespace {

class LoopRun {
 public:
  LoopRun(const Workload& workload, std::uint64_t cap)
      : holds_(workload.holds_the_loop()), cap_(cap), recorders_(1, Sharing::with_threads) {
    const bool one = workload.sessions() == Sessions::shared || holds_;
    loop_.spawn(open(workload, one ? 1 : cap));
    loop_.run();
  }

  void carry_out() {
    clients_ = ended_ = 0;
    over_ = false;
    loop_.start_watch(recorders_[0].loop, recorders_[0].last_finished);
    loop_.post([this] { launch(); });
    loop_.run();
  }

  Stage& stage() { return stage_; }
  std::span<Recorder> recorders() { return recorders_.span(); }
  std::size_t sessions() const { return sessions_.size(); }

 private:
  Async<void> open(const Workload& workload, std::uint64_t count) {
    stage_.connect.begins(Clock::now());
    while (sessions_.size() < count) sessions_.push_back(co_await workload.open_async(loop_));
    stage_.connect.ends(Clock::now());
  }

  /// Starts clients until one of them waits for its time to come, or the cap is reached. So a burst
  /// starts them all, and an open loop only as many as its operations in flight come to need.
  void launch() {
    launching_ = true;
    while (!over_ && waiting_ == 0 && clients_ < cap_ && !stage_.schedule.exhausted()) {
      ++waiting_;
      loop_.spawn(client(*sessions_[clients_++ % sessions_.size()]));
    }
    launching_ = false;
  }

  void begins_work() {
    --waiting_;
    if (waiting_ == 0 && clients_ < cap_ && !launching_) loop_.post([this] { launch(); });
  }

  Async<void> client(AsyncSession& session) {
    auto& recorder = recorders_[0];
    bool in_flight = false;
    auto now = Clock::now();
    loop_.begins(stage_.schedule.claimed(), now);
    while (const auto start = stage_.schedule.next(now, recorder.service_time.max())) {
      if (start->intended && *start->intended > now) {
        stage_.in_flight.leave(in_flight);
        co_await sleep_until(loop_, *start->intended);
        now = Clock::now();
        loop_.begins(start->op, now);
      }
      begins_work();
      stage_.in_flight.enter(in_flight);
      Outcome outcome;
      try {
        outcome = co_await session.call(start->op);
      } catch (...) {
        outcome = thrown();
      }
      const auto finished = Clock::now();
      if (finished - now > recorder.loop.longest_hold) loop_.ends(start->op, finished, holds_);
      recorder.record(*start, now, finished, outcome);
      now = finished;
      ++waiting_;
    }
    stage_.drain.begins(now);
    over_ = true;  // It was given nothing more, nor would any other be.
    --waiting_;
    stage_.in_flight.leave(in_flight);
    if (++ended_ == clients_) loop_.stop_watch();
  }

  Stage stage_;
  EventLoop loop_;
  bool holds_;  ///< Whether an operation keeps the loop to itself.
  std::uint64_t cap_;
  std::uint64_t clients_ = 0;
  std::uint64_t ended_ = 0;
  std::uint64_t waiting_ = 0;  ///< Clients that are between two operations.
  bool launching_ = false;
  bool over_ = false;  ///< The schedule has nothing left to begin, or its time is over.
  Pages<Recorder> recorders_;
  std::vector<std::unique_ptr<AsyncSession>> sessions_;
};

class EventLoopRunner final : public Runner {
 public:
  Concurrency concurrency(const Load& load) const override {
    return {.cap = cap_or_all(load, "event-loop"), .one_loop = true};
  }

  Measurement run(const Workload& workload, const Load& load) const override {
    const auto how = concurrency(load);
    auto run = std::make_unique<LoopRun>(workload, how.cap);
    try {
      return measure(load, how,
                     {.stage = run->stage(),
                      .recorders = run->recorders(),
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

const bool registered = Catalog::add(RunnerEntry{
    .name = "event-loop",
    .summary = "one thread, one event loop, a coroutine for each operation in flight",
    .timing = "its one thread is there before; making a coroutine for each operation in flight is "
              "timed",
    .options = {},
    .make = [](const OptionValues&) { return std::make_unique<EventLoopRunner>(); },
});

}  // namespace
}  // namespace asyncmark
