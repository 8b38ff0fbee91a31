#include "bench/event_loop.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <vector>

#include "bench/workload.hpp"

namespace asyncmark {
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
}  // namespace asyncmark
