#include "bench/engine/passes.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "bench/base/pages.hpp"
#include "bench/engine/window.hpp"

namespace asyncmark::passes_test {
namespace {

using namespace std::chrono_literals;

/// A crew of two whose operations end as soon as they begin, and which notes what it was let do.
class Fake {
 public:
  Measurement measure(const Load& load, const Concurrency& how, std::uint64_t sessions = 2) {
    return asyncmark::measure(load, how,
                              {.stage = stage_,
                               .recorders = recorders_.span(),
                               .sessions = sessions,
                               .carry_out = [this] { carry_out(); },
                               .usage = [this] { return usage_; }});
  }
  std::vector<std::uint64_t> carried_out;  ///< Operations in each call.

 private:
  void carry_out() {
    carried_out.push_back(0);
    while (const auto start = stage_.schedule.next(Clock::now(), 0ns)) {
      auto& recorder = recorders_[start->op % 2];
      stage_.in_flight.enter(recorder.in_flight);
      const auto began = Clock::now();
      recorder.record(*start, began, began + 5us,
                      start->op % 10 == 9 ? Outcome::failed("tenth") : Outcome{{}, 2});
      ++carried_out.back();
      if (start->op % 4 == 0) ++window().connections_tried;
      if (start->op % 8 == 0) ++window().connections_made;
    }
    for (auto& recorder : recorders_.span()) stage_.in_flight.leave(recorder.in_flight);
    usage_ += {.user = 3ms, .system = 4ms, .voluntary_switches = 5, .involuntary_switches = 6};
  }

  Stage stage_;
  Pages<Recorder> recorders_{2, Sharing::with_threads};
  Usage usage_;
};

Load of_ops(std::uint64_t ops) {
  Load load;
  load.ops = ops;
  return load;
}

TEST(Passes, CountOnlyWhatIsTimed) {
  Fake fake;
  auto load = of_ops(100);
  load.warmup = 30;
  load.passes = 3;
  const auto m = fake.measure(load, {.cap = 2});
  EXPECT_EQ(fake.carried_out, (std::vector<std::uint64_t>{30, 100, 100, 100}));
  EXPECT_EQ(m.completed, 270u);
  EXPECT_EQ(m.rows, 2 * 270u);
  EXPECT_EQ(m.connections->made, 3u * 13);
  EXPECT_EQ(m.connections->reused, 3u * 75) << "one that was tried in vain is neither";
  EXPECT_EQ(m.failed, 30u);
  EXPECT_EQ(m.failures.at("tenth"), 30u);
  EXPECT_EQ(m.never_started, 0u);
  EXPECT_EQ(m.service_time.count(), 270u);
  EXPECT_EQ(m.service_time.max(), 5us);
  ASSERT_EQ(m.passes.size(), 3u);
  for (const auto& pass : m.passes) {
    EXPECT_EQ(pass.completed, 90u);
    EXPECT_EQ(pass.cpu, 7ms);
    EXPECT_GE(pass.elapsed, 5us);
  }
  EXPECT_EQ(m.resources.user, 9ms);
  EXPECT_EQ(m.resources.system, 12ms);
  EXPECT_EQ(m.resources.voluntary_switches, 15u);
  EXPECT_EQ(m.resources.involuntary_switches, 18u);
  EXPECT_EQ(m.peak_in_flight, 2u);
  EXPECT_GT(m.phases.timed, 0ns);
  EXPECT_GT(m.phases.warm_up, 0ns);
}

TEST(Passes, KnowTheirPhases) {
  Stage stage;
  const auto opened = stage.begun + 2ms;
  stage.connect.begins(opened);
  stage.connect.ends(opened + 3ms);
  while (Clock::now() < opened + 4ms) {
  }
  Pages<Recorder> recorders(1, Sharing::with_threads);
  auto load = of_ops(1);
  load.passes = 2;
  load.warmup = 1;
  const auto carry_out = [&] {
    const auto start = stage.schedule.next(Clock::now(), 0ns);
    const auto began = Clock::now();
    stage.drain.begins(began + 20us);
    recorders[0].record(*start, began, began + 50us, {});
  };
  const auto m =
      measure(load, {}, {.stage = stage, .recorders = recorders.span(), .carry_out = carry_out});
  EXPECT_EQ(m.phases.connect, 3ms);
  EXPECT_GE(m.phases.set_up, 3ms) << "2 ms before the first session, 1 ms after the last";
  EXPECT_EQ(m.phases.drain, 60us) << "of the passes alone";
  EXPECT_GT(m.phases.timed, 0ns);
}

TEST(Passes, DoNotKnowAWaitForProcessorsThatTheirCrewDoesNotKnow) {
  const auto wait = [](std::optional<Duration> before, std::optional<Duration> after) {
    Stage stage;
    Pages<Recorder> recorders(1, Sharing::with_threads);
    auto load = of_ops(1);
    load.warmup = 0;
    auto waited = before;
    return measure(load, {},
                   {.stage = stage,
                    .recorders = recorders.span(),
                    .carry_out = [&] { waited = after; },
                    .run_queue_wait = [&] { return waited; }})
        .resources.run_queue_wait;
  };
  EXPECT_EQ(wait(3ms, 10ms), 7ms);
  EXPECT_EQ(wait(3ms, std::nullopt), std::nullopt);
  EXPECT_EQ(wait(3ms, 2ms), std::nullopt) << "a thread has ended";
  EXPECT_EQ(wait(std::nullopt, 10ms), std::nullopt);
}

TEST(Passes, HaveResponseTimesInABurstAlone) {
  EXPECT_EQ(Fake().measure(of_ops(100), {.cap = 100}).response_time.count(), 90u);
  EXPECT_EQ(Fake().measure(of_ops(100), {.cap = 99}).response_time.count(), 0u);
}

TEST(Passes, WarmUpOneOperationASessionOrAWorkerUnlessToldOtherwise) {
  const auto warm_up = [](const Load& load, const Concurrency& how, std::uint64_t sessions) {
    Fake fake;
    fake.measure(load, how, sessions);
    return fake.carried_out.size() == 1 ? 0 : fake.carried_out.front();
  };
  EXPECT_EQ(warm_up(of_ops(100), {.workers = 4, .cap = 4}, 1), 4u);
  EXPECT_EQ(warm_up(of_ops(100), {.workers = 1, .cap = 28}, 28), 28u);
  auto load = of_ops(100);
  load.warmup = 0;
  EXPECT_EQ(warm_up(load, {.workers = 4, .cap = 4}, 4), 0u);
  load.warmup = 7;
  EXPECT_EQ(warm_up(load, {.workers = 4, .cap = 4}, 4), 7u);
}

TEST(Passes, WarmUpAnOpenLoopWithFewOperationsAtOnce) {
  const auto rounds = [](std::optional<std::uint64_t> warmup, const Concurrency& how) {
    Load load;
    load.rate = 1e9;
    load.due = std::make_shared<const std::vector<std::int64_t>>(std::vector<std::int64_t>{0});
    load.warmup = warmup;
    Fake fake;
    fake.measure(load, how, how.cap);
    fake.carried_out.pop_back();
    return fake.carried_out;
  };
  using Rounds = std::vector<std::uint64_t>;
  EXPECT_EQ(rounds({}, {.workers = 1, .cap = 1000}), Rounds{1});
  EXPECT_EQ(rounds({}, {.workers = 2, .cap = 1000}), Rounds{2});
  EXPECT_EQ(rounds({}, {.workers = 32, .cap = 32}), Rounds{10});
  EXPECT_EQ(rounds(25, {.workers = 1, .cap = 1000}), (Rounds{10, 10, 5}));
  EXPECT_EQ(rounds(0, {.workers = 1, .cap = 1000}), Rounds{});
}

TEST(Passes, CountWhatTheWarmUpFailed) {
  Fake fake;
  auto load = of_ops(1);
  load.warmup = 30;
  const auto measured = fake.measure(load, {.cap = 30});
  EXPECT_EQ(measured.warm_up, 30u);
  EXPECT_EQ(measured.warm_up_failed, 3u);
  load.warmup = 5;
  EXPECT_EQ(Fake().measure(load, {.cap = 30}).warm_up_failed, 0u);
}

TEST(Passes, ForgetTheWarmUpsPeak) {
  Fake fake;
  auto load = of_ops(1);
  load.warmup = 30;
  EXPECT_EQ(fake.measure(load, {.cap = 2}).peak_in_flight, 1u);
}

TEST(Passes, OfAnOverloadedOpenLoopCountWhatNeverStarted) {
  Load load;
  load.rate = 1e9;
  load.warmup = 0;
  load.passes = 2;
  load.due = std::make_shared<const std::vector<std::int64_t>>(std::vector<std::int64_t>{0, 1, 2});
  Stage stage;
  Pages<Recorder> recorders(1, Sharing::with_threads);
  const auto m =
      measure(load, {}, {.stage = stage, .recorders = recorders.span(), .carry_out = [&] {
                           const auto late = Clock::now() + 1h;
                           const auto now = Clock::now();
                           const auto start = stage.schedule.next(now, 0ns);
                           ASSERT_TRUE(start);
                           recorders[0].record(*start, now, now, Outcome::failed("first"));
                           EXPECT_FALSE(stage.schedule.next(late, 0ns));
                         }});
  EXPECT_EQ(m.never_started, 4u);
  EXPECT_EQ(m.completed, 0u);
  EXPECT_EQ(m.failed, 2u);
}

TEST(Passes, OfAnOpenLoopAchieveWhatEachOfThemDid) {
  Load load;
  load.rate = 1e6;
  load.warmup = 0;
  load.passes = 3;
  std::vector<std::int64_t> due;
  for (int i = 0; i < 100; ++i) due.push_back(1000 * i);
  load.due = std::make_shared<const std::vector<std::int64_t>>(due);
  // Of these passes the operations fail.
  const auto succeeded = [&](const std::vector<int>& failing) {
    Stage stage;
    Pages<Recorder> recorders(1, Sharing::with_threads);
    int pass = 0;
    const auto m =
        measure(load, {.cap = 100},
                {.stage = stage, .recorders = recorders.span(), .carry_out = [&] {
                   const bool fails = std::ranges::find(failing, pass++) != failing.end();
                   while (const auto start = stage.schedule.next(stage.schedule.t0(), 0ns))
                     recorders[0].record(*start, *start->intended, *start->intended + 1us,
                                         fails ? Outcome::failed("bad") : Outcome{});
                 }});
    EXPECT_EQ(m.in_time->due, 300);
    EXPECT_EQ(m.in_time->ended, 300);
    return m.in_time->succeeded;
  };
  EXPECT_EQ(succeeded({}), 300);
  EXPECT_EQ(succeeded({2}), 200) << "the last";
  EXPECT_EQ(succeeded({0}), 200) << "the first";
  EXPECT_EQ(succeeded({0, 1}), 100);
}

}  // namespace
}  // namespace asyncmark::passes_test
