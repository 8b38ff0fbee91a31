// What every runner must do alike: each operation once, the cap reached and kept, sessions used
// again, the warm-up forgotten, failures counted.

#include <gmock/gmock.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <functional>
#include <set>

#include "bench/base/errors.hpp"
#include "bench/base/pages.hpp"
#include "bench/engine/client.hpp"
#include "bench/model/runner.hpp"
#include "bench/model/runner_entry.hpp"
#include "bench/model/workload.hpp"
#include "bench/os/placement.hpp"
#include "bench/testing/loads.hpp"
#include "bench/testing/run_program.hpp"

namespace asyncmark {
namespace {

using namespace std::chrono_literals;
using testing::closed;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::ThrowsMessage;

constexpr std::size_t kMostOps = 512;

/// What happened, told from outside the harness's own records; workers in processes write here too.
struct Seen {
  std::atomic<int> opened;
  std::atomic<int> in_flight;
  std::atomic<int> most_in_flight;
  std::atomic<int> calls[kMostOps];  ///< By operation.

  void enter() {
    const int now = ++in_flight;
    for (int most = most_in_flight; now > most && !most_in_flight.compare_exchange_weak(most, now);)
      ;
  }
};

/// A workload that waits, notes what it sees, and does as it is told.
class Watched : public Workload {
 public:
  Duration wait{};
  Sessions kept = Sessions::one_each;
  std::function<Outcome(std::uint64_t op)> act = [](std::uint64_t) { return Outcome{}; };
  bool opens = true;

  std::unique_ptr<BlockingSession> open_blocking() const override {
    note_opened();
    return std::make_unique<Blocking>(*this);
  }
  Async<std::unique_ptr<AsyncSession>> open_async(EventLoop& loop) const override {
    note_opened();
    co_return std::make_unique<OnLoop>(*this, loop);
  }
  bool holds_the_loop() const override { return false; }
  Sessions sessions() const override { return kept; }

  Seen& seen() const { return pages_[0]; }
  int calls() const {
    int sum = 0;
    for (const auto& times : seen().calls) sum += times;
    return sum;
  }

 private:
  class Blocking final : public BlockingSession {
   public:
    explicit Blocking(const Watched& watched) : watched_(watched) {}
    Outcome call(std::uint64_t op) override {
      watched_.begin(op);
      if (watched_.wait > Duration(0)) sleep_until(Clock::now() + watched_.wait);
      return watched_.end(op);
    }

   private:
    const Watched& watched_;
  };
  class OnLoop final : public AsyncSession {
   public:
    OnLoop(const Watched& watched, EventLoop& loop) : watched_(watched), loop_(loop) {}
    Async<Outcome> call(std::uint64_t op) override {
      watched_.begin(op);
      if (watched_.wait > Duration(0)) co_await sleep_until(loop_, Clock::now() + watched_.wait);
      co_return watched_.end(op);
    }

   private:
    const Watched& watched_;
    EventLoop& loop_;
  };

  void note_opened() const {
    if (!opens) throw CaseError("closed today");
    ++seen().opened;
  }
  void begin(std::uint64_t op) const {
    ++seen().calls[op % kMostOps];
    seen().enter();
  }
  Outcome end(std::uint64_t op) const {
    --seen().in_flight;
    return act(op);
  }

  mutable Pages<Seen> pages_{1, Sharing::with_processes};
};

/// The same, offering blocking sessions only.
class BlockingOnly final : public Watched {
 public:
  Async<std::unique_ptr<AsyncSession>> open_async(EventLoop& loop) const override {
    return Workload::open_async(loop);
  }
  bool holds_the_loop() const override { return true; }
};

Measurement run(const std::string& runner, const Workload& workload, const Load& load) {
  const auto& entry = runner_entry(runner);
  return entry.make(OptionValues(entry.options))->run(workload, load);
}

std::vector<std::string> all_runners() {
  std::vector<std::string> names;
  for (const auto& entry : built_in_runners()) names.push_back(entry.name);
  return names;
}

class EveryRunner : public ::testing::TestWithParam<std::string> {
 protected:
  Measurement run(const Workload& workload, const Load& load) const {
    return asyncmark::run(GetParam(), workload, load);
  }
  bool is_sync() const { return GetParam() == "sync"; }
};

TEST_P(EveryRunner, CarriesOutEachOperationOnce) {
  Watched watched;
  const auto done = run(watched, closed(300, 7));
  EXPECT_EQ(done.completed, 300u);
  EXPECT_EQ(done.failed, 0u);
  EXPECT_EQ(done.never_started, 0u);
  for (int op = 0; op < 300; ++op) ASSERT_EQ(watched.seen().calls[op], 1) << op;
  EXPECT_EQ(watched.calls(), 300);
}

TEST_P(EveryRunner, ReachesTheCapAndNeverExceedsIt) {
  Watched watched;
  watched.wait = 20ms;
  const auto cap = is_sync() ? 1 : 6;
  const auto done = run(watched, closed(is_sync() ? 6 : 48, 6));
  EXPECT_EQ(done.peak_in_flight, static_cast<std::uint64_t>(cap));
  EXPECT_EQ(watched.seen().most_in_flight, cap);
}

TEST_P(EveryRunner, OpensAsManySessionsAsCanBeInFlight) {
  Watched watched;
  run(watched, closed(40, 4));
  EXPECT_EQ(watched.seen().opened, is_sync() ? 1 : 4);
}

TEST_P(EveryRunner, SharesOneSessionWhereTheWorkloadKeepsNoState) {
  Watched watched;
  watched.kept = Sessions::shared;
  run(watched, closed(40, 4));
  // Processes cannot share one, nor loops: each has its own.
  const int own = GetParam() == "process-pool" ? 4
                  : GetParam() == "multi-loop" ? static_cast<int>(std::min(own_cpus().size(), 4ul))
                                               : 1;
  EXPECT_EQ(watched.seen().opened, own);
}

TEST_P(EveryRunner, RepeatsPassesOverTheSameSessions) {
  Watched watched;
  auto load = closed(40, 4);
  load.passes = 5;
  const auto done = run(watched, load);
  EXPECT_EQ(watched.seen().opened, is_sync() ? 1 : 4);
  ASSERT_EQ(done.passes.size(), 5u);
  for (const auto& pass : done.passes) EXPECT_EQ(pass.completed, 40u);
  EXPECT_EQ(done.completed, 5 * 40u);
  for (int op = 0; op < 40; ++op) EXPECT_EQ(watched.seen().calls[op], 5) << op;
}

TEST_P(EveryRunner, DiscardsTheWarmUp) {
  Watched watched;
  auto load = closed(40, 4);
  load.warmup = 100;
  watched.act = [&](std::uint64_t op) { return op >= 40 ? Outcome::failed("cold") : Outcome{}; };
  const auto done = run(watched, load);
  EXPECT_EQ(watched.calls(), 140);
  EXPECT_EQ(done.completed, 40u);
  EXPECT_EQ(done.service_time.count(), 40u);
  EXPECT_EQ(done.failed, 0u) << "operations 40 to 99 exist in the warm-up alone";
  EXPECT_THAT(done.failures, IsEmpty());
}

TEST_P(EveryRunner, WarmsEachSessionUpOnceUnlessTold) {
  Watched watched;
  auto load = closed(40, 4);
  load.warmup.reset();
  run(watched, load);
  EXPECT_EQ(watched.calls(), 40 + (is_sync() ? 1 : 4));
}

TEST_P(EveryRunner, CountsFailuresAndExceptionsApartFromTheTimes) {
  Watched watched;
  watched.act = [](std::uint64_t op) {
    if (op % 10 == 3) return Outcome::failed("refused");
    if (op % 10 == 5) throw std::runtime_error("no std::exception may end a run");
    if (op % 10 == 7) throw 7;
    return Outcome{};
  };
  const auto done = run(watched, closed(100, 4));
  EXPECT_EQ(done.completed, 70u);
  EXPECT_EQ(done.failed, 30u);
  EXPECT_EQ(done.failures,
            (std::map<std::string, std::uint64_t>{{"refused", 10}, {"exception", 20}}));
  EXPECT_EQ(done.service_time.count(), 70u);
}

TEST_P(EveryRunner, CountsTheRowsOfSuccesses) {
  Watched watched;
  watched.act = [](std::uint64_t op) {
    return Outcome{.failure = op % 10 == 3 ? "refused" : "", .rows = 4};
  };
  EXPECT_EQ(run(watched, closed(100, 4)).rows, 90u * 4);
}

TEST_P(EveryRunner, SaysWhyASessionDoesNotOpen) {
  Watched watched;
  watched.opens = false;
  EXPECT_THAT([&] { run(watched, closed(10, 2)); },
              ThrowsMessage<CaseError>(HasSubstr("closed today")));
}

TEST_P(EveryRunner, TakesServiceTimeAlwaysAndResponseTimeOutsideAClosedLoop) {
  Watched watched;
  watched.wait = 2ms;
  auto load = closed(12, 2);
  const auto closed_loop = run(watched, load);
  EXPECT_EQ(closed_loop.service_time.count(), 12u);
  EXPECT_EQ(closed_loop.response_time.count(), 0u);
  EXPECT_GE(closed_loop.service_time.percentile(0.1).value_or(2ms), 1.9ms);

  load.in_flight = kUnbounded;
  if (!is_sync()) {
    const auto burst = run(watched, load);
    EXPECT_EQ(burst.response_time.count(), 12u);
    EXPECT_GE(burst.response_time.max(), burst.service_time.max());
  }
  load.rate = 1000;
  load.due = std::make_shared<const std::vector<std::int64_t>>(
      std::vector<std::int64_t>{0, 1'000'000, 1'000'000, 20'000'000});
  load.ops = 4;
  const auto open_loop = run(watched, load);
  EXPECT_EQ(open_loop.completed, 4u);
  EXPECT_EQ(open_loop.response_time.count(), 4u);
  EXPECT_GE(open_loop.elapsed(), 20ms) << "the last one is due at 20 ms";
  EXPECT_GE(open_loop.response_time.max(), open_loop.service_time.max());
}

TEST_P(EveryRunner, StopsToStartWhenTheTimeIsOver) {
  Watched watched;
  watched.wait = 5ms;
  Load load;
  load.duration = 60ms;
  load.in_flight = 2;
  const auto done = run(watched, load);
  EXPECT_GT(done.completed, 1u);
  EXPECT_LT(done.completed, 60u);
  EXPECT_EQ(done.never_started, 0u);
  EXPECT_EQ(static_cast<std::uint64_t>(watched.calls()),
            done.completed + (is_sync() ? 1 : 2));  // The warm-up.
}

TEST_P(EveryRunner, KnowsHowLongItWaitedForProcessorsUnlessItsThreadsEnd) {
  Watched watched;
  const auto wait = run(watched, closed(300, 7)).resources.run_queue_wait;
  EXPECT_EQ(wait.has_value(), GetParam() != "thread-per-op");
  EXPECT_GE(wait.value_or(0ns), 0ns);
}

TEST_P(EveryRunner, TellsTheOpeningOfSessionsFromTheRestOfItsSetUp) {
  struct Slow final : Watched {
    std::unique_ptr<BlockingSession> open_blocking() const override {
      sleep_until(Clock::now() + 20ms);
      return Watched::open_blocking();
    }
    Async<std::unique_ptr<AsyncSession>> open_async(EventLoop& loop) const override {
      co_await sleep_until(loop, Clock::now() + 20ms);
      co_return co_await Watched::open_async(loop);
    }
  } slow;
  const auto phases = run(slow, closed(40, 2)).phases;
  EXPECT_GE(phases.connect, 20ms);
  EXPECT_LT(phases.set_up, phases.connect);
}

TEST_P(EveryRunner, DrainsFromTheFirstThatHasNothingLeftToBegin) {
  Watched watched;
  watched.wait = 20ms;
  // In the second wave of two, one operation of 20 ms is alone.
  const auto phases = run(watched, closed(3, 2)).phases;
  if (is_sync())
    EXPECT_EQ(phases.drain, 0ns);
  else
    EXPECT_GE(phases.drain, 10ms);
  EXPECT_LT(phases.drain, phases.timed);
}

TEST_P(EveryRunner, TellsWhenEachOfAFewOperationsRan) {
  Watched watched;
  watched.wait = 1ms;
  watched.act = [](std::uint64_t op) { return op == 7 ? Outcome::failed("seven") : Outcome{}; };
  auto load = closed(60, 6);
  load.passes = 2;
  const auto done = run(watched, load);
  EXPECT_EQ(done.timeline.of, 60u);
  std::set<std::uint64_t> ops;
  std::set<std::uint32_t> workers;
  Duration before{};
  for (const auto& one : done.timeline.operations) {
    EXPECT_FALSE(one.intended) << "a closed loop";
    EXPECT_GE(one.started, before);
    EXPECT_GE(one.finished - one.started, 1ms);
    EXPECT_LE(one.finished, done.passes[1].elapsed);
    EXPECT_EQ(one.ok, one.op != 7);
    ops.insert(one.op);
    workers.insert(one.worker);
    before = one.started;
  }
  EXPECT_EQ(ops.size(), 60u);
  EXPECT_EQ(done.timeline.operations.size(), 60u) << "of the last pass alone";
  const auto& runner = GetParam();
  const auto loops = std::min<std::size_t>(own_cpus().size(), 6);
  EXPECT_EQ(workers.size(), runner == "multi-loop"                                      ? loops
                            : is_sync() || runner == "event-loop" || runner == "hybrid" ? 1
                                                                                        : 6);
}

TEST_P(EveryRunner, TellsWhenAThousandOfManyOperationsRan) {
  Watched watched;
  auto load = closed(20'000, 6);
  const auto of_ops = run(watched, load).timeline;
  EXPECT_EQ(of_ops.of, 20'000u);
  load.ops = 0;
  load.duration = 100ms;
  const auto of_time = run(watched, load).timeline;
  for (const auto& timeline : {of_ops, of_time}) {
    EXPECT_LE(timeline.operations.size(), kMostSampled);
    EXPECT_GE(timeline.operations.size(), std::min(kMostSampled / 4, timeline.of));
    std::uint64_t last = 0;
    for (const auto& one : timeline.operations) last = std::max(last, one.op);
    EXPECT_GT(last, timeline.of * 9 / 10);
  }
  EXPECT_GE(of_ops.operations.size(), kMostSampled * 9 / 10);
}

TEST_P(EveryRunner, TellsWhenOperationsWereDue) {
  Watched watched;
  auto operations = run(watched, testing::due_at({0, 1'000'000, 30'000'000})).timeline.operations;
  ASSERT_EQ(operations.size(), 3u);
  std::ranges::sort(operations, {},
                    &Timeline::Operation::op);  // Several workers tell of theirs each.
  EXPECT_EQ(operations[0].intended, 0ms);
  EXPECT_EQ(operations[1].intended, 1ms);
  EXPECT_EQ(operations[2].intended, 30ms);
  for (const auto& one : operations) EXPECT_GE(one.started, one.intended);
}

TEST_P(EveryRunner, SaysWhetherStartingThreadsOrProcessesIsTimed) {
  EXPECT_THAT(runner_entry(GetParam()).timing, HasSubstr("timed"));
}

TEST_P(EveryRunner, LeavesNoThreadAndNoProcess) {
  Watched watched;
  run(watched, closed(40, 8));
  EXPECT_THAT(testing::children_of(getpid()), IsEmpty());
  const auto threads = [] {
    return std::distance(std::filesystem::directory_iterator("/proc/self/task"),
                         std::filesystem::directory_iterator());
  };
  // The thread sanitizer keeps one of its own.
  EXPECT_TRUE(testing::eventually([&] { return threads() <= 2; }, 5s)) << threads();
}

INSTANTIATE_TEST_SUITE_P(Runners, EveryRunner, ::testing::ValuesIn(all_runners()),
                         [](const auto& one) {
                           std::string name;
                           for (const char c : one.param)
                             if (c != '-') name += c;
                           return name;
                         });

TEST(EventLoopRunner, CanOnlyHaveOneInFlightWhereCallsHoldTheLoop) {
  BlockingOnly blocking;
  blocking.wait = 1ms;
  const auto done = run("event-loop", blocking, closed(20, 10));
  EXPECT_EQ(done.completed, 20u);
  EXPECT_EQ(blocking.seen().most_in_flight, 1);
  EXPECT_EQ(blocking.seen().opened, 1);
}

TEST(ProcessPoolRunner, CountsAWorkerThatDiesAtTheOperationItCarriedOut) {
  Watched watched;
  watched.act = [](std::uint64_t op) {
    if (op % 10 == 3) raise(SIGKILL);
    if (op % 10 == 5) _exit(9);
    return Outcome{};
  };
  const auto done = run("process-pool", watched, closed(100, 3));
  EXPECT_EQ(done.completed, 80u);
  EXPECT_EQ(done.failures, (std::map<std::string, std::uint64_t>{{"SIGKILL", 10}, {"exit 9", 10}}));
  EXPECT_EQ(watched.seen().opened, 3 + 20) << "each that died was replaced";
  EXPECT_EQ(watched.calls(), 100) << "no operation was carried out again";
  EXPECT_FALSE(done.resources.run_queue_wait) << "the dead took theirs with them";
  EXPECT_THAT(testing::children_of(getpid()), IsEmpty());
}

TEST(ProcessPoolRunner, GivesUpOnWorkersThatDieWhileTheyOpenTheirSessions) {
  struct Dying final : Watched {
    std::unique_ptr<BlockingSession> open_blocking() const override { _exit(9); }
  } dying;
  EXPECT_THAT([&] { run("process-pool", dying, closed(10, 2)); },
              ThrowsMessage<CaseError>(HasSubstr("died while it opened its session: exit 9")));
  EXPECT_THAT(testing::children_of(getpid()), IsEmpty());
}

/// The best of three, for a busy machine only ever makes a run longer.
double best_of_three(const std::string& runner, std::uint64_t in_flight) {
  double best = 1e9;
  for (int i = 0; i < 3; ++i) {
    Watched watched;
    watched.wait = 30ms;
    best = std::min(best, seconds(run(runner, watched, closed(40, in_flight)).elapsed()));
  }
  return best;
}

TEST(Order, OneAtATimeIsSlowerThanAPoolAndAPoolSlowerThanAllAtOnce) {
  const auto sync = best_of_three("sync", 1);
  double unbounded = 0;
  for (const auto* runner : {"event-loop", "multi-loop", "thread-per-op"})
    unbounded = std::max(unbounded, best_of_three(runner, kUnbounded));
  for (const auto* pool :
       {"thread-pool", "process-pool", "event-loop", "multi-loop", "thread-per-op"}) {
    const auto pooled = best_of_three(pool, 5);
    EXPECT_GT(sync, 2 * pooled) << pool;
    EXPECT_GT(pooled, 1.5 * unbounded) << pool;
  }
}

}  // namespace
}  // namespace asyncmark
