#include "bench/child/settling.hpp"

#include <gtest/gtest.h>

#include <deque>

#include "bench/model/runner_entry.hpp"
#include "bench/model/workload_entry.hpp"

namespace asyncmark::settling_test {
namespace {

using namespace std::chrono_literals;

Case calling(const std::string& url) {
  Case one;
  one.workload = "http";
  one.workload_options = OptionValues(Registry<WorkloadEntry>::at("http").options);
  one.workload_options.set("url", url);
  one.runner = "event-loop";
  one.load.ops = 100;
  one.load.rate = 100;
  std::vector<std::int64_t> due;
  for (int i = 0; i < 100; ++i) due.push_back(10'000'000 * i);
  one.load.due = std::make_shared<const std::vector<std::int64_t>>(due);
  return one;
}

const std::string kHere = "http://127.0.0.1:9/";

/// Operations one after the other, of these lengths.
Repetition took(const std::vector<Duration>& times) {
  Repetition run;
  auto& m = run.measurement;
  Duration at{};
  for (const auto time : times) {
    m.timeline.operations.push_back(
        {.op = m.completed, .started = at, .finished = at + time, .ok = true});
    m.service_time.add(time);
    at += time;
    ++m.completed;
  }
  m.passes.push_back({at, {}, m.completed});
  return run;
}

/// A run of 20 ms an operation, and what it left.
Repetition left(std::uint64_t dropped, std::uint64_t timed_out) {
  auto run = took(std::vector<Duration>(50, 20ms));
  run.measurement.never_started = dropped;
  if (timed_out > 0) run.measurement.add_failures("time-out", timed_out);
  return run;
}

TEST(Settling, IsNeededAfterOperationsWereDroppedOrTimedOut) {
  const auto needed = [](const Repetition& run, const std::string& url) {
    Settling settling;
    settling.ended(calling(kHere), run);
    return settling.is_needed(calling(url));
  };
  EXPECT_FALSE(needed(left(0, 0), kHere));
  EXPECT_TRUE(needed(left(3, 0), kHere));
  EXPECT_TRUE(needed(left(0, 3), kHere));
  EXPECT_TRUE(needed(left(3, 0), "http://127.0.0.1:9/other")) << "the same server";
  EXPECT_FALSE(needed(left(3, 0), "http://127.0.0.1:10/")) << "another one";
  auto sleeps = calling(kHere);
  sleeps.workload = "sleep";
  sleeps.workload_options = OptionValues(Registry<WorkloadEntry>::at("sleep").options);
  Settling settling;
  settling.ended(sleeps, left(3, 0));
  EXPECT_FALSE(settling.is_needed(sleeps)) << "nothing works on";
}

TEST(Settling, WaitsUntilSingleOperationsTakeWhatTheyTakeByThemselves) {
  std::deque<Repetition> answers{took({3s, 2s, 1s}), took({500ms, 300ms, 20ms}),
                                 took({20ms, 21ms, 20ms}), took({1ms})};
  Settling settling([&](const Case& probe, const ChildSettings&) {
    EXPECT_EQ(probe.runner, "sync");
    EXPECT_FALSE(probe.load.rate);
    const auto first = answers.front();
    answers.pop_front();
    return first;
  });
  settling.ended(calling(kHere), left(3, 0));
  EXPECT_FALSE(settling.wait(calling(kHere), {}).still_busy);
  EXPECT_EQ(answers.size(), 1u);
  EXPECT_FALSE(settling.is_needed(calling(kHere)));
}

TEST(Settling, GivesUpAfterAWhile) {
  Settling settling([](const Case&, const ChildSettings&) { return took({1s, 1s, 1s}); }, 200ms);
  settling.ended(calling(kHere), left(3, 0));
  const auto waited = settling.wait(calling(kHere), {});
  EXPECT_TRUE(waited.still_busy);
  EXPECT_GE(waited.took, 200ms);
}

TEST(Settling, WaitsShorterAfterAWaitInVainAndWhereNothingEverSucceeded) {
  Settling settling([](const Case&, const ChildSettings&) { return took({1s, 1s, 1s}); }, 400ms);
  settling.ended(calling(kHere), left(3, 0));
  EXPECT_GE(settling.wait(calling(kHere), {}).took, 400ms);
  settling.ended(calling(kHere), left(3, 0));
  const auto again = settling.wait(calling(kHere), {});
  EXPECT_TRUE(again.still_busy);
  EXPECT_LT(again.took, 400ms);

  Settling never(
      [](const Case&, const ChildSettings&) {
        auto run = took({});
        run.measurement.add_failures("time-out", 3);
        return run;
      },
      1s);
  auto timed_out = took({});
  timed_out.measurement.add_failures("time-out", 100);
  never.ended(calling(kHere), timed_out);
  EXPECT_LT(never.wait(calling(kHere), {}).took, 1s);
}

TEST(Settling, DoesNotWaitForAServiceThatIsGone) {
  Settling settling([](const Case&, const ChildSettings&) { return Repetition{{}, "refused"}; });
  settling.ended(calling(kHere), left(3, 0));
  EXPECT_FALSE(settling.wait(calling(kHere), {}).still_busy);
}

}  // namespace
}  // namespace asyncmark::settling_test
