#include "bench/engine/recorder.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <barrier>
#include <csignal>
#include <map>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "bench/base/pages.hpp"
#include "bench/measure/measurement.hpp"
#include "bench/os/process.hpp"

namespace asyncmark::recorder_test {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::Pair;
using Times = std::map<std::string, std::uint64_t>;

Times listed(const FailureCounts& counts) {
  Times times;
  counts.for_each(
      [&](std::string_view reason, std::uint64_t n) { times[std::string(reason)] += n; });
  return times;
}

const Clock::time_point t0{1000s};

std::vector<std::pair<std::int64_t, std::uint64_t>> buckets(const Histogram& histogram) {
  std::vector<std::pair<std::int64_t, std::uint64_t>> all;
  histogram.for_each_bucket(
      [&](Duration low, std::uint64_t n) { all.emplace_back(low.count(), n); });
  return all;
}

TEST(FailureReason, IsCutAfterFifteenCharacters) {
  EXPECT_EQ(FailureReason("").code(), "");
  EXPECT_TRUE(FailureReason("").empty());
  EXPECT_EQ(FailureReason("123456789012345").code(), "123456789012345");
  EXPECT_EQ(FailureReason("1234567890123456").code(), "123456789012345");
  EXPECT_EQ(FailureReason("reset"), FailureReason(std::string("reset")));
  EXPECT_FALSE(FailureReason("reset") == FailureReason("reset2"));
}

TEST(Outcome, IsASuccessUnlessAReasonIsGiven) {
  EXPECT_TRUE(Outcome{}.ok());
  EXPECT_FALSE(Outcome::failed("timeout").ok());
  EXPECT_EQ(Outcome::failed("timeout").failure.code(), "timeout");
}

TEST(FailureCounts, CountByReason) {
  FailureCounts counts;
  EXPECT_EQ(counts.total(), 0u);
  EXPECT_TRUE(listed(counts).empty());
  counts.add("reset");
  counts.add("timeout", 5);
  counts.add("reset", 2);
  EXPECT_EQ(counts.total(), 8u);
  EXPECT_EQ(listed(counts), (Times{{"reset", 3}, {"timeout", 5}}));
}

TEST(FailureCounts, CountAsOtherWhatIsTooVariedAndLoseNothing) {
  FailureCounts counts;
  for (int round = 0; round < 3; ++round)
    for (int reason = 0; reason < 20; ++reason)
      counts.add(FailureReason(fmt::format("e{}", reason)), 2);
  EXPECT_EQ(counts.total(), 120u);
  const auto times = listed(counts);
  EXPECT_EQ(times.size(), 13u);
  EXPECT_EQ(times.at("e0"), 6u);
  EXPECT_EQ(times.at("e11"), 6u);
  EXPECT_EQ(times.at("other"), 8u * 6);
}

TEST(FailureCounts, AddAReasonCalledOtherToTheOthers) {
  FailureCounts counts;
  counts.add("other", 5);
  for (int reason = 0; reason < 13; ++reason) counts.add(FailureReason(std::to_string(reason)));
  EXPECT_EQ(counts.total(), 18u);
  EXPECT_EQ(listed(counts).at("other"), 5u + 2);
}

TEST(Recorder, WritesDownServiceTimeAndResponseTimeOfSuccesses) {
  Recorder recorder;
  recorder.record({0, t0}, t0 + 100ns, t0 + 150ns, {});
  EXPECT_EQ(recorder.service_time.max(), 50ns);
  EXPECT_EQ(recorder.response_time.max(), 150ns);
  EXPECT_EQ(recorder.completed(), 1u);
  EXPECT_EQ(recorder.last_finished, t0 + 150ns);
}

TEST(Recorder, HasNoResponseTimeWhereNothingWasIntended) {
  Recorder recorder;
  recorder.record({0, std::nullopt}, t0, t0 + 50ns, {});
  EXPECT_EQ(recorder.service_time.count(), 1u);
  EXPECT_EQ(recorder.response_time.count(), 0u);
}

TEST(Recorder, KeepsFailuresOutOfItsTimes) {
  Recorder recorder;
  recorder.record({0, t0}, t0, t0 + 10s, Outcome::failed("timeout"));
  EXPECT_EQ(recorder.completed(), 0u);
  EXPECT_EQ(recorder.service_time.max(), 0ns);
  EXPECT_EQ(recorder.response_time.count(), 0u);
  EXPECT_EQ(recorder.failures.total(), 1u);
  EXPECT_EQ(recorder.last_finished, t0 + 10s);
}

TEST(Recorder, KnowsTheLastEndEvenWhenEndsAreRecordedOutOfOrder) {
  Recorder recorder;
  recorder.record({0, t0}, t0, t0 + 10s, {});
  recorder.record({1, t0}, t0, t0 + 5s, {});
  EXPECT_EQ(recorder.last_finished, t0 + 10s);
}

TEST(Recorder, ForgetsEverythingWhenCleared) {
  Recorder recorder;
  recorder.record({0, t0}, t0, t0 + 10s, {});
  recorder.record({1, t0}, t0, t0 + 10s, Outcome::failed("timeout"));
  recorder.clear();
  EXPECT_EQ(recorder.completed(), 0u);
  EXPECT_EQ(recorder.response_time.count(), 0u);
  EXPECT_EQ(recorder.service_time.max(), 0ns);
  EXPECT_EQ(recorder.service_time.sum_ns(), 0u);
  EXPECT_EQ(recorder.failures.total(), 0u);
  EXPECT_EQ(recorder.last_finished, Clock::time_point{});
}

TEST(Recorder, IsEmptyInFreshPages) {
  Pages<Recorder> recorders(3, Sharing::with_threads);
  for (const auto& recorder : recorders.span()) {
    EXPECT_EQ(recorder.completed(), 0u);
    EXPECT_EQ(recorder.failures.total(), 0u);
    EXPECT_TRUE(listed(recorder.failures).empty());
    EXPECT_FALSE(recorder.in_flight);
    EXPECT_EQ(recorder.last_finished, Clock::time_point{});
  }
}

TEST(Recorder, ReadsInTheParentWhatForkedChildrenWrote) {
  constexpr int kChildren = 3;
  Pages<Recorder> recorders(kChildren, Sharing::with_processes);
  std::vector<Process> children;
  for (int i = 0; i < kChildren; ++i)
    children.push_back(Process::fork(
        [&, i] {
          for (int op = 0; op < 1000; ++op)
            recorders[i].record({0, t0}, t0, t0 + Duration(1000 * (i + 1) + op), {});
          recorders[i].failures.add("reset", i + 1);
        },
        "child"));
  for (auto& child : children) ASSERT_EQ(child.wait().how, "exit 0");

  Measurement merged;
  for (const auto& recorder : recorders.span()) add(merged, recorder);
  Histogram truth;
  for (int i = 0; i < kChildren; ++i)
    for (int op = 0; op < 1000; ++op) truth.add(Duration(1000 * (i + 1) + op));
  EXPECT_EQ(merged.completed, 3000u);
  EXPECT_EQ(merged.failed, 6u);
  EXPECT_EQ(merged.failures, (Times{{"reset", 6}}));
  EXPECT_EQ(merged.service_time.mean(), truth.mean());
  EXPECT_EQ(merged.service_time.max(), truth.max());
  for (const double p : {0.5, 0.9, 0.99})
    EXPECT_EQ(merged.service_time.percentile(p), truth.percentile(p));
}

TEST(Recorder, KeepsWhatAKilledChildHadWritten) {
  Pages<Recorder> recorders(1, Sharing::with_processes);
  auto child = Process::fork(
      [&] {
        recorders[0].record({0, t0}, t0, t0 + 5ns, {});
        raise(SIGKILL);
      },
      "child");
  EXPECT_EQ(child.wait().how, "SIGKILL");
  EXPECT_EQ(recorders[0].completed(), 1u);
}

TEST(Pages, OfThreadsAreNotSharedWithChildren) {
  Pages<int> numbers(1, Sharing::with_threads);
  auto child = Process::fork([&] { numbers[0] = 7; }, "child");
  EXPECT_EQ(child.wait().how, "exit 0");
  EXPECT_EQ(numbers[0], 0);
}

TEST(Pages, ThatNoMachineHasAreRefused) {
  for (const std::size_t count : {std::size_t{1} << 62, ~std::size_t{0}, ~std::size_t{0} / 77'000})
    EXPECT_THROW(Pages<Recorder>(count, Sharing::with_threads), std::bad_alloc) << count;
}

TEST(TimeSpan, GoesFromTheFirstBeginningToTheLastEnd) {
  TimeSpan span;
  EXPECT_EQ(span.length(), Duration(0));
  span.begins(Clock::time_point(Duration(30)));
  EXPECT_EQ(span.length(), Duration(0)) << "nothing has ended";
  span.begins(Clock::time_point(Duration(10)));
  span.ends(Clock::time_point(Duration(50)));
  span.ends(Clock::time_point(Duration(45)));
  EXPECT_EQ(span.length(), Duration(40));
  span.forget();
  span.ends(Clock::time_point(Duration(60)));
  EXPECT_EQ(span.length(), Duration(0)) << "nothing has begun";
}

TEST(InFlight, CountsEachClientOnceHoweverOftenItEnters) {
  InFlight in_flight;
  bool first = false, second = false;
  in_flight.enter(first);
  in_flight.enter(first);
  EXPECT_EQ(in_flight.now(), 1u);
  in_flight.enter(second);
  EXPECT_EQ(in_flight.now(), 2u);
  in_flight.leave(first);
  in_flight.leave(first);
  EXPECT_EQ(in_flight.now(), 1u);
  in_flight.leave(second);
  EXPECT_EQ(in_flight.now(), 0u);
  EXPECT_EQ(in_flight.peak(), 2u);
}

TEST(InFlight, ForgetsItsPeakButNotWhoIsIn) {
  InFlight in_flight;
  bool first = false, second = false;
  in_flight.enter(first);
  in_flight.enter(second);
  in_flight.leave(second);
  in_flight.forget_peak();
  EXPECT_EQ(in_flight.now(), 1u);
  EXPECT_EQ(in_flight.peak(), 1u);
}

TEST(InFlight, KnowsItsPeakExactlyAcrossThreads) {
  constexpr int kThreads = 8;
  for (int round = 0; round < 50; ++round) {
    InFlight in_flight;
    std::barrier all_in(kThreads);
    {
      std::vector<std::jthread> threads;
      for (int i = 0; i < kThreads; ++i)
        threads.emplace_back([&] {
          bool here = false;
          for (int again = 0; again < 20; ++again) {
            in_flight.enter(here);
            in_flight.leave(here);
          }
          in_flight.enter(here);
          all_in.arrive_and_wait();
          in_flight.leave(here);
        });
    }
    ASSERT_EQ(in_flight.peak(), kThreads);
    ASSERT_EQ(in_flight.now(), 0u);
  }
}

TEST(Recorder, OfThreadsMergeAsIfOneHadWrittenAll) {
  constexpr std::size_t kThreads = 4;
  Pages<Recorder> recorders(kThreads, Sharing::with_threads);
  const auto write = [](std::uint64_t seed, Recorder& to) {
    std::mt19937_64 random(seed);
    std::exponential_distribution<double> wait(1e-7 * static_cast<double>(seed + 1));
    for (int i = 0; i < 20'000; ++i) {
      const auto took = Duration(static_cast<std::int64_t>(wait(random)));
      to.record({0, t0}, t0 + 10ns, t0 + 10ns + took,
                i % 100 == 0 ? Outcome::failed("reset") : Outcome{});
    }
  };
  {
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < kThreads; ++i)
      threads.emplace_back([&, i] { write(i, recorders[i]); });
  }
  Measurement merged;
  for (const auto& recorder : recorders.span()) add(merged, recorder);
  Recorder alone;
  for (std::size_t i = 0; i < kThreads; ++i) write(i, alone);
  Measurement truth;
  add(truth, alone);

  EXPECT_EQ(merged.completed, kThreads * 19'800);
  EXPECT_EQ(merged.failed, kThreads * 200);
  EXPECT_THAT(merged.failures, ElementsAre(Pair("reset", kThreads * 200)));
  EXPECT_EQ(buckets(merged.service_time), buckets(truth.service_time));
  EXPECT_EQ(merged.service_time.mean(), truth.service_time.mean());
  EXPECT_EQ(merged.service_time.max(), truth.service_time.max());
  for (const double p : {0.5, 0.9, 0.99, 0.999}) {
    EXPECT_TRUE(merged.service_time.percentile(p));
    EXPECT_EQ(merged.service_time.percentile(p), truth.service_time.percentile(p));
    EXPECT_EQ(merged.response_time.percentile(p), truth.response_time.percentile(p));
  }
}

}  // namespace
}  // namespace asyncmark::recorder_test
