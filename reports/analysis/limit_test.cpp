#include "reports/analysis/limit.hpp"

#include <gtest/gtest.h>

#include "bench/checks/checks.hpp"
#include "reports/testing/constructed.hpp"

namespace asyncmark::limit_test {
namespace {

using testing::construct;
using testing::milliseconds;

std::string limit(const Result& one) {
  return limit_of(one, check(testing::some_context(), {one}));
}
std::string limit(const Result& one, const std::string& code) {
  return limit_of(one, {{code, {one.name()}, "", "", ""}});
}

Measurement& measured(Result& one) {
  one.forget_summary();
  return one.repetitions.at(0).measurement;
}

Result with_cpu(Result one, Duration cpu, const char* processors = "0-1") {
  measured(one).passes.at(0).cpu = cpu;
  measured(one).placement.client = processors;
  return one;
}

Result with_term(Result one, const char* term) {
  one.bound->term = term;
  return one;
}

/// An open loop of sleeps of 46 ms, at most `cap` in flight, that lasted for ten seconds.
Result open_loop(const std::string& runner, std::uint64_t cap, std::uint64_t completed,
                 std::uint64_t never_started) {
  auto one = construct({.runner = runner});
  one.what.load.rate = 10.0 * static_cast<double>(cap);
  one.what.load.ops = completed + never_started;
  one.what.load.last_due = std::chrono::seconds(10);
  one.how.cap = cap;
  auto& all = measured(one);
  all.passes = {{std::chrono::seconds(10), milliseconds(1), completed}};
  all.completed = completed;
  all.never_started = never_started;
  all.service_time.clear();
  all.service_time.add(milliseconds(46), completed);
  return one;
}

TEST(Limit, OfABurstIsWhatItWaitsFor) {
  EXPECT_EQ(limit(construct({})), "wait time");
  EXPECT_EQ(limit(construct({.times = {milliseconds(100)}})), "") << "far from its bound";
  auto uneven = construct({});
  uneven.bound->alike = false;
  EXPECT_EQ(limit(uneven), "longest operation");
  EXPECT_EQ(limit(with_cpu(construct({}), milliseconds(45))), "CPU")
      << "though it is as fast as can be";
}

TEST(Limit, OfAnOperationThatMayHaveComputedIsNotTold) {
  auto one = construct({.times = {milliseconds(50)}});
  measured(one).passes.at(0).cpu = milliseconds(50) * 100 / 8;
  one.how.processors = 64;
  EXPECT_EQ(limit(one), "");
}

TEST(Limit, OfAClosedLoopIsWhatItHasOnlySoManyOf) {
  const auto at = [](const char* runner, std::optional<std::uint64_t> in_flight, int rounds) {
    return limit(construct(
        {.runner = runner, .in_flight = in_flight, .times = {rounds * milliseconds(47)}}));
  };
  EXPECT_EQ(at("sync", std::nullopt, 100), "single thread");
  EXPECT_EQ(at("thread-pool", std::nullopt, 4), "pool size");
  EXPECT_EQ(at("thread-pool", 10, 10), "concurrency limit");
  EXPECT_EQ(at("event-loop", 10, 10), "concurrency limit");
  EXPECT_EQ(at("event-loop", 1, 100), "concurrency limit");
  EXPECT_EQ(at("event-loop", 10, 20), "") << "half the ideal";
}

TEST(Limit, OfAServiceIsToldByTheThroughputOfFewerOperationsInFlight) {
  const auto of = [](std::uint64_t in_flight, int ms) {
    auto one = construct({.in_flight = in_flight, .times = {milliseconds(ms)}});
    one.bound.reset();
    measured(one).service_time.clear();  // All places were taken all the time.
    measured(one).service_time.add(milliseconds(ms) * in_flight / 100, 100);
    measured(one).observed.service = ServiceUsage{};
    return one;
  };
  const auto few = of(4, 400), double_rate = of(8, 200), same_rate = of(8, 390), half = of(8, 290);
  EXPECT_EQ(limit_of(double_rate, {}), "") << "there is nothing to compare it with";
  EXPECT_EQ(limit_of(double_rate, {}, {&few, &double_rate}), "concurrency limit");
  EXPECT_EQ(limit_of(same_rate, {}, {&few, &same_rate}), "service");
  EXPECT_EQ(limit_of(half, {}, {&few, &half}), "");
  EXPECT_EQ(limit_of(few, {}, {&few, &same_rate}), "");
}

TEST(Limit, OfAnOpenLoopIsTheServiceWhereTheClientHadPlacesAndCpuTime) {
  auto one = open_loop("event-loop", 1000, 6000, 4000);
  measured(one).observed.service = ServiceUsage{};
  measured(one).peak_in_flight = 900;
  EXPECT_EQ(limit(one), "service");
  measured(one).peak_in_flight = 1000;
  EXPECT_EQ(limit(one), "") << "more places might have helped";
}

TEST(Limit, OfAServiceIsToldByTheTimeThatAnOperationTakesAlone) {
  // A burst of 100 that all began at once, beside one that ran them one at a time in 50 ms each.
  const auto of = [](std::uint64_t in_flight, int ms, int mean_ms) {
    auto one = construct({.in_flight = in_flight, .times = {milliseconds(ms)}});
    one.bound.reset();
    measured(one).service_time.clear();
    measured(one).service_time.add(milliseconds(mean_ms), 100);
    measured(one).observed.service = ServiceUsage{};
    return one;
  };
  const auto alone = of(1, 5000, 50), queued = of(100, 150, 100), free = of(100, 62, 51),
             pooled = of(20, 250, 50);
  const std::vector<const Result*> all{&alone, &queued, &pooled};
  EXPECT_NEAR(seconds(time_alone(all).value()), 0.05, 0.0005);
  EXPECT_EQ(limit_of(queued, {}, all), "service");
  EXPECT_EQ(limit_of(free, {}, all), "wait time");
  EXPECT_EQ(limit_of(queued, {}, {&alone, &queued, &free}), "")
      << "another client got more from the same service";
  EXPECT_EQ(limit_of(pooled, {}, all), "concurrency limit");
  EXPECT_EQ(limit_of(alone, {}, all), "concurrency limit");
  const auto blocked = of(100, 5000, 2500);
  EXPECT_EQ(limit_of(alone, {}, {&alone, &blocked}), "service") << "more in flight gain nothing";
  EXPECT_EQ(limit_of(with_cpu(queued, milliseconds(100)), {}, all), "") << "or the busy client";
}

TEST(Limit, AllowsForTheLastRoundInWhichFewerRemain) {
  const auto of = [](std::uint64_t in_flight, int ms) {
    auto one = construct({.ops = 17, .in_flight = in_flight, .times = {milliseconds(ms)}});
    one.bound.reset();
    measured(one).service_time.clear();
    measured(one).service_time.add(milliseconds(46), 17);
    measured(one).observed.service = ServiceUsage{};
    return one;
  };
  // 17 operations of 46 ms by eight at a time need three rounds.
  const auto alone = of(1, 17 * 46), eight = of(8, 3 * 46);
  EXPECT_EQ(limit_of(eight, {}, {&alone, &eight}), "concurrency limit");
}

TEST(Limit, OfOperationsThatHoldTheirThreadIsTheThread) {
  const auto quick = construct({.times = {milliseconds(47)}});
  EXPECT_EQ(limit(with_term(quick, bound_terms::kOneAtATime)), "blocked loop");
  EXPECT_EQ(limit(with_term(quick, bound_terms::kThreads)), "threads");
  auto held = construct({.times = {milliseconds(400)}});
  EXPECT_EQ(limit(held, "loop-held"), "") << "one long operation among many explains nothing";
  measured(held).peak_in_flight = 1;
  EXPECT_EQ(limit(held, "loop-held"), "blocked loop");
}

TEST(Limit, IsTheProcessorWhereThatWasBusy) {
  const auto slow = construct({.runner = "thread-pool", .times = {milliseconds(1000)}});
  EXPECT_EQ(limit(slow), "");
  EXPECT_EQ(limit(with_cpu(slow, milliseconds(1900))), "CPU");
  EXPECT_EQ(limit(with_cpu(slow, milliseconds(400))), "") << "a fifth of what there is";
  EXPECT_EQ(limit(with_cpu(slow, milliseconds(1000), "1")), "CPU");
  EXPECT_EQ(limit(with_cpu(slow, milliseconds(1000), ""), "processor-bound"), "CPU");
  EXPECT_EQ(limit(with_term(construct({}), bound_terms::kComputing)), "CPU");
}

TEST(Limit, IsTheClientWhereThatIsBusyAndCallsAService) {
  auto one = with_cpu(construct({.times = {milliseconds(400)}}), milliseconds(390));
  measured(one).observed.service.emplace();
  EXPECT_EQ(limit_of(one, {}), "client CPU");
  EXPECT_EQ(limit(one, "service-saturated"), "service");
  EXPECT_EQ(limit(one, "service-queue"), "service");
}

TEST(Limit, IsTheRunnerWhereItsOwnCostIsMostOfIt) {
  EXPECT_EQ(limit(with_cpu(construct({}), milliseconds(45)), "harness-cost"), "runner overhead");
  // A sleep needs no CPU: what was used of it explains why the burst took longer than a sleep.
  const auto slow = construct({.runner = "thread-pool", .times = {milliseconds(1000)}});
  EXPECT_EQ(limit(with_cpu(slow, milliseconds(600))), "runner overhead");
}

TEST(Limit, OfComputingIsTheRunnerWhereThatComputesMore) {
  const auto of = [](const char* runner, std::uint64_t in_flight, int cpu_ms) {
    auto one = construct({.runner = runner, .in_flight = in_flight, .times = {milliseconds(50)}});
    one.bound.reset();
    return with_cpu(one, milliseconds(cpu_ms));
  };
  const auto alone = of("sync", 1, 40), heavy = of("thread-per-op", 8, 70),
             light = of("thread-pool", 8, 45);
  EXPECT_EQ(limit_of(heavy, {}, {&alone, &heavy}), "runner overhead");
  EXPECT_EQ(limit_of(light, {}, {&alone, &light}), "");
}

TEST(Limit, OfAnOpenLoopIsTheRateUnlessItFallsBehind) {
  EXPECT_EQ(limit(open_loop("event-loop", 100, 10'000, 0)), "offered rate");
  EXPECT_EQ(limit(open_loop("sync", 1, 210, 200)), "single thread");
  EXPECT_EQ(limit(open_loop("thread-pool", 32, 32 * 210, 3000)), "pool size");
  EXPECT_EQ(limit(open_loop("thread-pool", 32, 32 * 100, 3000)), "") << "it was half idle";
}

TEST(Limit, IsNotToldWhereNothingWasFinished) {
  auto dead = construct({.times = {}});
  testing::add_death(dead, "killed by SIGSEGV");
  EXPECT_EQ(limit(dead), "");
}

TEST(Limit, IsNotThatOfAnotherCase) {
  const auto one = construct({.times = {milliseconds(100)}});
  EXPECT_EQ(limit_of(one, {{"service-saturated", {"another"}, "", "", ""}}), "");
}

}  // namespace
}  // namespace asyncmark::limit_test
