#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

#include "bench/base/split.hpp"
#include "bench/plan/plan.hpp"
#include "bench/plan/reproduction_entry.hpp"
#include "reports/testing/constructed.hpp"

namespace asyncmark::reproduce_table_test {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
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
  return testing::unwrapped(entry().print(context, results, quick));
}

std::vector<Result> without(std::vector<Result> results, const std::string& part) {
  std::erase_if(results,
                [&](const Result& one) { return one.name().find(part) != std::string::npos; });
  return results;
}

constexpr const char* kNotUnbounded = "The column is not an unbounded loop";
constexpr const char* kCanBeCapped = "The column can be a cap of 28 operations in flight";
constexpr const char* kCanBeComputing = "The column can be 44.3 ms of wait and 1.66 ms of serial";
constexpr const char* kGathered = "Gathered operations take as long as the slowest";

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

TEST(ReproduceTable, NobodyMissesAPythonThatIsNotThere) {
  EXPECT_THAT(printed(good_results()), HasSubstr("## The same in Python"));
  const NoPrograms none;
  EXPECT_EQ(names(false).size(), 23u);
  EXPECT_THAT(printed(good_results()), Not(HasSubstr("ython")));
}

TEST(ReproduceTable, PythonStandsBesideThePublishedTableByItsOwnSync) {
  auto results = good_results();
  took(named(results, "sleep/python-threads/ops:1000/in_flight:1"), 1.1);  // 50.6 s
  const auto text = printed(results);
  EXPECT_THAT(text, HasSubstr("| python sync | 4.65 (0.97) | 23.2 (1.06) | 50.6 (1.10) |"));
  EXPECT_THAT(text, HasSubstr("| python asyncio 28 | 0.186 (0.98) | 0.836 (1.01) | 1.67 (1.00) "
                              "| 25.0x | 27.8x | 30.3x |"));
  EXPECT_THAT(text, HasSubstr("with a Semaphore(28) it takes 0.186, 0.836 and 1.67 s (0.98 to 1.01 "
                              "of the published cells)"));
  named(results, "sleep/python-asyncio/ops:500/in_flight:28").repetitions[0] = {{}, "no"};
  EXPECT_THAT(printed(results), Not(HasSubstr("Semaphore(28) it takes")));
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

TEST(ReproduceTable, TheContextComesBeforeAnyFigure) {
  Context context;
  context.facts = {{"cpu_model", "A Processor"}, {"num_cpus", 2}, {"load_avg", {1.5, 0.25, 0.0}}};
  const auto text = printed(good_results(), false, context);
  EXPECT_THAT(text, AllOf(HasSubstr("A Processor, 2 cores"), HasSubstr("1.50 0.25 0.00")));
  EXPECT_LT(text.find("A Processor"), text.find("published sync"));
}

TEST(ReproduceTable, SetsEachCellBesideThePublishedOneAndSync) {
  auto results = good_results();
  named(results, "sleep/sync/ops:1000").repetitions = {
      run_of(named(results, "sleep/sync/ops:1000"), 50s)};
  took(named(results, "sleep/event-loop/ops:1000/in_flight:28"), 1.25);  // 2.07 s
  const auto text = printed(results);
  EXPECT_THAT(text, HasSubstr("| published sync | 4.8 | 22 | 46 | 1.0x | 1.0x | 1.0x |"));
  EXPECT_THAT(text, HasSubstr("| published async | 0.19 | 0.83 | 1.68 | 25.3x | 26.5x | 27.4x |"));
  EXPECT_THAT(text, HasSubstr("| sync | 4.65 (0.97) | 23.2 (1.06) | 50.0 (1.09) |"));
  EXPECT_THAT(text, HasSubstr("2.07 (1.23) | 25.0x | 27.8x | 24.2x |"));
}

TEST(ReproduceTable, ShowsBoundShareInFlightAndIntervalOfEachCell) {
  auto results = good_results();
  auto& cell = named(results, "sleep/thread-pool/ops:100/in_flight:28");
  cell.repetitions.clear();
  for (const auto time : {185, 186, 187, 189, 190, 191})
    cell.repetitions.push_back(run_of(cell, std::chrono::milliseconds(time)));
  const auto text = printed(results);
  EXPECT_THAT(text, HasSubstr("| thread-pool of 28 | 100 | 188.0 | 185.0 to 191.0 | 184.0 | 97.9% "
                              "| 28 | 0.200 |"));
  EXPECT_THAT(text, HasSubstr("| sync | 1000 | 46460 | one run | 46000 | 99.0% | 1 |"));
}

TEST(ReproduceTable, FewerThanSixRunsCarryNoInterval) {
  auto results = good_results();
  named(results, "sleep/event-loop/ops:500").repetitions.resize(4);
  EXPECT_THAT(printed(results), HasSubstr("| event-loop, unbounded | 500 | 46.46 | 4 runs |"));
}

TEST(ReproduceTable, GoodFiguresCarryEverySentence) {
  const auto text = printed(good_results());
  EXPECT_THAT(text, HasSubstr(kNotUnbounded));
  EXPECT_THAT(text, HasSubstr(kCanBeCapped));
  EXPECT_THAT(text, HasSubstr(kCanBeComputing));
  EXPECT_THAT(text, Not(HasSubstr("busy")));
  EXPECT_THAT(
      text,
      HasSubstr(
          "here 1000 operations took 2.00 ms of it under the cap and 1662 ms with computing"));
  EXPECT_THAT(text, HasSubstr(kGathered));
  EXPECT_THAT(text, HasSubstr("Which of the two it was, three cells cannot tell"));
  EXPECT_THAT(text, HasSubstr("0 failed, 0 never started; runs that died: 0"));
  EXPECT_THAT(text, HasSubstr("here 99.0 to 99.0%"));
  EXPECT_THAT(text, HasSubstr("25.3x to 27.4x in its own cells (4.8 / 0.19, 22 / 0.83 and 46 / "
                              "1.68)"));
}

TEST(ReproduceTable, SentencesQuoteTheMeasuredFigures) {
  auto results = good_results();
  for (const auto* ops : {"100", "500", "1000"})
    took(named(results, std::string("sleep/event-loop/ops:") + ops + "/in_flight:28"), 1.05);
  took(named(results, "sleep/event-loop/ops:1000"), 1.5);  // 69 ms
  const auto text = printed(results);
  EXPECT_THAT(text, HasSubstr("so the event loop takes 0.193, 0.869 and 1.74 s, within 4.8% of all "
                              "published cells"));
  EXPECT_THAT(text, HasSubstr("takes 0.0465, 0.0465 and 0.0690 s; the published cells are 4.09, "
                              "17.9 and 24.3 times as long"));
}

TEST(ReproduceTable, AFitIsAlsoGivenByTheEndsOfTheIntervals) {
  auto results = good_results();
  auto& cell = named(results, "sleep/event-loop/ops:100/in_flight:28");
  cell.repetitions.back() = run_of(cell, 209ms);
  EXPECT_THAT(printed(results), HasSubstr("within 2.2% of all published cells, 10.0% at the "
                                          "farther ends of the intervals."));
  cell.repetitions.resize(5);
  EXPECT_THAT(printed(results), HasSubstr("within 2.2% of all published cells. Rounding"));
}

TEST(ReproduceTable, ASlowUnboundedLoopDoesNotDistinguishItself) {
  auto results = good_results();
  took(named(results, "sleep/event-loop/ops:100"), 2.5);
  const auto text = printed(results);
  EXPECT_THAT(text, Not(HasSubstr(kNotUnbounded)));
  EXPECT_THAT(text, HasSubstr("That it is no unbounded loop does not show in these figures"));
}

TEST(ReproduceTable, ALoopThatWasNotAllInFlightIsNoUnboundedOne) {
  auto results = good_results();
  named(results, "sleep/event-loop/ops:1000").repetitions[3].measurement.peak_in_flight = 900;
  EXPECT_THAT(printed(results), Not(HasSubstr(kNotUnbounded)));
}

TEST(ReproduceTable, ACapThatIsFarOffIsNotSaidToFit) {
  auto results = good_results();
  took(named(results, "sleep/event-loop/ops:500/in_flight:28"), 1.4);
  const auto text = printed(results);
  EXPECT_THAT(text, Not(HasSubstr(kCanBeCapped)));
  EXPECT_THAT(text, Not(HasSubstr("Which of the two it was")));
  EXPECT_THAT(text,
              HasSubstr("That it was a cap of 28 operations in flight does not show in these "
                        "figures: so the event loop takes 0.186, 1.16 and 1.67 s, up to 39.7% "
                        "off"));
}

TEST(ReproduceTable, ABusyMachineIsNamedWhereComputingTookTooLong) {
  auto results = good_results();
  for (const auto* ops : {"100", "500", "1000"})
    took(named(results, std::string("sleep/event-loop/ops:") + ops + "/wait:44.3ms/cpu:1.66ms"), 2);
  const auto text = printed(results);
  EXPECT_THAT(text, Not(HasSubstr(kCanBeComputing)));
  EXPECT_THAT(text, HasSubstr("the machine was busy with something else"));
}

TEST(ReproduceTable, APoolThatIsFarOffIsLeftOut) {
  auto results = good_results();
  took(named(results, "sleep/process-pool/ops:100/in_flight:28"), 2);
  const auto text = printed(results);
  EXPECT_THAT(text, HasSubstr("thread-pool of 28 (within 2.2%) comes near too"));
  EXPECT_THAT(text, Not(HasSubstr("process-pool of 28 (within")));
}

TEST(ReproduceTable, CellsThatWereNotRunAreDashesAndNothingIsSaidOfThem) {
  const auto text = printed(without(good_results(), "sleep/event-loop"));
  EXPECT_THAT(text, HasSubstr("| event-loop, unbounded | - | - | - | - | - | - |"));
  EXPECT_THAT(text, HasSubstr("10 cells were not run"));
  for (const auto* claim : {kNotUnbounded, kCanBeCapped, kCanBeComputing, kGathered,
                            "What an unbounded loop does", "So would CPU time", "here 0."})
    EXPECT_THAT(text, Not(HasSubstr(claim)));
  EXPECT_THAT(text, HasSubstr("0 of its 3 cells can be quoted"));
  EXPECT_THAT(text, HasSubstr("thread-pool of 28 (within"));
}

TEST(ReproduceTable, WithoutSyncThereIsNoSpeedUp) {
  const auto text = printed(without(good_results(), "/sync/"));
  EXPECT_THAT(text,
              HasSubstr("| event-loop of 28 | 0.186 (0.98) | 0.836 (1.01) | 1.67 (1.00) | - | "
                        "- | - |"));
  EXPECT_THAT(text, Not(HasSubstr("times as fast as sync")));
  EXPECT_THAT(text, Not(HasSubstr(kGathered)));
}

TEST(ReproduceTable, ADeadRunTakesItsCellOutOfEverySentence) {
  auto results = good_results();
  auto& cell = named(results, "sleep/event-loop/ops:1000/in_flight:28");
  cell.repetitions[2] = {{}, "killed by SIGKILL"};
  const auto text = printed(results);
  EXPECT_THAT(text, HasSubstr("| 1.67 ! |"));
  EXPECT_THAT(text, HasSubstr("! event-loop of 28 at 1000: 1 of 6 runs died (killed by SIGKILL)"));
  EXPECT_THAT(text, HasSubstr("runs that died: 1"));
  EXPECT_THAT(text, Not(HasSubstr(kCanBeCapped)));
  EXPECT_THAT(text, HasSubstr("2 of its 3 cells can be quoted"));
}

TEST(ReproduceTable, ACellWhoseRunsAllDiedHasNoTime) {
  auto results = good_results();
  for (auto& one : results)
    one.repetitions.assign(one.planned_repetitions, {{}, "killed by SIGSEGV"});
  const auto text = printed(results);
  EXPECT_THAT(text, HasSubstr("| event-loop of 28 | died ! | died ! | died ! | - | - | - |"));
  EXPECT_THAT(text, HasSubstr("0 operations completed"));
  for (const auto* claim : {kNotUnbounded, kCanBeCapped, kCanBeComputing, kGathered})
    EXPECT_THAT(text, Not(HasSubstr(claim)));
}

TEST(ReproduceTable, FailedOperationsShortenNoSentence) {
  auto results = good_results();
  auto& run = named(results, "sleep/event-loop/ops:100").repetitions[0].measurement;
  run.completed = 97;
  run.add_failures("reset", 3);
  const auto text = printed(results);
  EXPECT_THAT(text, HasSubstr("! event-loop, unbounded at 100: 597 of 600 operations completed (3 "
                              "failed, 0 never started)"));
  EXPECT_THAT(text, HasSubstr("with 500 and 1000 operations all in flight at once"));
}

TEST(ReproduceTable, ACellBelowItsIdealBoundIsADefectAndNotASuccess) {
  auto results = good_results();
  took(named(results, "sleep/event-loop/ops:500/in_flight:28"), 0.98);
  const auto text = printed(results);
  EXPECT_THAT(text, HasSubstr("took less than the ideal bound, which is a defect"));
  EXPECT_THAT(text, Not(HasSubstr(kCanBeCapped)));
}

TEST(ReproduceTable, ACapThatWasNotKeptIsNotQuoted) {
  auto results = good_results();
  auto& capped = named(results, "sleep/event-loop/ops:500/in_flight:28");
  for (const auto peak : {27u, 29u}) {
    capped.repetitions[3].measurement.peak_in_flight = peak;
    capped.forget_summary();
    const auto text = printed(results);
    EXPECT_THAT(
        text, HasSubstr(fmt::format("{} operations were in flight at the peak, and not 28", peak)));
    EXPECT_THAT(text, Not(HasSubstr(kCanBeCapped)));
  }
}

TEST(ReproduceTable, ThreadsThatWereNeverAllInFlightAreTold) {
  auto results = good_results();
  EXPECT_THAT(printed(results), Not(HasSubstr("have all in flight")));
  for (auto& run : named(results, "sleep/thread-per-op/ops:1000").repetitions)
    run.measurement.peak_in_flight = 640;
  EXPECT_THAT(printed(results), HasSubstr("did not always have all in flight, but 640 of 1000"));
}

TEST(ReproduceTable, AGatheredExampleThatTookAsLongAsBothIsSaidSo) {
  auto results = good_results();
  took(named(results, "sleep/event-loop/ops:2/wait:2s/stall:1s@2"), 1.6);
  const auto text = printed(results);
  EXPECT_THAT(text, Not(HasSubstr(kGathered)));
  EXPECT_THAT(text, HasSubstr("does not show in these figures: one after the other they take 5.05 "
                              "s, gathered 4.80 s, and the slower one by itself 3.00 s"));
}

TEST(ReproduceTable, QuickSaysSoAndScalesThePublishedCells) {
  const auto text = printed(good_results(true), true);
  EXPECT_EQ(text.find("# The published table"), 0u);
  EXPECT_THAT(text, HasSubstr("(quick: every wait a tenth)"));
  EXPECT_THAT(text, HasSubstr("| published async / 10 | 0.019 | 0.083 | 0.168 | 25.3x |"));
  EXPECT_THAT(text, HasSubstr("| event-loop of 28 | 0.0186 (0.98) |"));
  EXPECT_THAT(text, HasSubstr("published cells are divided by 10"));
  EXPECT_THAT(text, HasSubstr("of all published cells / 10"));
  EXPECT_THAT(text, HasSubstr("| event-loop | 2 | 303.0 |"));
}

TEST(ReproduceTable, AnInterruptedRunIsMarkedAsPartial) {
  auto results = good_results();
  results.resize(4);
  Context context;
  context.facts["partial"] = true;
  EXPECT_THAT(printed(results, false, context), HasSubstr("(partial: interrupted)"));
  EXPECT_THAT(printed(results), Not(HasSubstr("partial")));
  EXPECT_THAT(printed({}, false, context), HasSubstr("38 cells were not run"));
}

TEST(ReproduceTable, FitsATerminalOf110ColumnsWithoutColour) {
  for (const bool quick : {false, true}) {
    auto slow = good_results(quick);
    for (auto& one : slow) took(one, 3);
    for (const auto& results : {good_results(quick), slow, std::vector<Result>{}}) {
      Context context;
      context.facts["partial"] = true;
      for (const auto& line : lines_in(entry().print(context, results, quick))) {
        EXPECT_LE(line.size(), 110u) << line;
        EXPECT_TRUE(std::ranges::all_of(line, [](char c) { return c >= ' ' && c <= '~'; })) << line;
      }
    }
  }
}

}  // namespace
}  // namespace asyncmark::reproduce_table_test
