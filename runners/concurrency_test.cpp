// How many workers each runner keeps and how much it lets be in flight: the design's table.

#include <gmock/gmock.h>

#include <algorithm>
#include <thread>

#include "bench/base/errors.hpp"
#include "bench/engine/window.hpp"
#include "bench/model/runner.hpp"
#include "bench/model/runner_entry.hpp"
#include "bench/model/workload.hpp"
#include "bench/os/placement.hpp"
#include "bench/testing/run_program.hpp"

namespace asyncmark::concurrency_test {
namespace {

using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

Concurrency of(const char* runner, const Load& load, const char* workers = nullptr) {
  const auto& entry = runner_entry(runner);
  OptionValues options(entry.options);
  if (workers) options.set("workers", workers);
  return entry.make(options)->concurrency(load);
}

Load burst(std::uint64_t ops) {
  Load load;
  load.ops = ops;
  return load;
}
Load capped(std::uint64_t ops, std::uint64_t in_flight) {
  auto load = burst(ops);
  load.in_flight = in_flight;
  return load;
}
Load time_span(std::optional<std::uint64_t> in_flight = {}) {
  Load load;
  load.duration = std::chrono::seconds(1);
  load.in_flight = in_flight;
  return load;
}
Load arrivals(std::size_t due, std::optional<std::uint64_t> in_flight = {}) {
  Load load = time_span(in_flight);
  load.rate = 100;
  load.due = std::make_shared<const std::vector<std::int64_t>>(due);
  return load;
}

void expect_workers(const Concurrency& how, std::uint64_t workers) {
  EXPECT_EQ(how.workers, workers);
  EXPECT_EQ(how.cap, workers);
  EXPECT_EQ(how.processors, workers);
  EXPECT_FALSE(how.one_loop);
}

const std::uint64_t kCores = own_cpus().size();

TEST(Concurrency, SyncHasOneInFlightWhateverIsAsked) {
  for (const auto& load : {burst(100), capped(100, 28), time_span(), arrivals(30)})
    expect_workers(of("sync", load), 1);
  EXPECT_FALSE(runner_entry("sync").knows_in_flight);
}

TEST(Concurrency, PoolsHaveTheirWorkersInFlight) {
  for (const auto& [pool, usual] :
       {std::pair{"thread-pool", std::uint64_t{32}}, {"process-pool", kCores}}) {
    SCOPED_TRACE(pool);
    for (const auto& load : {burst(1000), time_span(), arrivals(300)}) {
      expect_workers(of(pool, load), usual);
      expect_workers(of(pool, load, "5"), 5);
    }
    expect_workers(of(pool, capped(1000, 28)), 28);
    expect_workers(of(pool, capped(1000, 28), "5"), 5);
    expect_workers(of(pool, capped(1000, 28), "50"), 28);
    expect_workers(of(pool, time_span(28)), 28);
    expect_workers(of(pool, arrivals(300, 28)), 28);
  }
}

TEST(Concurrency, AnUnboundedPoolHasAWorkerForEachOperation) {
  for (const auto* pool : {"thread-pool", "process-pool"}) {
    SCOPED_TRACE(pool);
    expect_workers(of(pool, capped(50, kUnbounded)), 50);
    expect_workers(of(pool, capped(50, kUnbounded), "5"), 5);
    expect_workers(of(pool, arrivals(30, kUnbounded)), 30);
    EXPECT_THAT([&] { of(pool, time_span(kUnbounded)); },
                ThrowsMessage<UsageError>(HasSubstr("--in-flight")));
  }
}

TEST(Concurrency, TheOthersHaveEverythingInFlightUnlessCapped) {
  for (const auto* runner : {"thread-per-op", "event-loop", "multi-loop", "hybrid"}) {
    SCOPED_TRACE(runner);
    EXPECT_EQ(of(runner, burst(100)).cap, 100u);
    EXPECT_EQ(of(runner, capped(100, kUnbounded)).cap, 100u);
    EXPECT_EQ(of(runner, capped(100, 28)).cap, 28u);
    EXPECT_EQ(of(runner, capped(100, 1'000'000)).cap, 100u);
    EXPECT_EQ(of(runner, time_span(28)).cap, 28u);
    EXPECT_EQ(of(runner, arrivals(30)).cap, 30u);
    EXPECT_EQ(of(runner, arrivals(30, 28)).cap, 28u);
    for (const auto& load : {time_span(), time_span(kUnbounded)})
      EXPECT_THAT([&] { of(runner, load); },
                  ThrowsMessage<UsageError>(AllOf(HasSubstr("--in-flight"), HasSubstr(runner))));
  }
}

TEST(Concurrency, AThreadPerOperationMayUseAsManyProcessorsAndALoopOne) {
  EXPECT_EQ(of("thread-per-op", capped(100, 28)).processors, 28u);
  EXPECT_EQ(of("event-loop", capped(100, 28)).processors, 1u);
  EXPECT_EQ(of("event-loop", capped(100, 28)).workers, 1u);
  EXPECT_TRUE(of("event-loop", burst(100)).one_loop);
  EXPECT_FALSE(of("thread-per-op", burst(100)).one_loop);
}

TEST(Concurrency, SeveralLoopsAreAsManyAsProcessorsAndNoMoreThanTheCap) {
  const auto expect = [](const Concurrency& how, std::uint64_t loops, std::uint64_t cap) {
    EXPECT_EQ(how.workers, loops);
    EXPECT_EQ(how.processors, loops);
    EXPECT_EQ(how.blocking, loops);
    EXPECT_EQ(how.cap, cap);
    EXPECT_FALSE(how.one_loop);
  };
  const std::uint64_t cpus = std::min(own_cpus().size(), kMostLanes);
  expect(of("multi-loop", burst(1000)), cpus, 1000);
  expect(of("multi-loop", capped(1000, 280)), std::min<std::uint64_t>(cpus, 280), 280);
  expect(of("multi-loop", capped(1000, 1)), 1, 1);
  expect(of("multi-loop", time_span(3), "2"), 2, 3);
  expect(of("multi-loop", arrivals(300), "5"), 5, 300);
  expect(of("multi-loop", arrivals(300, 4), "5"), 4, 4);
}

TEST(Concurrency, AHybridHasALoopAndAThreadACoreForWhatHoldsIt) {
  const auto usual = of("hybrid", burst(100));
  EXPECT_EQ(usual.workers, std::min<std::uint64_t>(kCores, 100));
  EXPECT_EQ(usual.processors, usual.workers);
  EXPECT_FALSE(usual.one_loop);
  for (const bool hold : {false, true}) {
    EXPECT_EQ(at_once(of("hybrid", burst(100), "5"), hold), hold ? 5u : 100u);
    EXPECT_EQ(at_once(of("hybrid", capped(100, 3), "5"), hold), 3u);
    EXPECT_EQ(at_once(of("event-loop", burst(100)), hold), hold ? 1u : 100u);
    EXPECT_EQ(at_once(of("thread-pool", burst(100), "5"), hold), 5u);
  }
}

TEST(Concurrency, OneCapIsTheSameForAllThatAreConcurrent) {
  for (const auto& runner : built_in_runners())
    EXPECT_EQ(of(runner.name.c_str(), capped(1000, 28)).cap, runner.knows_in_flight ? 28u : 1u)
        << runner.name;
}

/// 40 operations of 1 ms of computing each under multi-loop, a processor for the parent and what
/// the launcher makes of that for the child; the document of its row.
Json computed(const std::string& parent, const std::string& launcher,
              const std::vector<std::string>& more = {}) {
  std::vector<std::string> words{"taskset",  "-c",         parent,       testing::program(),
                                 "run",      "sleep",      "--wait",     "0ms",
                                 "--cpu",    "1ms",        "--ops",      "40",
                                 "--runner", "multi-loop", "--launcher", launcher,
                                 "--out",    "r"};
  words.insert(words.end(), more.begin(), more.end());
  const auto ended = testing::run_program(words);
  SCOPED_TRACE(ended.err);
  return Json::parse(ended.files.at("r")).at("benchmarks");
}

TEST(Concurrency, IsThatOfTheProcessorsThatALauncherLeavesTheChild) {
  const auto cpus = own_cpus();
  if (cpus.size() < 2) GTEST_SKIP() << "needs two processors";
  const auto all = list_text({cpus[0], cpus[1]}), one = list_text({cpus[0]});
  const auto expect = [](const Json& row, std::uint64_t processors) {
    ASSERT_FALSE(row.contains("error_message")) << row.at("error_message");
    const auto& how = row.at("asyncmark").at("how");
    EXPECT_EQ(how.at("workers"), processors);
    EXPECT_EQ(how.at("processors"), processors);
    EXPECT_EQ(how.at("blocking"), processors);
    EXPECT_EQ(row.at("bound_ns"), 40e6 / static_cast<double>(processors));
  };
  expect(computed(all, "taskset -c " + one)[0], 1);
  expect(computed(one, "taskset -c " + all)[0], 2);
}

TEST(Concurrency, OfRepetitionsOnOtherProcessorsIsNotJudged) {
  const auto cpus = own_cpus();
  if (cpus.size() < 2) GTEST_SKIP() << "needs two processors";
  const auto all = list_text({cpus[0], cpus[1]}), one = list_text({cpus[0]});
  const auto rows = computed(
      all, "sh -c 'test -e seen && exec taskset -c " + one + " \"$@\"; touch seen; exec \"$@\"' sh",
      {"--repetitions", "2"});
  EXPECT_FALSE(rows[0].contains("error_message"));
  EXPECT_EQ(rows[1].at("error_message"), "ran with 1 workers and 40 in flight on CPUs " + one +
                                             ", a repetition before it with 2 and 40 on " + all);
}

}  // namespace
}  // namespace asyncmark::concurrency_test
