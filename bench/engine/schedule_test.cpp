#include "bench/engine/schedule.hpp"

#include <gtest/gtest.h>

#include <numeric>
#include <thread>

#include "bench/base/pages.hpp"
#include "bench/os/process.hpp"
#include "bench/testing/loads.hpp"

namespace asyncmark::schedule_test {
namespace {

using namespace std::chrono_literals;
using testing::due_at;
using testing::of_ops;

const Clock::time_point t0{1000s};

std::vector<Start> claim_all(Schedule& schedule, Clock::time_point now) {
  std::vector<Start> all;
  while (const auto start = schedule.next(now, 0ns)) all.push_back(*start);
  return all;
}

TEST(Schedule, HandsOutEachOperationOnceAcrossThreads) {
  constexpr std::uint64_t kOps = 200'000;
  Schedule schedule;
  schedule.begin(of_ops(kOps), LoadKind::closed_loop, t0);
  std::vector<std::vector<std::uint64_t>> claimed(8);
  {
    std::vector<std::jthread> threads;
    for (auto& mine : claimed)
      threads.emplace_back([&] {
        while (const auto start = schedule.next(t0, 0ns)) mine.push_back(start->op);
      });
  }
  std::vector<std::uint64_t> all;
  for (const auto& mine : claimed) all.insert(all.end(), mine.begin(), mine.end());
  std::ranges::sort(all);
  std::vector<std::uint64_t> expected(kOps);
  std::iota(expected.begin(), expected.end(), 0);
  EXPECT_TRUE(all == expected);
  EXPECT_EQ(schedule.claimed(), kOps);
  EXPECT_EQ(schedule.dropped(schedule.claimed()), 0u);
}

TEST(Schedule, HandsOutEachOperationOnceAcrossProcesses) {
  constexpr std::uint64_t kOps = 20'000;
  Pages<Schedule> schedule(1, Sharing::with_processes);
  new (&schedule[0]) Schedule;
  schedule[0].begin(of_ops(kOps), LoadKind::burst, t0);
  Pages<std::atomic<int>> claims(kOps, Sharing::with_processes);
  std::vector<Process> workers;
  for (int i = 0; i < 3; ++i)
    workers.push_back(Process::fork(
        [&] {
          while (const auto start = schedule[0].next(t0, 0ns)) ++claims[start->op];
        },
        "worker"));
  for (auto& worker : workers) EXPECT_EQ(worker.wait().how, "exit 0");
  EXPECT_TRUE(std::ranges::all_of(claims.span(), [](const auto& times) { return times == 1; }));
  EXPECT_EQ(schedule[0].claimed(), kOps);
}

TEST(Schedule, OfABurstIntendsEverythingAtTheStart) {
  Schedule schedule;
  schedule.begin(of_ops(3), LoadKind::burst, t0);
  std::vector<std::uint64_t> ops;
  for (const auto& start : claim_all(schedule, t0 + 5s)) {
    ops.push_back(start.op);
    EXPECT_EQ(start.intended, t0);
  }
  EXPECT_EQ(ops, (std::vector<std::uint64_t>{0, 1, 2}));
}

TEST(Schedule, OfAClosedLoopIntendsNoTime) {
  Schedule schedule;
  schedule.begin(of_ops(3), LoadKind::closed_loop, t0);
  const auto all = claim_all(schedule, t0);
  EXPECT_EQ(all.size(), 3u);
  for (const auto& start : all) EXPECT_FALSE(start.intended);
}

TEST(Schedule, OfAnOpenLoopIntendsEachAtItsArrivalWhateverTheTimeIs) {
  Schedule schedule;
  const auto load = due_at({0, 10, 10, 250});
  schedule.begin(load, LoadKind::open_loop, t0);
  const auto all = claim_all(schedule, t0 + 100ms);
  ASSERT_EQ(all.size(), 4u);
  EXPECT_EQ(all[0].intended, t0);
  EXPECT_EQ(all[1].intended, t0 + 10ns);
  EXPECT_EQ(all[2].intended, t0 + 10ns);
  EXPECT_EQ(all[3].intended, t0 + 250ns);
  EXPECT_EQ(schedule.dropped(schedule.claimed()), 0u);
}

TEST(Schedule, OfADurationStopsWhenItIsOverAndOwesNothing) {
  Load load;
  load.duration = 10ms;
  Schedule schedule;
  schedule.begin(load, LoadKind::closed_loop, t0);
  for (int i = 0; i < 1000; ++i) EXPECT_TRUE(schedule.next(t0 + 10ms - 1ns, 0ns));
  EXPECT_FALSE(schedule.next(t0 + 10ms, 0ns));
  EXPECT_EQ(schedule.claimed(), 1000u);
  EXPECT_EQ(schedule.dropped(schedule.claimed()), 0u);
}

TEST(Schedule, AskedTooOftenClaimsNoMoreThanThereIs) {
  Schedule schedule;
  schedule.begin(of_ops(5), LoadKind::burst, t0);
  EXPECT_EQ(claim_all(schedule, t0).size(), 5u);
  for (int i = 0; i < 10; ++i) EXPECT_FALSE(schedule.next(t0, 0ns));
  EXPECT_EQ(schedule.claimed(), 5u);
  EXPECT_EQ(schedule.dropped(schedule.claimed()), 0u);
}

TEST(Schedule, DrainsAnOpenLoopForASecondAfterItsEnd) {
  Schedule schedule;
  const auto load = due_at({0, 1, 2, 500'000'000});
  schedule.begin(load, LoadKind::open_loop, t0);
  EXPECT_TRUE(schedule.next(t0 + 500ms, 0ns));
  EXPECT_TRUE(schedule.next(t0 + 1500ms - 1ns, 0ns));
  EXPECT_FALSE(schedule.next(t0 + 1500ms, 0ns));
  EXPECT_EQ(schedule.claimed(), 2u);
  EXPECT_EQ(schedule.dropped(schedule.claimed()), 2u);
}

TEST(Schedule, DrainsAnOpenLoopForTenTimesItsSlowestOperation) {
  Schedule schedule;
  const auto load = due_at({0, 1, 2});
  schedule.begin(load, LoadKind::open_loop, t0);
  EXPECT_TRUE(schedule.next(t0 + 2ns + 5s - 1ns, 500ms));
  EXPECT_FALSE(schedule.next(t0 + 2ns + 5s, 500ms));
  EXPECT_EQ(schedule.dropped(schedule.claimed()), 2u);
}

TEST(Schedule, StartsNothingAfterTheDrainHoweverSlowOperationsAre) {
  Schedule schedule;
  auto load = due_at({0, 1, 2});
  for (const auto& [drain, slowest] :
       {std::pair<Duration, Duration>{kUsualDrain, 2min}, {200ms, 0ns}}) {
    load.drain = drain;
    schedule.begin(load, LoadKind::open_loop, t0);
    EXPECT_TRUE(schedule.next(t0 + 2ns + drain - 1ns, slowest));
    EXPECT_FALSE(schedule.next(t0 + 2ns + drain, slowest));
  }
}

TEST(Schedule, CountsWhatEndsUntilTheDrainIsOver) {
  Schedule schedule;
  Load load;
  load.duration = 4s;
  schedule.begin(load, LoadKind::closed_loop, t0);
  EXPECT_EQ(schedule.hard_end(), t0 + 14s);
  EXPECT_TRUE(schedule.counts(t0 + 14s));
  EXPECT_FALSE(schedule.counts(t0 + 14s + 1ns));
  auto open = due_at({0, 1, 3'000'000'000});
  open.drain = 1s;
  schedule.begin(open, LoadKind::open_loop, t0);
  EXPECT_EQ(schedule.hard_end(), t0 + 4s);
  schedule.next(t0, 0ns);
  schedule.next(t0, 0ns);
  EXPECT_EQ(schedule.dropped(1), 2u) << "one did not end, one never began";
  schedule.begin(of_ops(7), LoadKind::burst, t0);
  EXPECT_TRUE(schedule.counts(t0 + 9000h)) << "each of a number is carried out";
}

TEST(Schedule, BeginsEachPassAnew) {
  Schedule schedule;
  const auto load = due_at({0, 1, 2});
  schedule.begin(load, LoadKind::open_loop, t0);
  schedule.next(t0 + 1h, 0ns);
  EXPECT_EQ(schedule.dropped(schedule.claimed()), 3u);
  schedule.begin(of_ops(7), LoadKind::burst, t0 + 2h);
  EXPECT_EQ(schedule.t0(), t0 + 2h);
  const auto all = claim_all(schedule, t0 + 3h);
  ASSERT_EQ(all.size(), 7u);
  EXPECT_EQ(all[0].op, 0u);
  EXPECT_EQ(all[0].intended, t0 + 2h);
  EXPECT_EQ(schedule.dropped(schedule.claimed()), 0u);
}

TEST(Load, IsABurstWhenItsCapIsNoSmallerThanItsOperations) {
  auto load = of_ops(100);
  EXPECT_EQ(kind_of(load, {.cap = 99}), LoadKind::closed_loop);
  EXPECT_EQ(kind_of(load, {.cap = 100}), LoadKind::burst);
  EXPECT_EQ(kind_of(load, {.cap = kUnbounded}), LoadKind::burst);
  load.rate = 10;
  EXPECT_EQ(kind_of(load, {.cap = 100}), LoadKind::open_loop);
}

TEST(Load, OfADurationIsNeverABurst) {
  Load load;
  load.duration = 1s;
  EXPECT_EQ(kind_of(load, {.cap = 100}), LoadKind::closed_loop);
  EXPECT_EQ(kind_of(load, {.cap = kUnbounded}), LoadKind::closed_loop);
}

}  // namespace
}  // namespace asyncmark::schedule_test
