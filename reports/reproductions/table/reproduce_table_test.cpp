#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

#include "bench/plan/plan.hpp"
#include "bench/plan/reproduction_entry.hpp"
#include "reports/testing/constructed.hpp"

namespace asyncmark::reproduce_table_test {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;
using testing::named;
using ::testing::Not;

const ReproductionEntry& entry() { return Registry<ReproductionEntry>::at("table"); }

std::vector<std::string> names(bool quick) {
  std::vector<std::string> all;
  for (const auto& one : expand(entry().plan(quick))) all.push_back(one.name());
  return all;
}

/// One run that took `elapsed` and in which everything succeeded.
Repetition run_of(const Result& result, Duration elapsed) {
  Repetition run;
  auto& measured = run.measurement;
  measured.completed = result.what.load.ops;
  const auto cpu = result.what.workload_options.duration("cpu") + 2us;
  measured.passes = {{elapsed, cpu * static_cast<int>(measured.completed), measured.completed}};
  measured.peak_in_flight = std::min(result.how.cap, result.what.load.ops);
  return run;
}

void took(Result& result, double of_the_bound) {
  result.forget_summary();
  result.repetitions.clear();
  for (std::uint64_t i = 0; i < result.planned_repetitions; ++i)
    result.repetitions.push_back(
        run_of(result, from_seconds(seconds(result.bound->time) * of_the_bound)));
}

/// As a quiet machine gives them: a little above every ideal bound.
std::vector<Result> good_results(bool quick = false) {
  auto results = expand(entry().plan(quick));
  for (auto& one : results) took(one, 1.01);
  return results;
}

std::string printed(const std::vector<Result>& results, bool quick = false,
                    const Context& context = {}) {
  return entry().print(context, results, quick, Markup::markdown);
}

std::vector<Result> without(std::vector<Result> results, const std::string& part) {
  std::erase_if(results,
                [&](const Result& one) { return one.name().find(part) != std::string::npos; });
  return results;
}

testing::Turn turn(const char* sentence, const char* before, const std::string& name,
                   double of_the_bound) {
  return {sentence, before,
          [=](std::vector<Result>& results) { took(named(results, name), of_the_bound); }};
}

constexpr const char* kCapped = "The published times fit a loop with a limit of 28";

/// A machine without any program, Python among them.
class NoPrograms {
 public:
  NoPrograms() { setenv("PATH", "/nonexistent", 1); }
  ~NoPrograms() { setenv("PATH", before_.c_str(), 1); }

 private:
  std::string before_ = getenv("PATH");
};

TEST(ReproduceTable, PlansSevenRowsOfThreeTheTwoOfTheExampleAndFiveRowsInPython) {
  const auto all = names(false);
  EXPECT_EQ(all.size(), 23u + 15u);
  for (const auto* name :
       {"sleep/sync/ops:1000", "sleep/thread-per-op/ops:1000",
        "sleep/thread-pool/ops:1000/in_flight:28", "sleep/event-loop/ops:1000",
        "sleep/event-loop/ops:1000/in_flight:28",
        "sleep/event-loop/ops:1000/wait:44.3ms/cpu:1.66ms",
        "sleep/process-pool/ops:1000/in_flight:28", "sleep/sync/ops:2/wait:2s/stall:1s@2",
        "sleep/event-loop/ops:2/wait:2s/stall:1s@2", "sleep/python-threads/ops:1000/in_flight:1",
        "sleep/python-asyncio/ops:1000", "sleep/python-asyncio/ops:1000/in_flight:28"})
    EXPECT_THAT(all, Contains(name));
}

TEST(ReproduceTable, EachClaimCanHoldAndCanFail) {
  testing::expect_each_claim_turns(
      entry(), good_results(),
      {turn("Sync takes the sum", "yes", "sleep/sync/ops:1000", 1.3),
       turn("Two gathered", "yes", "sleep/event-loop/ops:2/wait:2s/stall:1s@2", 1.6),
       turn("1000 operations on an event loop", "no", "sleep/event-loop/ops:1000", 36),
       turn("1000 operations under Python", "no", "sleep/python-asyncio/ops:1000", 36),
       turn("Async is 25 to 40", "no", "sleep/event-loop/ops:1000", 33),
       turn(kCapped, "yes", "sleep/event-loop/ops:500/in_flight:28", 1.4),
       turn("The published times fit a loop that computes", "yes",
            "sleep/event-loop/ops:100/wait:44.3ms/cpu:1.66ms", 2),
       turn("The published times fit a pool", "yes", "sleep/thread-pool/ops:500/in_flight:28", 2)});
}

TEST(ReproduceTable, WithoutAPythonItsClaimIsNotMeasuredAndItsTableIsLeftOut) {
  EXPECT_THAT(printed(good_results()), HasSubstr("## The same in Python"));
  const NoPrograms none;
  EXPECT_EQ(names(false).size(), 23u);
  const auto text = printed(good_results());
  EXPECT_EQ(testing::verdict_in(text, "1000 operations under Python"),
            "not measured: python3 is not installed");
  EXPECT_THAT(text, Not(HasSubstr("## The same in Python")));
}

TEST(ReproduceTable, PythonStandsBesideThePublishedTableByItsOwnSync) {
  auto results = good_results();
  took(named(results, "sleep/python-threads/ops:1000/in_flight:1"), 1.1);  // 50.6 s
  const auto text = printed(results);
  EXPECT_THAT(text, HasSubstr("| python sync | 4.65 (0.97) | 23.2 (1.06) | 50.6 (1.10) | 1.00× |"));
  EXPECT_THAT(text, HasSubstr("| python asyncio 28 | 0.186 (0.98) | 0.836 (1.01) | 1.67 (1.00) "
                              "| 30.3× |"));
}

TEST(ReproduceTable, RunsLongCellsOnceAndOthersOftenEnoughForAnInterval) {
  for (const auto& one : expand(entry().plan(false))) {
    const bool once =
        one.what.runner == "sync" || one.what.load.ops == 2 || one.what.load.in_flight == 1u;
    EXPECT_EQ(one.planned_repetitions, once ? 1u : 6u) << one.name();
  }
}

TEST(ReproduceTable, QuickDividesEveryWaitAndComputingByTen) {
  const auto full = expand(entry().plan(false)), quick = expand(entry().plan(true));
  ASSERT_EQ(full.size(), quick.size());
  for (std::size_t i = 0; i < full.size(); ++i)
    EXPECT_EQ(full[i].bound->time, quick[i].bound->time * 10) << quick[i].name();
  EXPECT_THAT(names(true), Contains("sleep/event-loop/ops:100/wait:4.43ms/cpu:166us"));
}

TEST(ReproduceTable, TheClaimsComeBeforeTheFiguresAndTheMachineLast) {
  Context context;
  context.facts = {{"cpu_model", "A Processor"}, {"num_cpus", 2}, {"load_avg", {1.5, 0.25, 0.0}}};
  const auto text = printed(good_results(), false, context);
  EXPECT_THAT(text, HasSubstr("A Processor, 2 cores, load 1.5"));
  EXPECT_LT(text.find("5 of 8 claims hold, 3 do not."), text.find("| claim |"));
  EXPECT_LT(text.find("| claim |"), text.find("published sync"));
  EXPECT_LT(text.find("published sync"), text.find("A Processor"));
  EXPECT_THAT(text, HasSubstr("docs/articles/table.md"));
}

TEST(ReproduceTable, SetsEachCellBesideThePublishedOneAndSync) {
  auto results = good_results();
  named(results, "sleep/sync/ops:1000").repetitions = {
      run_of(named(results, "sleep/sync/ops:1000"), 50s)};
  took(named(results, "sleep/event-loop/ops:1000/in_flight:28"), 1.25);  // 2.07 s
  const auto text = printed(results);
  EXPECT_THAT(text, HasSubstr("| published sync | 4.8 | 22 | 46 | 1.00× |"));
  EXPECT_THAT(text, HasSubstr("| published async | 0.19 | 0.83 | 1.68 | 27.4× |"));
  EXPECT_THAT(text, HasSubstr("| sync | 4.65 (0.97) | 23.2 (1.06) | 50.0 (1.09) | 1.00× |"));
  EXPECT_THAT(text, HasSubstr("2.07 (1.23) | 24.2× |"));
}

TEST(ReproduceTable, ShowsBoundShareInFlightAndIntervalOfEachCell) {
  auto results = good_results();
  auto& cell = named(results, "sleep/thread-pool/ops:100/in_flight:28");
  cell.repetitions.clear();
  for (const auto time : {185, 186, 187, 189, 190, 191})
    cell.repetitions.push_back(run_of(cell, std::chrono::milliseconds(time)));
  named(results, "sleep/event-loop/ops:500").repetitions.resize(4);
  const auto text = printed(results);
  EXPECT_THAT(
      text,
      HasSubstr("| thread-pool of 28 | 100 | 188.0 | ±1.6 % | 184.0 | 97.9 % | 28 | 0.200 |"));
  EXPECT_THAT(text, HasSubstr("| sync | 1000 | 46460 | 1 run | 46000 | 99.0 % | 1 |"));
  EXPECT_THAT(text, HasSubstr("| event-loop, unbounded | 500 | 46.46 | 4 runs |"));
}

TEST(ReproduceTable, ALoopThatWasNotAllInFlightIsNoUnboundedOne) {
  auto results = good_results();
  named(results, "sleep/event-loop/ops:1000").repetitions[3].measurement.peak_in_flight = 900;
  EXPECT_EQ(testing::verdict_in(printed(results), "1000 operations on an event loop"),
            "not measured: only 900 of 1000 operations were in flight at once");
}

TEST(ReproduceTable, CellsThatWereNotRunAreDashes) {
  const auto text = printed(without(good_results(), "sleep/event-loop"));
  EXPECT_THAT(text, HasSubstr("| event-loop, unbounded | - | - | - | - |"));
  EXPECT_THAT(text, HasSubstr("10 cases were not run"));
  EXPECT_EQ(testing::verdict_in(text, "The published times fit a pool"), "yes");
}

TEST(ReproduceTable, WithoutSyncThereIsNoSpeedUp) {
  const auto text = printed(without(good_results(), "/sync/"));
  EXPECT_THAT(text,
              HasSubstr("| event-loop of 28 | 0.186 (0.98) | 0.836 (1.01) | 1.67 (1.00) | - |"));
  EXPECT_EQ(testing::verdict_in(text, "Async is 25 to 40"),
            "not measured: sync at 1000: it was not run");
}

/// What makes the cells of the capped loop no figure to conclude from, and how that is said.
TEST(ReproduceTable, NoClaimRestsOnACellWithTrouble) {
  const struct {
    std::function<void(Result&)> change;
    const char* reason;
  } troubles[] = {
      {[](Result& one) {
         one.repetitions[2] = {{}, "killed by SIGKILL"};
       },
       "1 of 6 runs died (killed by SIGKILL)"},
      {[](Result& one) {
         one.repetitions[0].measurement.completed = 497;
         one.repetitions[0].measurement.add_failures("reset", 3);
       },
       "2997 of 3000 operations completed (3 failed, 0 dropped)"},
      {[](Result& one) { took(one, 0.98); },
       "it took less time than its waits alone, which is a defect"},
      {[](Result& one) { one.repetitions[3].measurement.peak_in_flight = 27; },
       "at most 27 operations were in flight, not 28"},
      {[](Result& one) { one.repetitions[3].measurement.peak_in_flight = 29; },
       "at most 29 operations were in flight, not 28"},
  };
  for (const auto& [change, reason] : troubles) {
    auto results = good_results();
    auto& capped = named(results, "sleep/event-loop/ops:500/in_flight:28");
    change(capped);
    capped.forget_summary();
    const auto text = printed(results);
    EXPECT_THAT(testing::verdict_in(text, kCapped),
                AllOf(HasSubstr("not measured: event-loop of 28 at 500: "), HasSubstr(reason)));
    EXPECT_THAT(text, HasSubstr(std::string("- ! event-loop of 28 at 500: ") + reason));
    EXPECT_THAT(text, HasSubstr(" ! |")) << "the figure is marked";
  }
}

TEST(ReproduceTable, ACellWhoseRunsAllDiedHasNoTime) {
  auto results = good_results();
  for (auto& one : results)
    one.repetitions.assign(one.planned_repetitions, {{}, "killed by SIGSEGV"});
  const auto text = printed(results);
  EXPECT_THAT(text, HasSubstr("| event-loop of 28 | died ! | died ! | died ! | - |"));
  EXPECT_THAT(text, HasSubstr("0 completed"));
  EXPECT_THAT(text, HasSubstr("0 of 8 claims hold, 0 do not, 8 not measured."));
}

TEST(ReproduceTable, QuickSaysSoAndScalesThePublishedCells) {
  const auto text = printed(good_results(true), true);
  EXPECT_THAT(text, HasSubstr("Quick run: every wait a tenth."));
  EXPECT_THAT(text, HasSubstr("| published async / 10 | 0.019 | 0.083 | 0.168 | 27.4× |"));
  EXPECT_THAT(text, HasSubstr("| event-loop of 28 | 0.0186 (0.98) |"));
  EXPECT_EQ(testing::verdict_in(text, "Two gathered"), "yes");
}

TEST(ReproduceTable, AnInterruptedRunIsMarkedAsPartial) {
  auto results = good_results();
  results.resize(4);
  Context context;
  context.facts["partial"] = true;
  EXPECT_THAT(printed(results, false, context), HasSubstr("Interrupted: the figures are partial."));
  EXPECT_THAT(printed(results), Not(HasSubstr("partial")));
  EXPECT_THAT(printed({}, false, context), HasSubstr("38 cases were not run"));
}

TEST(ReproduceTable, FitsIntoEightyColumns) { testing::expect_fits(entry(), good_results()); }

}  // namespace
}  // namespace asyncmark::reproduce_table_test
