#include "bench/engine/loop_run.hpp"

#include "bench/engine/client.hpp"
#include "bench/engine/opening_pause.hpp"

namespace asyncmark {

LoopRun::LoopRun(const Workload& workload, std::uint64_t cap, Loops& loops, std::size_t number,
                 std::uint64_t executor_threads)
    : stage_(loops.stage),
      recorder_(loops.recorders[number]),
      lane_(loops.stage.schedule, number),
      loop_(executor_threads),
      holds_(workload.holds_the_loop()),
      cap_(cap) {
  const bool one = workload.sessions() == Sessions::shared || holds_;
  loop_.spawn(open(workload, one ? 1 : cap));
  loop_.run();
}

void LoopRun::carry_out() {
  if (lane_.exhausted()) return;  // A short warm-up has not something for every loop.
  clients_ = ended_ = 0;
  over_ = false;
  loop_.start_watch(recorder_.loop, recorder_.last_finished);
  loop_.post([this] { launch(); });
  loop_.run();
}

Async<void> LoopRun::open(const Workload& workload, std::uint64_t count) {
  stage_.connect.begins(Clock::now());
  OpeningPause pause;
  while (sessions_.size() < count) {
    const auto begun = Clock::now();
    sessions_.push_back(co_await workload.open_async(loop_));
    const auto now = Clock::now();
    if (const auto wait = pause.after(now - begun); wait > Duration(0))
      co_await sleep_until(loop_, now + wait);
  }
  stage_.connect.ends(Clock::now());
}

// Starts clients until one of them waits for its time to come, or the cap is reached. So a burst
// starts them all, and an open loop only as many as its operations in flight come to need.
void LoopRun::launch() {
  launching_ = true;
  while (!over_ && waiting_ == 0 && clients_ < cap_ && !lane_.exhausted()) {
    ++waiting_;
    loop_.spawn(client(*sessions_[clients_++ % sessions_.size()]));
  }
  launching_ = false;
}

void LoopRun::begins_work() {
  --waiting_;
  if (waiting_ == 0 && clients_ < cap_ && !launching_) loop_.post([this] { launch(); });
}

Async<void> LoopRun::client(AsyncSession& session) {
  bool in_flight = false;
  auto now = Clock::now();
  loop_.begins(lane_.upcoming(), now);
  while (const auto start = lane_.next(now, recorder_.service_time.max())) {
    if (start->intended && *start->intended > now) {
      lane_.leave(in_flight, recorder_.peak, now);
      co_await sleep_until(loop_, *start->intended);
      now = Clock::now();
      loop_.begins(start->op, now);
    }
    begins_work();
    lane_.enter(in_flight, recorder_.peak, now);
    Outcome outcome;
    try {
      outcome = co_await session.call(start->op);
    } catch (...) {
      outcome = thrown();
    }
    const auto finished = Clock::now();
    if (finished - now > recorder_.loop.longest_hold) loop_.ends(start->op, finished, holds_);
    if (stage_.schedule.counts(finished)) recorder_.record(*start, now, finished, outcome);
    now = finished;
    ++waiting_;
  }
  stage_.drain.begins(now);
  over_ = true;  // It was given nothing more, nor would any other be.
  --waiting_;
  lane_.leave(in_flight, recorder_.peak, now);
  if (++ended_ == clients_) loop_.stop_watch();
}

}  // namespace asyncmark
