#include "reports/reproductions/cpu/reproduce_cpu.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "bench/model/runner_entry.hpp"
#include "bench/plan/plan.hpp"
#include "bench/plan/reproduction_entry.hpp"
#include "reports/testing/constructed.hpp"

namespace asyncmark::reproduce_cpu_test {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;
using testing::named;
using ::testing::Not;

const ReproductionEntry& entry() { return Registry<ReproductionEntry>::at("cpu"); }

constexpr const char* kGainsNothing = "An event loop gains nothing on hashing";
constexpr const char* kWantsProcessors = "here it wants processors, whoever has them";
constexpr const char* kExecutorFrees = "an executor frees it";

bool has_a_loop(const std::string& runner) {
  return runner == "event-loop" || runner == "multi-loop" || runner == "hybrid";
}

/// Processors on a machine of two.
double processors(const std::string& runner) {
  return runner == "sync" || runner == "event-loop" ? 1 : 2;
}

/// What it takes at the least where every hash takes 600 us.
Duration ideal(const Result& one) {
  const auto& what = one.what;
  const auto ops = static_cast<double>(what.load.ops);
  const auto cap = static_cast<double>(std::min(one.how.cap, what.load.ops));
  const bool hashes = what.workload == "hash";
  const auto wait = hashes ? 0 : seconds(what.workload_options.duration("wait"));
  const auto cpu = hashes ? 600e-6 : seconds(what.workload_options.duration("cpu"));
  const auto busy = ops * cpu / std::min(cap, processors(what.runner));
  const auto queued = ops / cap * (wait + cpu);
  const auto least = one.bound ? seconds(one.bound->time) : 0;
  return from_seconds(what.load.rate ? least : std::max({busy, queued, least}));
}

Repetition run_of(const Result& one, Duration elapsed) {
  Repetition run;
  auto& measured = run.measurement;
  const auto ops = one.what.load.ops;
  measured.completed = ops;
  measured.passes = {{elapsed, 600us * static_cast<int>(ops), ops}};
  measured.peak_in_flight = 1;
  for (std::uint64_t op = 0; op < ops; ++op) {
    measured.service_time.add(6ms);
    if (one.what.load.rate || one.how.cap >= ops) measured.response_time.add(7ms);
  }
  if (has_a_loop(one.what.runner))
    measured.loop.lag.add(one.what.runner == "hybrid" ? 400us : 80ms, 200);
  return run;
}

void took(Result& one, Duration elapsed) {
  one.repetitions.assign(one.planned_repetitions, run_of(one, elapsed));
  one.forget_summary();
}

std::vector<Result> good_results(bool quick = false) {
  auto results = expand(entry().plan(quick));
  for (auto& one : results) took(one, ideal(one) * 101 / 100);
  return results;
}

std::string printed(const std::vector<Result>& results, bool quick = false) {
  return testing::unwrapped(entry().print({}, results, quick));
}

TEST(ReproduceCpu, PlansHashingAndMixedWorkUnderEveryRunner) {
  std::vector<std::string> names;
  for (const auto& one : expand(entry().plan(false))) names.push_back(one.name());
  for (const auto& runner : built_in_runners())
    EXPECT_THAT(names, Contains(fmt::format("hash/{}/ops:1000/size:1MiB", runner.name)));
  EXPECT_EQ(names.size(), 7 * 3 + 7 * 4 + 5 * 4);
}

TEST(ReproduceCpu, GoodFiguresCarryEverySentence) {
  const auto text = printed(good_results());
  EXPECT_THAT(text, AllOf(HasSubstr(kGainsNothing), HasSubstr(kWantsProcessors),
                          HasSubstr(kExecutorFrees), Not(HasSubstr("!"))));
  EXPECT_THAT(text, HasSubstr("1000 hashes took 0.606 s on the event loop and 0.606 s one after "
                              "the other, 1.00 times as long"));
  EXPECT_THAT(text, HasSubstr("the event loop was 80.0 ms late for anything else, and"));
  EXPECT_THAT(text, HasSubstr("There the event loop was up to 80.0 ms late for anything else, and "
                              "the hybrid's up to 400 us. The"));
}

TEST(ReproduceCpu, NamesTheShareFromWhichOnTheLoopLoses) {
  auto results = good_results();
  EXPECT_THAT(printed(results), HasSubstr("at the shares measured, the event loop loses against "
                                          "threads from 10% on (0.146 s to 0.0707 s, "
                                          "2.06 times as long), against processes from 10% on"));
  for (auto& one : results)
    if (one.what.workload == "mixed" && one.what.runner == "process-pool" && !one.what.load.rate)
      took(one, 10s);
  EXPECT_THAT(printed(results), HasSubstr("against processes at no share"));
  for (auto& one : results)
    if (one.what.runner == "process-pool") one.repetitions.clear();
  EXPECT_THAT(printed(results),
              HasSubstr("From which share on it loses to processes is not settled here"));
}

TEST(ReproduceCpu, ALoopThatIsSlowOnceButNotAboveThatDoesNotLoseFromThereOn) {
  auto results = good_results();
  for (auto& one : results)
    if (one.what.workload == "mixed" && one.what.runner == "thread-pool" && !one.what.load.rate &&
        one.what.workload_options.duration("wait") == 2500us)
      took(one, 10s);
  EXPECT_THAT(printed(results), HasSubstr("against threads from 100% on"));
}

TEST(ReproduceCpu, WhatTheFiguresContradictIsNotSaid) {
  auto results = good_results();
  took(named(results, "hash/event-loop/ops:1000/size:1MiB"), 900ms);
  took(named(results, "hash/thread-pool/ops:1000/size:1MiB"), 600ms);
  for (auto& run : named(results, "hash/hybrid/ops:1000/size:1MiB").repetitions)
    run.measurement.loop.lag.add(50ms);
  const auto text = printed(results);
  EXPECT_THAT(text, AllOf(Not(HasSubstr(kGainsNothing)), Not(HasSubstr(kWantsProcessors)),
                          Not(HasSubstr(kExecutorFrees))));
  EXPECT_THAT(text, AllOf(HasSubstr("An event loop loses on hashing"),
                          HasSubstr("'CPU-bound work wants processes' shows here"),
                          HasSubstr("An executor did not keep the loop free here")));
}

TEST(ReproduceCpu, NothingIsSaidOfWhatWasNotRunOrFailed) {
  auto results = good_results();
  for (auto& one : results) one.repetitions.assign(one.planned_repetitions, {{}, "killed"});
  for (const auto& all : {results, std::vector<Result>{}}) {
    const auto text = printed(all);
    for (const auto* claim : {kGainsNothing, kWantsProcessors, kExecutorFrees, "times as long)"})
      EXPECT_THAT(text, Not(HasSubstr(claim)));
  }
  EXPECT_THAT(printed(results), HasSubstr("| event-loop | died ! | died ! | died ! | - |"));
}

TEST(ReproduceCpu, AnyPartOfItCanBePrinted) {
  testing::expect_any_part_prints(entry(), good_results());
}

TEST(ReproduceCpu, QuickSaysSoAndTakesATenth) {
  const auto text = printed(good_results(true), true);
  EXPECT_EQ(text.find("# Work that computes (quick: mixed operations of a tenth)"), 0u);
  EXPECT_THAT(text, HasSubstr("280 mixed operations of 500us, 28 in flight"));
}

TEST(ReproduceCpu, FitsATerminalOf110Columns) {
  testing::expect_fits_110_columns(entry(), good_results());
}

}  // namespace
}  // namespace asyncmark::reproduce_cpu_test
