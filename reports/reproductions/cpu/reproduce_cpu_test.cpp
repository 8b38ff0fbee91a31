#include "reports/reproductions/cpu/reproduce_cpu.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "bench/model/runner_entry.hpp"
#include "bench/os/placement.hpp"
#include "bench/plan/plan.hpp"
#include "bench/plan/reproduction_entry.hpp"
#include "reports/testing/constructed.hpp"

namespace asyncmark::reproduce_cpu_test {
namespace {

using namespace std::chrono_literals;
using ::testing::Contains;
using ::testing::HasSubstr;
using testing::named;

const ReproductionEntry& entry() { return Registry<ReproductionEntry>::at("cpu"); }

bool has_a_loop(const std::string& runner) {
  return runner == "event-loop" || runner == "multi-loop" || runner == "hybrid";
}

/// Processors on a machine of two; of a pool of processes as many as it has.
double processors(const Result& one) {
  const auto& runner = one.what.runner;
  if (runner == "process-pool") return static_cast<double>(one.how.workers);
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
  const auto busy = ops * cpu / std::min(cap, processors(one));
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
  return entry().print({}, results, quick, Markup::markdown);
}

std::string processes_claim() { return fmt::format("{} processes speed it up", own_cpus().size()); }

testing::Turn turn(const char* sentence, const char* before, const std::string& name,
                   Duration elapsed) {
  return {sentence, before,
          [=](std::vector<Result>& results) { took(named(results, name), elapsed); }};
}

testing::Turn lag(const char* sentence, const std::string& name, Duration late) {
  return {sentence, "yes", [=](std::vector<Result>& results) {
            for (auto& run : named(results, name).repetitions) {
              run.measurement.loop.lag.clear();
              run.measurement.loop.lag.add(late);
            }
          }};
}

TEST(ReproduceCpu, PlansHashingAndMixedWorkUnderEveryRunner) {
  std::vector<std::string> names;
  for (const auto& one : expand(entry().plan(false))) names.push_back(one.name());
  for (const auto& runner : built_in_runners())
    EXPECT_THAT(names, Contains(fmt::format("hash/{}/ops:1000/size:1MiB", runner.name)));
  EXPECT_EQ(names.size(), 7 * 3 + 7 * 4 + 5 * 4);
}

TEST(ReproduceCpu, EachClaimCanHoldAndCanFail) {
  const std::string waits = "/ops:280/in_flight:28/wait:5ms/cpu:0us";
  const std::string computes = "/ops:280/in_flight:28/wait:4.5ms/cpu:500us";
  testing::expect_each_claim_turns(
      entry(), good_results(),
      {turn("Async does not speed up", "yes", "hash/event-loop/ops:1000/size:1MiB", 300ms),
       turn("Threads do not speed up", "no", "hash/thread-pool/ops:1000/size:1MiB", 600ms),
       turn(processes_claim().c_str(), "yes", "hash/process-pool/ops:1000/size:1MiB", 1ms),
       lag("Hashing on an event loop", "hash/event-loop/ops:1000/size:1MiB", 1ms),
       lag("An executor keeps", "hash/hybrid/ops:1000/size:1MiB", 50ms),
       turn("28 in flight that only wait", "yes", "mixed/event-loop" + waits, 10s),
       turn("28 in flight that compute", "yes", "mixed/thread-pool" + computes, 10s)});
}

TEST(ReproduceCpu, DeadRunsGiveNoFigure) {
  auto results = good_results();
  for (auto& one : results) one.repetitions.assign(one.planned_repetitions, {{}, "killed"});
  const auto text = printed(results);
  EXPECT_THAT(text, HasSubstr("| event-loop | died ! | died ! | died ! | - |"));
  EXPECT_THAT(text, HasSubstr("0 of 7 claims hold, 0 do not, 7 not measured."));
}

TEST(ReproduceCpu, AnyPartOfItCanBePrinted) {
  testing::expect_any_part_prints(entry(), good_results());
}

TEST(ReproduceCpu, QuickSaysSoAndTakesATenth) {
  const auto text = printed(good_results(true), true);
  EXPECT_THAT(text, HasSubstr("Quick run: mixed operations of a tenth."));
  EXPECT_THAT(text, HasSubstr("280 operations of 0.5 ms"));
}

TEST(ReproduceCpu, FitsIntoEightyColumns) { testing::expect_fits(entry(), good_results()); }

}  // namespace
}  // namespace asyncmark::reproduce_cpu_test
