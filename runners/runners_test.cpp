// What every runner must do alike: each operation once, the cap reached and kept, sessions used
// again, the warm-up forgotten, failures counted.

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <filesystem>

#include "bench/base/errors.hpp"
#include "bench/engine/hard_end.hpp"
#include "bench/model/arrivals.hpp"
#include "bench/os/placement.hpp"
#include "bench/testing/loads.hpp"
#include "bench/testing/run_program.hpp"
#include "runners/testing/every_runner.hpp"

namespace asyncmark::runners_test {
namespace {

using namespace std::chrono_literals;
using ::testing::AnyOf;
using testing::closed;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::run_under;
using ::testing::ThrowsMessage;
using testing::Watched;

class EveryRunner : public testing::OfEveryRunner {};

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

/// Its operations never end but for the first two. That ends the process, as it does a case's.
TEST_P(EveryRunner, DropsWhatHasNotEndedWhenTheDrainIsOver) {
  const auto cut_short = [&](std::optional<double> rate) {
    HardEnd::watch([](std::optional<Measurement> m) {
      fmt::print(stderr, "{} completed, {} dropped", m->completed, m->never_started);
      _exit(0);
    });
    Watched watched;
    watched.act = [](std::uint64_t op) {
      while (op > 1) sleep_until(Clock::now() + 1h);
      return Outcome{};
    };
    Load load;
    load.duration = 100ms;
    load.drain = 50ms;
    load.in_flight = 1;
    load.warmup = 0;
    load.rate = rate;
    if (rate) load.due = std::make_shared<const std::vector<std::int64_t>>(make_arrivals(load, 1));
    run(watched, load);
  };
  EXPECT_EXIT(cut_short({}), ::testing::ExitedWithCode(0), "2 completed, 1 dropped");
  EXPECT_EXIT(cut_short(50), ::testing::ExitedWithCode(0), "2 completed, 3 dropped");
  // Workers of a pool lost their parent, and are ours now.
  EXPECT_TRUE(testing::eventually([] {
    while (waitpid(-1, nullptr, WNOHANG) > 0) {
    }
    return testing::children_of(getpid()).empty();
  }));
}

TEST_P(EveryRunner, SaysWhetherStartingThreadsOrProcessesIsTimed) {
  EXPECT_THAT(runner_entry(GetParam()).timing, AnyOf(HasSubstr("timed"), HasSubstr("timing")));
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

INSTANTIATE_TEST_SUITE_P(Runners, EveryRunner, ::testing::ValuesIn(testing::all_runners()),
                         testing::name_of);

/// The same, offering blocking sessions only.
class BlockingOnly final : public Watched {
 public:
  Async<std::unique_ptr<AsyncSession>> open_async(EventLoop& loop) const override {
    return Workload::open_async(loop);
  }
  bool holds_the_loop() const override { return true; }
};

TEST(EventLoopRunner, CanOnlyHaveOneInFlightWhereCallsHoldTheLoop) {
  BlockingOnly blocking;
  blocking.wait = 1ms;
  const auto done = run_under("event-loop", blocking, closed(20, 10));
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
  const auto done = run_under("process-pool", watched, closed(100, 3));
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
  EXPECT_THAT([&] { run_under("process-pool", dying, closed(10, 2)); },
              ThrowsMessage<CaseError>(HasSubstr("died while it opened its session: exit 9")));
  EXPECT_THAT(testing::children_of(getpid()), IsEmpty());
}

/// The best of three, for a busy machine only ever makes a run longer.
double best_of_three(const std::string& runner, std::uint64_t in_flight) {
  double best = 1e9;
  for (int i = 0; i < 3; ++i) {
    Watched watched;
    watched.wait = 60ms;
    best = std::min(best, seconds(run_under(runner, watched, closed(40, in_flight)).elapsed()));
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
    EXPECT_GT(pooled, unbounded) << pool;
  }
}

}  // namespace
}  // namespace asyncmark::runners_test
