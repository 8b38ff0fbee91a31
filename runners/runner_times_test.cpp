// The times that every runner must take alike: of operations, of phases, and when operations ran.

#include <algorithm>
#include <set>

#include "bench/os/placement.hpp"
#include "bench/testing/loads.hpp"
#include "runners/testing/every_runner.hpp"

namespace asyncmark::runner_times_test {
namespace {

using namespace std::chrono_literals;
using testing::closed;
using testing::Watched;

class TimesOfEveryRunner : public testing::OfEveryRunner {};

TEST_P(TimesOfEveryRunner, TakesServiceTimeAlwaysAndResponseTimeOutsideAClosedLoop) {
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

TEST_P(TimesOfEveryRunner, HasNothingInFlightBetweenOperationsThatAreDueFarApart) {
  Watched watched;
  auto load = closed(4, 2);
  load.rate = 10;
  load.due = std::make_shared<const std::vector<std::int64_t>>(
      std::vector<std::int64_t>{0, 100'000'000, 200'000'000, 300'000'000});
  const auto done = run(watched, load);
  if (!done.peak_is_upper_bound) {
    EXPECT_EQ(done.peak_in_flight, 1u);
  }
}

TEST_P(TimesOfEveryRunner, KnowsHowLongItWaitedForProcessorsUnlessItsThreadsEnd) {
  Watched watched;
  const auto wait = run(watched, closed(300, 7)).resources.run_queue_wait;
  EXPECT_EQ(wait.has_value(), GetParam() != "thread-per-op");
  EXPECT_GE(wait.value_or(0ns), 0ns);
}

TEST_P(TimesOfEveryRunner, TellsTheOpeningOfSessionsFromTheRestOfItsSetUp) {
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

TEST_P(TimesOfEveryRunner, DrainsFromTheFirstThatHasNothingLeftToBegin) {
  Watched watched;
  watched.wait = 60ms;
  // In the second wave of two, one operation of 60 ms is alone.
  const auto phases = run(watched, closed(3, 2)).phases;
  if (is_sync())
    EXPECT_EQ(phases.drain, 0ns);
  else
    EXPECT_GE(phases.drain, 10ms);
  EXPECT_LT(phases.drain, phases.timed);
}

TEST_P(TimesOfEveryRunner, TellsWhenEachOfAFewOperationsRan) {
  Watched watched;
  watched.wait = 10ms;  // Longer than a thread takes to start under a sanitizer.
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
    EXPECT_GE(one.finished - one.started, 10ms);
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

TEST_P(TimesOfEveryRunner, TellsWhenAThousandOfManyOperationsRan) {
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

TEST_P(TimesOfEveryRunner, TellsWhenOperationsWereDue) {
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

INSTANTIATE_TEST_SUITE_P(Runners, TimesOfEveryRunner, ::testing::ValuesIn(testing::all_runners()),
                         testing::name_of);

}  // namespace
}  // namespace asyncmark::runner_times_test
