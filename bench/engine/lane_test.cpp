#include "bench/engine/lane.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <thread>
#include <vector>

#include "bench/engine/recorder.hpp"
#include "bench/testing/loads.hpp"

namespace asyncmark::lane_test {
namespace {

using namespace std::chrono_literals;
using testing::due_at;
using ::testing::ElementsAre;
using testing::of_ops;

const Clock::time_point t0{1000s};

/// A place in flight for each, unless told.
std::vector<Lane> lanes_of(Schedule& schedule, std::size_t count, std::uint64_t cap = 0) {
  schedule.divide(count, cap == 0 ? count : cap);
  std::vector<Lane> lanes;
  for (std::size_t i = 0; i < count; ++i) lanes.emplace_back(schedule, i);
  return lanes;
}

std::vector<Start> claim_all(Lane& lane, Clock::time_point now) {
  std::vector<Start> all;
  while (const auto start = lane.next(now, 0ns)) all.push_back(*start);
  return all;
}

std::vector<std::uint64_t> numbers(const std::vector<Start>& starts) {
  std::vector<std::uint64_t> ops;
  for (const auto& start : starts) ops.push_back(start.op);
  return ops;
}

TEST(Lane, HandsOutEveryOperationOfItsNumber) {
  Schedule schedule;
  auto lanes = lanes_of(schedule, 3);
  schedule.begin(of_ops(8), LoadKind::burst, t0);
  EXPECT_EQ(lanes[1].upcoming(), 1u);
  EXPECT_THAT(numbers(claim_all(lanes[0], t0)), ElementsAre(0, 3, 6));
  EXPECT_FALSE(lanes[1].exhausted());
  EXPECT_THAT(numbers(claim_all(lanes[1], t0)), ElementsAre(1, 4, 7));
  EXPECT_THAT(numbers(claim_all(lanes[2], t0)), ElementsAre(2, 5));
  for (const auto& lane : lanes) EXPECT_TRUE(lane.exhausted());
  EXPECT_EQ(schedule.claimed(), 8u);
  EXPECT_EQ(schedule.dropped(schedule.claimed()), 0u);
}

TEST(Lane, HasAsLargeAPartOfTheOperationsAsOfThePlacesInFlight) {
  Schedule schedule;
  auto lanes = lanes_of(schedule, 2, 3);
  for (int pass = 0; pass < 2; ++pass) {
    schedule.begin(of_ops(8), LoadKind::closed_loop, t0);
    EXPECT_THAT(numbers(claim_all(lanes[0], t0)), ElementsAre(0, 2, 3, 5, 6));
    EXPECT_THAT(numbers(claim_all(lanes[1], t0)), ElementsAre(1, 4, 7));
  }
}

TEST(Lane, AndTheOthersHandOutEachOperationOnceWhateverTheLoad) {
  for (const std::uint64_t ops : {1, 2, 3, 7, 500})
    for (const std::size_t count : {1, 2, 3, 8})
      for (const auto kind : {LoadKind::burst, LoadKind::closed_loop, LoadKind::open_loop}) {
        std::vector<std::int64_t> due(ops);
        for (std::uint64_t op = 0; op < ops; ++op) due[op] = static_cast<std::int64_t>(op / 2);
        const auto load = kind == LoadKind::open_loop ? due_at(due) : of_ops(ops);
        Schedule whole;
        whole.begin(load, kind, t0);
        Schedule schedule;
        auto lanes = lanes_of(schedule, count, count + ops % 5);
        schedule.begin(load, kind, t0);
        std::vector<Start> starts;
        for (auto& lane : lanes)
          for (const auto& start : claim_all(lane, t0)) starts.push_back(start);
        std::ranges::sort(starts, {}, &Start::op);
        ASSERT_EQ(starts.size(), ops);
        for (std::uint64_t op = 0; op < ops; ++op) {
          ASSERT_EQ(starts[op].op, op);
          ASSERT_EQ(starts[op].intended, whole.start_of(op)->intended);
        }
        ASSERT_EQ(schedule.claimed(), ops);
      }
}

TEST(Lane, OfAThreadNeedsNoOther) {
  constexpr std::uint64_t kOps = 400'000;
  Schedule schedule;
  auto lanes = lanes_of(schedule, 4);
  schedule.begin(of_ops(kOps), LoadKind::closed_loop, t0);
  const auto before = window().all_claimed();  // Of lanes in other tests.
  std::vector<std::vector<std::uint64_t>> claimed(lanes.size());
  {
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < lanes.size(); ++i)
      threads.emplace_back([&, i] { claimed[i] = numbers(claim_all(lanes[i], t0)); });
    while (window().all_claimed() - before < kOps)
      std::this_thread::yield();  // As the parent looks.
  }
  std::vector<int> times(kOps);
  for (const auto& mine : claimed)
    for (const auto op : mine) ++times[op];
  EXPECT_TRUE(std::ranges::all_of(times, [](int n) { return n == 1; }));
  EXPECT_EQ(window().all_claimed() - before, kOps) << "none was counted in vain";
}

TEST(Lane, OfADurationCountsItsOwn) {
  Load load;
  load.duration = 10ms;
  Schedule schedule;
  auto lanes = lanes_of(schedule, 2);
  schedule.begin(load, LoadKind::closed_loop, t0);
  for (int i = 0; i < 1000; ++i) EXPECT_TRUE(lanes[0].next(t0 + 10ms - 1ns, 0ns));
  for (int i = 0; i < 10; ++i) EXPECT_TRUE(lanes[1].next(t0, 0ns));
  for (auto& lane : lanes) EXPECT_FALSE(lane.next(t0 + 10ms, 0ns));
  EXPECT_EQ(schedule.claimed(), 1010u);
  EXPECT_EQ(schedule.dropped(schedule.claimed()), 0u);
}

TEST(Lane, OfAnOverloadedOpenLoopStopsByItself) {
  Schedule schedule;
  const auto load = due_at({0, 1, 2, 500'000'000, 500'000'000});
  auto lanes = lanes_of(schedule, 2);
  schedule.begin(load, LoadKind::open_loop, t0);
  EXPECT_TRUE(lanes[0].next(t0 + 500ms, 0ns));
  EXPECT_FALSE(lanes[0].next(t0 + 1500ms, 0ns));
  EXPECT_TRUE(lanes[1].next(t0 + 1500ms, 1s)) << "it has slow operations to wait for";
  EXPECT_EQ(schedule.claimed(), 2u);
  EXPECT_EQ(schedule.dropped(schedule.claimed()), 3u);
}

TEST(Lane, BeginsEachPassAnew) {
  Schedule schedule;
  auto lanes = lanes_of(schedule, 2);
  schedule.begin(of_ops(4), LoadKind::burst, t0);
  const auto before = window().all_claimed();
  claim_all(lanes[0], t0);
  claim_all(lanes[1], t0);
  EXPECT_EQ(window().all_claimed() - before, 4u);
  schedule.begin(of_ops(2), LoadKind::burst, t0);
  EXPECT_EQ(window().all_claimed(), before);
  EXPECT_THAT(numbers(claim_all(lanes[1], t0)), ElementsAre(1));
  EXPECT_EQ(schedule.claimed(), 1u);
}

TEST(Lane, ShowsWhatIsInFlightBesideTheOthers) {
  Schedule schedule;
  const auto before = window().all_in_flight();
  auto lanes = lanes_of(schedule, 2);
  Peak peaks[2];
  bool first = false, second = false, third = false;
  lanes[0].enter(first, peaks[0], t0);
  lanes[0].enter(first, peaks[0], t0);
  lanes[0].enter(second, peaks[0], t0);
  lanes[1].enter(third, peaks[1], t0);
  EXPECT_EQ(window().all_in_flight() - before, 3u);
  lanes[0].leave(first, peaks[0], t0);
  lanes[0].leave(first, peaks[0], t0);
  EXPECT_EQ(window().all_in_flight() - before, 2u);
  lanes[0].leave(second, peaks[0], t0);
  lanes[1].leave(third, peaks[1], t0);
  EXPECT_EQ(window().all_in_flight(), before);
  EXPECT_EQ(peaks[0].most, 2u);
  EXPECT_EQ(peaks[1].most, 1u);
}

/// The peak of one lane whose clients enter and leave at these times.
Peak peak_of(std::vector<Duration> enter, std::vector<Duration> leave) {
  Schedule schedule;
  auto lane = lanes_of(schedule, 1).front();
  Peak peak;
  bool here[10]{};
  std::size_t in = 0, out = 0;
  while (out < leave.size()) {
    if (in < enter.size() && enter[in] <= leave[out])
      lane.enter(here[in], peak, t0 + enter[in]), ++in;
    else
      lane.leave(here[out], peak, t0 + leave[out]), ++out;
  }
  return peak;
}

TEST(Peak, LastsUntilOneLeaves) {
  const auto peak = peak_of({1ms, 2ms, 6ms}, {5ms, 7ms, 8ms});
  EXPECT_EQ(peak.most, 2u);
  EXPECT_EQ(peak.reached, t0 + 2ms);
  EXPECT_EQ(peak.left, t0 + 5ms);
  EXPECT_TRUE(peak.is_exact());
}

TEST(Peak, OfSeveralLanesIsTheirSumIfTheyHadTheirsAtOnce) {
  const auto early = peak_of({1ms, 2ms}, {5ms, 6ms});
  const auto late = peak_of({3ms, 4ms, 5ms}, {9ms, 9ms, 9ms});
  auto both = early;
  both.add(late);
  EXPECT_EQ(both.most, 5u);
  EXPECT_TRUE(both.is_exact()) << "all five were there at 5 ms";
  both.add(Peak{});
  EXPECT_TRUE(both.is_exact()) << "one that had nothing to do changes nothing";
}

TEST(Peak, OfLanesThatHadTheirsAtDifferentTimesIsAnUpperBound) {
  const auto early = peak_of({1ms, 2ms}, {3ms, 20ms});
  const auto late = peak_of({4ms, 5ms}, {9ms, 9ms});
  for (auto order : {std::pair{early, late}, {late, early}}) {
    Peak both;
    both.add(order.first);
    EXPECT_TRUE(both.is_exact());
    both.add(order.second);
    EXPECT_EQ(both.most, 4u);
    EXPECT_FALSE(both.is_exact()) << "there were three";
    both.add(early);
    EXPECT_FALSE(both.is_exact());
  }
}

TEST(Recorder, ForgetsThePeakOfItsLane) {
  Recorder recorder;
  recorder.peak = {3, t0, t0};
  recorder.clear();
  EXPECT_EQ(recorder.peak.most, 0u);
}

}  // namespace
}  // namespace asyncmark::lane_test
