#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <ctime>
#include <map>

#include "bench/base/errors.hpp"
#include "bench/engine/event_loop.hpp"
#include "bench/model/workload.hpp"
#include "bench/model/workload_entry.hpp"

namespace asyncmark::sleep_test {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

using Options = std::map<std::string, std::string>;

std::unique_ptr<Workload> sleeping(const Options& options, std::uint64_t seed = 1) {
  const auto& entry = Registry<WorkloadEntry>::at("sleep");
  OptionValues values(entry.options);
  for (const auto& [name, text] : options) values.set(name, text);
  return entry.make(values, seed);
}

TEST(Sleep, Takes46MillisecondsOfWaitByDefault) {
  const auto cost = *sleeping({})->cost(0);
  EXPECT_EQ(cost.wait, 46ms);
  EXPECT_EQ(cost.cpu, 0ns);
}

TEST(Sleep, OfFixedTimesTakesTheSameEachTime) {
  const auto sleep = sleeping({{"wait", "44.3ms"}, {"cpu", "1.66ms"}});
  for (std::uint64_t op = 0; op < 1000; ++op) {
    EXPECT_EQ(sleep->cost(op)->wait, 44300us);
    EXPECT_EQ(sleep->cost(op)->cpu, 1660us);
  }
}

TEST(Sleep, DrawsTheSameForAnOperationWheneverAndHoweverOftenItIsAsked) {
  for (const std::string distribution : {"uniform", "exponential", "lognormal"}) {
    const Options options{{"wait", "46ms"}, {"cpu", "1ms"}, {"distribution", distribution}};
    const auto forwards = sleeping(options, 7), backwards = sleeping(options, 7);
    std::vector<Cost> drawn;
    for (std::uint64_t op = 0; op < 1000; ++op) drawn.push_back(*forwards->cost(op));
    for (std::uint64_t op = 1000; op-- > 0;) {
      EXPECT_EQ(backwards->cost(op)->wait, drawn[op].wait) << distribution;
      EXPECT_EQ(backwards->cost(op)->cpu, drawn[op].cpu) << distribution;
    }
  }
}

TEST(Sleep, DrawsOtherwiseForAnotherSeed) {
  const Options options{{"wait", "46ms"}, {"distribution", "exponential"}};
  const auto one = sleeping(options, 1), two = sleeping(options, 2);
  int same = 0;
  for (std::uint64_t op = 0; op < 1000; ++op) same += one->cost(op)->wait == two->cost(op)->wait;
  EXPECT_LT(same, 5);
}

struct Moments {
  double mean = 0;
  double deviation = 0;
};

constexpr int kOps = 200'000;

template <class Value>
Moments moments(Value value) {
  double sum = 0, squares = 0;
  for (std::uint64_t op = 0; op < kOps; ++op) {
    const double x = value(op);
    sum += x;
    squares += x * x;
  }
  const double mean = sum / kOps;
  return {mean, std::sqrt(std::max(0.0, squares / kOps - mean * mean))};
}

TEST(Sleep, DrawsWithTheMeanAskedForAndTheSpreadOfItsDistribution) {
  const std::pair<const char*, double> deviations[] = {{"fixed", 0},
                                                       {"uniform", std::sqrt(1.0 / 12)},
                                                       {"exponential", 1},
                                                       {"lognormal", std::sqrt(std::exp(1) - 1)}};
  for (const auto& [distribution, deviation] : deviations)
    for (const std::uint64_t seed : {1u, 2u, 4'000'000'000u}) {
      const auto sleep =
          sleeping({{"wait", "10ms"}, {"cpu", "2ms"}, {"distribution", distribution}}, seed);
      const auto wait = moments([&](auto op) { return seconds(sleep->cost(op)->wait); });
      const auto cpu = moments([&](auto op) { return seconds(sleep->cost(op)->cpu); });
      EXPECT_NEAR(wait.mean / 0.010, 1, 0.03) << distribution;
      EXPECT_NEAR(cpu.mean / 0.002, 1, 0.03) << distribution;
      EXPECT_NEAR(wait.deviation / 0.010, deviation, 0.15) << distribution;
      EXPECT_NEAR(cpu.deviation / 0.002, deviation, 0.15) << distribution;
    }
}

TEST(Sleep, DrawsWaitAndComputingIndependently) {
  const auto sleep = sleeping({{"wait", "10ms"}, {"cpu", "10ms"}, {"distribution", "exponential"}});
  const auto product = moments([&](auto op) {
    const auto cost = *sleep->cost(op);
    return (seconds(cost.wait) / 0.010 - 1) * (seconds(cost.cpu) / 0.010 - 1);
  });
  EXPECT_NEAR(product.mean, 0, 0.03);
  const auto neighbours = moments([&](auto op) {
    return (seconds(sleep->cost(op)->wait) / 0.010 - 1) *
           (seconds(sleep->cost(op + 1)->wait) / 0.010 - 1);
  });
  EXPECT_NEAR(neighbours.mean, 0, 0.03);
}

TEST(Sleep, DrawsUniformTimesWithinTheirLimits) {
  const auto uniform = sleeping({{"wait", "10ms"}, {"distribution", "uniform"}});
  for (std::uint64_t op = 0; op < kOps; ++op) {
    ASSERT_GE(uniform->cost(op)->wait, 5ms);
    ASSERT_LE(uniform->cost(op)->wait, 15ms);
  }
}

TEST(Sleep, WithoutAMeanTakesNothingWhateverTheDistribution) {
  const auto cost =
      *sleeping({{"wait", "0ms"}, {"cpu", "0ms"}, {"distribution", "lognormal"}})->cost(5);
  EXPECT_EQ(cost.wait, 0ns);
  EXPECT_EQ(cost.cpu, 0ns);
}

TEST(Sleep, StallsEverySoManyOperations) {
  const auto sleep = sleeping({{"wait", "1ms"}, {"stall", "200ms@5"}});
  for (std::uint64_t op = 0; op < 100; ++op)
    EXPECT_EQ(sleep->cost(op)->wait, op % 5 == 4 ? 201ms : 1ms) << op;
  const auto every = sleeping({{"wait", "0ms"}, {"stall", "1ms@1"}});
  for (std::uint64_t op = 0; op < 10; ++op) EXPECT_EQ(every->cost(op)->wait, 1ms);
}

TEST(Sleep, RefusesStallsThatAreNone) {
  for (const std::string stall :
       {"5", "200ms", "@", "@5", "200ms@", "200ms@0", "200ms@-1", "200@5", "-1ms@5", "1ms@5@5",
        "1ms@5.0", "1ms @5", "1ms@ 5", "nan@5", "1ms@99999999999999999999"}) {
    try {
      sleeping({{"stall", stall}});
      ADD_FAILURE() << "took '" << stall << "'";
    } catch (const UsageError& error) {
      EXPECT_THAT(error.what(), HasSubstr("--stall")) << stall;
    }
  }
}

Duration thread_cpu() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return std::chrono::seconds(time.tv_sec) + Duration(time.tv_nsec);
}

TEST(Sleep, BlocksItsThreadForAllItsTime) {
  const auto sleep = sleeping({{"wait", "5ms"}, {"cpu", "3ms"}});
  const auto session = sleep->open_blocking();
  const auto began = Clock::now();
  const auto used = thread_cpu();
  EXPECT_TRUE(session->call(0).ok());
  EXPECT_GE(Clock::now() - began, 8ms);
  EXPECT_GE(thread_cpu() - used, 3ms);
}

Async<void> call_and_log(AsyncSession& session, std::vector<int>& log, std::uint64_t op) {
  log.push_back(static_cast<int>(op));
  EXPECT_TRUE((co_await session.call(op)).ok());
  log.push_back(-static_cast<int>(op));
}

/// The order in which operations 1 (stalled) and 2 begin (1, 2) and end (-1, -2) on one loop.
std::vector<int> order_on_a_loop(const Options& options) {
  const auto sleep = sleeping(options);
  EventLoop loop;
  std::unique_ptr<AsyncSession> session;
  loop.spawn(
      [](const Workload& on, EventLoop& l, std::unique_ptr<AsyncSession>& to) -> Async<void> {
        to = co_await on.open_async(l);
      }(*sleep, loop, session));
  loop.run();
  std::vector<int> log;
  const auto began = Clock::now();
  const auto used = thread_cpu();
  loop.spawn(call_and_log(*session, log, 1));
  loop.spawn(call_and_log(*session, log, 2));
  loop.run();
  EXPECT_GE(Clock::now() - began, 50ms);
  EXPECT_GE(thread_cpu() - used, 2ms);
  return log;
}

TEST(Sleep, GivesTheLoopBackWhileItWaits) {
  const Options options{{"wait", "5ms"}, {"cpu", "1ms"}, {"stall", "50ms@2"}};
  EXPECT_FALSE(sleeping(options)->holds_the_loop());
  EXPECT_THAT(order_on_a_loop(options), ElementsAre(1, 2, -2, -1));
}

TEST(Sleep, HoldsTheLoopWhenToldTo) {
  const Options options{{"wait", "5ms"}, {"cpu", "1ms"}, {"stall", "50ms@2"}, {"blocking", "true"}};
  EXPECT_TRUE(sleeping(options)->holds_the_loop());
  EXPECT_THAT(order_on_a_loop(options), ElementsAre(1, -1, 2, -2));
}

TEST(Null, HasNoKnownCostAndSucceeds) {
  const auto null = Registry<WorkloadEntry>::at("null").make({}, 1);
  EXPECT_FALSE(null->cost(0));
  EXPECT_FALSE(null->holds_the_loop());
  EXPECT_TRUE(null->open_blocking()->call(0).ok());
}

}  // namespace
}  // namespace asyncmark::sleep_test
