#include "bench/engine/event_loop.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "bench/model/workload.hpp"

namespace asyncmark::event_loop_test {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;

using Log = std::vector<std::string>;

Async<void> sleep_and_log(EventLoop& loop, Clock::time_point when, Log& log, std::string name) {
  log.push_back(name + " begins");
  co_await sleep_until(loop, when);
  EXPECT_GE(Clock::now(), when);
  log.push_back(name + " wakes");
}

TEST(EventLoop, GivesItselfBackWhileACoroutineSleeps) {
  EventLoop loop;
  Log log;
  const auto now = Clock::now();
  loop.spawn(sleep_and_log(loop, now + 40ms, log, "long"));
  loop.spawn(sleep_and_log(loop, now + 20ms, log, "short"));
  loop.run();
  EXPECT_THAT(log, ElementsAre("long begins", "short begins", "short wakes", "long wakes"));
  EXPECT_GE(Clock::now(), now + 40ms);
}

TEST(EventLoop, SleepsNotAtAllUntilATimeThatIsPast) {
  EventLoop loop;
  Log log;
  loop.spawn(sleep_and_log(loop, Clock::time_point{}, log, "past"));
  loop.run();
  EXPECT_THAT(log, ElementsAre("past begins", "past wakes"));
}

TEST(EventLoop, StartsACoroutineAtOnceWhenSpawnedOnTheLoop) {
  EventLoop loop;
  Log log;
  loop.post([&] {
    loop.spawn(sleep_and_log(loop, Clock::now(), log, "inner"));
    log.push_back("spawned");
  });
  loop.run();
  EXPECT_THAT(log, ElementsAre("inner begins", "spawned", "inner wakes"));
}

Async<int> fails_after(EventLoop& loop, Duration wait) {
  co_await sleep_until(loop, Clock::now() + wait);
  throw std::runtime_error("broken");
}

Async<void> fails_deep_inside(EventLoop& loop, Duration wait) { co_await fails_after(loop, wait); }

TEST(EventLoop, RethrowsWhatLeavesACoroutine) {
  for (const auto wait : {0ms, 5ms}) {
    EventLoop loop;
    loop.spawn(fails_deep_inside(loop, wait));
    try {
      loop.run();
      FAIL() << "run() returned";
    } catch (const std::runtime_error& error) {
      EXPECT_STREQ(error.what(), "broken");
    }
  }
}

TEST(EventLoop, GoesOnAfterAnException) {
  EventLoop loop;
  Log log;
  loop.spawn(fails_deep_inside(loop, 0ms));
  loop.spawn(sleep_and_log(loop, Clock::now() + 20ms, log, "other"));
  EXPECT_THROW(loop.run(), std::runtime_error);
  loop.run();
  EXPECT_THAT(log, ElementsAre("other begins", "other wakes"));
}

TEST(EventLoop, RunsAgainAndAgain) {
  EventLoop loop;
  int posted = 0;
  for (int i = 0; i < 3; ++i) {
    loop.run();
    loop.post([&] { ++posted; });
    loop.run();
    EXPECT_EQ(posted, i + 1);
  }
}

TEST(EventLoop, DropsWhatStillSleepsWhenItEnds) {
  Log log;
  auto witness = std::make_shared<int>(0);
  {
    EventLoop loop;
    loop.spawn([](EventLoop& on, std::shared_ptr<int>) -> Async<void> {
      co_await sleep_until(on, Clock::now() + 1h);
    }(loop, witness));
    loop.spawn(fails_deep_inside(loop, 0ms));
    EXPECT_THROW(loop.run(), std::runtime_error);
    EXPECT_GT(witness.use_count(), 1);
  }
  EXPECT_EQ(witness.use_count(), 1);
}

TEST(Compute, RunsInlineOnAPlainLoop) {
  EventLoop loop;
  Log log;
  const auto here = std::this_thread::get_id();
  loop.spawn([](EventLoop& on, Log& to, std::thread::id me) -> Async<void> {
    to.push_back("asks");
    const int answer = co_await on.compute([&] {
      EXPECT_EQ(std::this_thread::get_id(), me);
      to.push_back("works");
      return 42;
    });
    EXPECT_EQ(answer, 42);
    to.push_back("goes on");
  }(loop, log, here));
  loop.post([&] { log.push_back("another"); });
  loop.run();
  EXPECT_EQ(loop.workers(), nullptr);
  EXPECT_THAT(log, ElementsAre("asks", "works", "goes on", "another"));
}

TEST(Compute, RunsOnTheExecutorAndResumesOnTheLoopWhichGoesOnMeanwhile) {
  EventLoop loop(2);
  Log log;
  std::atomic<bool> other_ran = false;
  const auto here = std::this_thread::get_id();
  loop.spawn(
      [](EventLoop& on, Log& to, std::atomic<bool>& other, std::thread::id me) -> Async<void> {
        to.push_back("asks");
        const int answer = co_await on.compute([&] {
          EXPECT_NE(std::this_thread::get_id(), me);
          other.wait(false);
          return 42;
        });
        EXPECT_EQ(answer, 42);
        EXPECT_EQ(std::this_thread::get_id(), me);
        to.push_back("goes on");
      }(loop, log, other_ran, here));
  loop.post([&] {
    log.push_back("another");
    other_ran = true;
    other_ran.notify_one();
  });
  loop.run();
  EXPECT_THAT(log, ElementsAre("asks", "another", "goes on"));
}

TEST(Compute, GivesWayToTheLoopOnTheExecutorAlone) {
  EventLoop loop(1);
  const auto own = getpriority(PRIO_PROCESS, 0);
  loop.spawn([](EventLoop& on, int me) -> Async<void> {
    const auto there = co_await on.compute([] { return getpriority(PRIO_PROCESS, 0); });
    EXPECT_EQ(there, std::min(19, me + kExecutorNice));
  }(loop, own));
  loop.run();
  EXPECT_EQ(getpriority(PRIO_PROCESS, 0), own);
}

TEST(Compute, TakesFunctionsThatReturnNothing) {
  for (const unsigned threads : {0u, 1u}) {
    EventLoop loop(threads);
    bool done = false;
    loop.spawn([](EventLoop& on, bool& d) -> Async<void> {
      co_await on.compute([&d] { d = true; });
    }(loop, done));
    loop.run();
    EXPECT_TRUE(done) << threads;
  }
}

TEST(Compute, ThrowsInTheCoroutineWhatTheFunctionThrows) {
  for (const unsigned threads : {0u, 1u}) {
    EventLoop loop(threads);
    std::string caught;
    loop.spawn([](EventLoop& on, std::string& text) -> Async<void> {
      try {
        co_await on.compute([]() -> int { throw std::runtime_error("broken"); });
      } catch (const std::runtime_error& error) {
        text = error.what();
      }
    }(loop, caught));
    loop.run();
    EXPECT_EQ(caught, "broken") << threads;
  }
}

TEST(Compute, BeginsInTheOrderAskedAndRunsNoMoreAtOnceThanThereAreThreads) {
  constexpr int kTasks = 100;
  for (const int threads : {1, 3}) {
    EventLoop loop(threads);
    std::atomic<int> running = 0, most = 0, next = 0;
    for (int i = 0; i < kTasks; ++i)
      loop.spawn(
          [](EventLoop& on, int me, int limit, auto& now, auto& peak, auto& order) -> Async<void> {
            co_await on.compute([&] {
              const int begun = order++;
              EXPECT_TRUE(limit != 1 || begun == me);
              EXPECT_LT(ThreadExecutor::thread_number(), static_cast<std::size_t>(limit));
              const int mine = ++now;
              for (int old = peak; mine > old && !peak.compare_exchange_weak(old, mine);) {
              }
              std::this_thread::sleep_for(100us);
              --now;
            });
          }(loop, i, threads, running, most, next));
    loop.run();
    EXPECT_EQ(next, kTasks);
    EXPECT_LE(most, threads);
  }
}

TEST(Compute, IsWaitedForByTheLoop) {
  EventLoop loop(1);
  std::atomic<bool> done = false;
  loop.spawn([](EventLoop& on, std::atomic<bool>& d) -> Async<void> {
    co_await on.compute([&] {
      std::this_thread::sleep_for(20ms);
      d = true;
    });
  }(loop, done));
  loop.run();
  EXPECT_TRUE(done);
}

TEST(Compute, IsDroppedWhereItWasNotBegunWhenTheLoopEnds) {
  auto witness = std::make_shared<int>(0);
  std::atomic<int> begun = 0;
  {
    EventLoop loop(1);
    for (int i = 0; i < 10; ++i)
      loop.spawn([](EventLoop& on, std::atomic<int>& count, std::shared_ptr<int>) -> Async<void> {
        co_await on.compute([&] {
          ++count;
          std::this_thread::sleep_for(20ms);
        });
      }(loop, begun, witness));
    loop.spawn(fails_deep_inside(loop, 0ms));
    EXPECT_THROW(loop.run(), std::runtime_error);
  }
  EXPECT_EQ(witness.use_count(), 1);
  EXPECT_LT(begun, 10);
}

TEST(EventLoop, CountsAProbeThatWasDueAndNeverRan) {
  for (const auto held : {0ms, 60ms}) {
    EventLoop loop;
    LoopTimes times;
    auto last_finished = Clock::now();
    loop.post([&] {
      loop.start_watch(times, last_finished);
      std::this_thread::sleep_for(held);
      if (held > 0ms) last_finished = Clock::now();
      loop.stop_watch();
    });
    loop.run();
    EXPECT_EQ(times.lag.count(), held > 0ms ? 1u : 0u);
    EXPECT_GE(times.lag.max(), held > 0ms ? held - kLoopProbePeriod : 0ms);
  }
}

/// A workload that knows blocking calls only.
class Doubling final : public Workload {
 public:
  std::unique_ptr<BlockingSession> open_blocking() const override {
    class Session final : public BlockingSession {
      Outcome call(std::uint64_t op) override {
        if (op == 13) throw std::runtime_error("unlucky");
        return op % 2 == 0 ? Outcome{} : Outcome::failed("odd");
      }
    };
    return std::make_unique<Session>();
  }
};

TEST(Workload, OfBlockingCallsHoldsTheLoopAndStillAnswersThere) {
  const Doubling workload;
  EXPECT_TRUE(workload.holds_the_loop());
  EXPECT_EQ(workload.sessions(), Sessions::one_each);
  EXPECT_FALSE(workload.cost(0));
  EventLoop loop;
  Outcome even = Outcome::failed("never asked"), odd;
  loop.spawn([](const Workload& on, EventLoop& l, Outcome& a, Outcome& b) -> Async<void> {
    const auto session = co_await on.open_async(l);
    a = co_await session->call(2);
    b = co_await session->call(3);
    co_await session->call(13);
  }(workload, loop, even, odd));
  EXPECT_THROW(loop.run(), std::runtime_error);
  EXPECT_TRUE(even.ok());
  EXPECT_EQ(odd.failure.code(), "odd");
}

}  // namespace
}  // namespace asyncmark::event_loop_test
