#include "reports/tables/rows.hpp"

#include <gmock/gmock.h>

#include <algorithm>

#include "bench/checks/checks.hpp"
#include "reports/analysis/rates.hpp"
#include "reports/testing/constructed.hpp"

namespace asyncmark::rows_test {
namespace {

using testing::add_death;
using testing::construct;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::milliseconds;
using ::testing::Not;
using ::testing::StartsWith;
using ::testing::ThrowsMessage;

Table table_of(const std::vector<Result>& results, bool partial = false) {
  return make_table(grouped(results).front(), partial, check(testing::some_context(), results),
                    {.columns = "all"});
}

/// The cell of a row under a heading, or "no such column".
std::string cell(const Table& table, std::size_t row, const std::string& heading) {
  const auto column = std::ranges::find(table.columns, heading, &Column::heading);
  if (column == table.columns.end()) return "no such column";
  const auto& cells = table.rows.at(row).cells;
  const auto c = static_cast<std::size_t>(column - table.columns.begin());
  return c < cells.size() ? cells[c] : "no such cell";
}

std::string notes(const Table& table) {
  std::string all;
  for (const auto& note : table.notes) all += note + '\n';
  return all;
}

TEST(Title, SaysWhetherTheCapWasEqual) {
  EXPECT_EQ(table_of({construct({}), construct({.runner = "sync"})}).title,
            "sleep: wait 46ms, 100 operations, default concurrency, 1 run");
  EXPECT_EQ(table_of({construct({.in_flight = 28}), construct({.runner = "sync"})}).title,
            "sleep: wait 46ms, 100 operations, same concurrency limit (28), 1 run");
  EXPECT_EQ(table_of({construct({.in_flight = 10}), construct({.in_flight = kUnbounded})}).title,
            "sleep: wait 46ms, 100 operations, concurrency limits 10, unbounded, 1 run");
}

TEST(Notes, TellWhatAHopTakesByTheMedianOfAllRuns) {
  auto hybrid =
      construct({.runner = "hybrid", .times = {milliseconds(1), milliseconds(1), milliseconds(1)}});
  for (auto& run : hybrid.repetitions)
    run.measurement.hop = {std::chrono::nanoseconds(900), milliseconds(1)};
  hybrid.repetitions.back().measurement.hop->cpu = milliseconds(5);
  EXPECT_THAT(
      notes(table_of({hybrid, construct({})})),
      HasSubstr("executor hand-off: 900 ns CPU per task (64 in flight), 1.00 ms round trip"));
  EXPECT_THAT(notes(table_of({construct({})})), Not(HasSubstr("hand-off")));
}

TEST(Title, SaysThatItIsPartial) {
  EXPECT_THAT(table_of({construct({})}, true).title, HasSubstr("PARTIAL"));
  EXPECT_THAT(table_of({construct({})}, false).title, Not(HasSubstr("PARTIAL")));
}

TEST(Title, HoldsWhatIsEqualAndTheRowsWhatDiffers) {
  auto passes = construct({});
  passes.what.load.passes = 5;
  EXPECT_THAT(table_of({passes}).title, HasSubstr("5 passes"));
  const auto table = table_of({construct({}), passes});
  EXPECT_EQ(table.title, "sleep: wait 46ms, 100 operations, default concurrency, 1 run");
  EXPECT_EQ(cell(table, 0, "passes"), "1");
  EXPECT_EQ(cell(table, 1, "passes"), "5");
}

TEST(Rows, AreGroupedByTheAmountOfWorkAndBestFirst) {
  const auto of = [](const char* runner, std::uint64_t ops, int ms) {
    return construct({.runner = runner, .ops = ops, .times = {milliseconds(ms)}});
  };
  const auto table = table_of({of("sync", 500, 900), of("event-loop", 500, 90), of("sync", 100, 80),
                               of("event-loop", 100, 70)});
  EXPECT_EQ(table.title, "sleep: wait 46ms, default concurrency, 1 run");
  std::vector<std::string> rows;
  for (const auto& row : table.rows) rows.push_back(row.group + ": " + row.cells[0]);
  EXPECT_THAT(
      rows,
      ElementsAre(StartsWith("100 operations: event-loop"), StartsWith("100 operations: sync"),
                  StartsWith("500 operations: event-loop"), StartsWith("500 operations: sync")));
}

/// An open loop of which so many operations took 50 ms each.
Result open_loop(std::uint64_t completed) {
  auto one = construct({.ops = 1000});
  one.what.load.rate = 100;
  auto& all = one.repetitions.at(0).measurement;
  all.completed = completed;
  all.response_time.clear();
  all.response_time.add(milliseconds(50), completed);
  return one;
}

TEST(Rows, ShowThePercentileThatIsJudged) {
  const auto one = open_loop(1000);
  auto context = testing::some_context();
  context.facts["slo"] = "p95=60ms";
  const auto table = make_table({&one}, false, {}, view_of(context, {}));
  EXPECT_EQ(cell(table, 0, "response p95"), "49.9 ms");
  EXPECT_EQ(cell(table, 0, "response p99"), "no such column");
}

TEST(Rows, ShowABoundWhereThereAreTooFewForThePercentile) {
  const auto few = open_loop(300), fewer = open_loop(298);
  const auto table = make_table({&few, &fewer}, false, {}, {});
  EXPECT_THAT(cell(table, 0, "response p99"), StartsWith("<=50.0 ms"));
  EXPECT_EQ(cell(table, 1, "response p99"), "n/a");
  EXPECT_THAT(notes(table), HasSubstr("95 % confidence"));
}

TEST(Rows, OfOneRunnerAreInTheOrderOfItsConcurrencyLimits) {
  const auto of = [](const char* runner, std::uint64_t in_flight, int ms) {
    return construct({.runner = runner, .in_flight = in_flight, .times = {milliseconds(ms)}});
  };
  const auto one = table_of({of("event-loop", 20, 10), of("event-loop", 5, 40)});
  EXPECT_EQ(cell(one, 0, "in flight"), "5");
  const auto two = table_of({of("thread-pool", 20, 10), of("event-loop", 5, 40)});
  EXPECT_EQ(cell(two, 0, "runner"), "thread-pool");
}

TEST(Rows, OfOpenLoopsPutThoseThatKeptUpFirst) {
  const auto open = [](const char* runner, int response, int seconds_taken) {
    auto one = construct({.runner = runner, .ops = 1000});
    one.what.load.rate = 100;
    one.what.load.last_due = std::chrono::seconds(10);
    auto& all = one.repetitions.at(0).measurement;
    all.passes.at(0).elapsed = std::chrono::seconds(seconds_taken);
    all.response_time.clear();
    all.response_time.add(milliseconds(response), 1000);
    return one;
  };
  const auto table = table_of({open("sync", 40, 60), open("thread-pool", 60, 10),
                               open("event-loop", 50, 10), open("hybrid", 40, 30)});
  std::vector<std::string> runners;
  for (const auto& row : table.rows)
    runners.push_back(row.cells[0].substr(0, row.cells[0].find(' ')));
  EXPECT_THAT(runners, ElementsAre("event-loop", "thread-pool", "hybrid", "sync"));
}

TEST(Rows, AreSortedByAColumn) {
  const auto of = [](const char* runner, int ms, int cpu) {
    auto one = construct({.runner = runner, .times = {milliseconds(ms)}});
    one.repetitions[0].measurement.resources.user = milliseconds(cpu);
    return one;
  };
  const std::vector<Result> results{of("event-loop", 50, 30), of("sync", 4650, 20),
                                    of("thread-pool", 90, 10)};
  const auto first = [&](const char* column) {
    const auto table = make_table(grouped(results).front(), false, {}, {.sort = column});
    return table.rows.front().cells[0];
  };
  EXPECT_EQ(first(""), "event-loop");
  EXPECT_EQ(first("cpu/op"), "thread-pool");
  EXPECT_EQ(first("vs-sync"), "event-loop") << "where more is better, the most comes first";
  EXPECT_EQ(first("in-flight"), "sync");
}

TEST(Columns, AreTheUsualOnesOrThoseAskedFor) {
  const auto headings = [](const View& view, std::optional<double> rate = {}) {
    std::vector<Result> one{construct({.ops = 1000})};
    one.front().what.load.rate = rate;
    std::vector<std::string> all;
    for (const auto& column : make_table(grouped(one).front(), false, {}, view).columns)
      all.push_back(column.heading());
    return all;
  };
  EXPECT_THAT(headings({}), ElementsAre("runner", "in flight", "time", "ops/s", "p50", "p99",
                                        "CPU/op", "mem/op"));
  EXPECT_THAT(headings({.columns = "p99,time"}), ElementsAre("runner", "p99", "time"));
  EXPECT_THAT(headings({.columns = "p99"}, 100), ElementsAre("runner", "response p99"));
  EXPECT_THAT(headings({.columns = "service-asked"}), ElementsAre("runner", "service asked"))
      << "it is asked for, though it is empty";
  EXPECT_GT(headings({.columns = "all"}).size(), 9u);
  EXPECT_THAT(
      headings({.columns = "+p95,p99"}),
      ElementsAre("runner", "in flight", "time", "ops/s", "p50", "p95", "p99", "CPU/op", "mem/op"));
}

TEST(Columns, ThatDoNotExistAreRefused) {
  EXPECT_THAT([] { check_columns({.columns = "time,latency"}); },
              ThrowsMessage<UsageError>(HasSubstr("--columns: no such column 'latency'; there are "
                                                  "all, p50, p90, p95, p99, p99.9, in-flight, ")));
  EXPECT_THAT([] { check_columns({.sort = "all"}); },
              ThrowsMessage<UsageError>(HasSubstr("--sort: no such column 'all'")));
}

TEST(Title, HoldsAnOptionOfARunnerLikeAnyOther) {
  auto four = construct({.runner = "thread-pool"});
  four.what.runner_options.set("workers", "4");
  EXPECT_THAT(table_of({four}).title, HasSubstr("workers 4"));
  EXPECT_EQ(cell(table_of({four, construct({})}), 0, "workers"), "4");
}

TEST(Rows, ShowMediansOverRepetitions) {
  const auto table =
      table_of({construct({.times = {milliseconds(60), milliseconds(50), milliseconds(400)}})});
  EXPECT_EQ(cell(table, 0, "time"), "60.0 ms");
  EXPECT_EQ(cell(table, 0, "ops/s"), "1667");
  EXPECT_EQ(cell(table, 0, "efficiency"), "77 %");
  EXPECT_EQ(cell(table, 0, "CPU/op"), "6.00 us");
  EXPECT_EQ(cell(table, 0, "mem/op"), "1.00 kB");
}

TEST(Rows, OfADurationTellThroughputAndNoTime) {
  auto lasting = construct({.times = {6, milliseconds(50)}});
  lasting.what.load.duration = milliseconds(50);
  const auto table = table_of({lasting});
  EXPECT_EQ(cell(table, 0, "time"), "no such column");
  EXPECT_EQ(cell(table, 0, "95 % interval"), "no such column");
  EXPECT_EQ(cell(table, 0, "ops/s"), "2000");
  EXPECT_EQ(cell(table_of({lasting, construct({})}), 0, "time"), "-");
}

TEST(Rows, TellTheirBottleneckAndTheNumbersOfTheirWarnings) {
  auto threads = construct({.runner = "event-loop"});
  threads.repetitions[0].measurement.observed.peak_threads = 5;
  const auto table =
      table_of({construct({.runner = "sync", .times = {milliseconds(4650)}}), threads});
  EXPECT_EQ(cell(table, 0, "runner"), "event-loop (1)");
  EXPECT_EQ(cell(table, 0, "bottleneck"), "wait time");
  EXPECT_EQ(cell(table, 1, "runner"), "sync");
  EXPECT_EQ(cell(table, 1, "bottleneck"), "single thread");
}

TEST(Bars, CompareCasesUnderTheSameLoad) {
  const auto of = [](std::uint64_t ops, int ms) {
    return construct({.ops = ops, .times = {milliseconds(ms)}});
  };
  const auto table = table_of({of(100, 50), of(100, 100), of(500, 400)});
  EXPECT_DOUBLE_EQ(*table.rows[0].bar, 1);
  EXPECT_DOUBLE_EQ(*table.rows[1].bar, 0.5);
  EXPECT_FALSE(table.rows[2].bar) << "nothing to compare it with";
  EXPECT_FALSE(table_of({of(100, 50)}).rows[0].bar);
}

TEST(Rows, TellTheCapAndThePeakWhereTheyDiffer) {
  auto less = construct({.in_flight = 28});
  less.repetitions[0].measurement.peak_in_flight = 27;
  const auto table = table_of({construct({.in_flight = 28}), less});
  EXPECT_EQ(cell(table, 0, "in flight"), "28");
  EXPECT_EQ(cell(table, 1, "in flight"), "28/27");
}

TEST(Rows, AreToldApartByTheirCapWhereNothingElseDoes) {
  const auto table = table_of({construct({.in_flight = 5}), construct({.in_flight = 20})});
  ASSERT_EQ(table.lead, 2u);
  EXPECT_EQ(table.columns[1].heading(), "in flight");
  EXPECT_TRUE(tells_rows_apart(table));
  EXPECT_EQ(table_of({construct({.in_flight = 5}), construct({.runner = "sync"})}).lead, 1u);
}

TEST(Rows, SayThatAPeakIsAnUpperBound) {
  auto perhaps = construct({.in_flight = 28});
  for (auto& run : perhaps.repetitions) run.measurement.peak_is_upper_bound = true;
  const auto table = table_of({perhaps});
  EXPECT_EQ(cell(table, 0, "in flight"), "28/<=28");
  EXPECT_THAT(table.notes, Contains(HasSubstr("an upper bound")));
  EXPECT_THAT(table_of({construct({})}).notes, Not(Contains(HasSubstr("an upper bound"))));
}

TEST(Rows, CompareWithSyncOnlyWhereItWasRun) {
  const auto sync = construct({.runner = "sync", .times = {milliseconds(4650)}});
  const auto table = table_of({construct({}), sync, construct({.ops = 500})});
  EXPECT_EQ(cell(table, 0, "vs sync"), "93.0x");
  EXPECT_EQ(cell(table, 1, "vs sync"), "1x");
  EXPECT_EQ(cell(table, 2, "vs sync"), "-");
  EXPECT_EQ(cell(table_of({construct({})}), 0, "vs sync"), "no such column");
  EXPECT_EQ(cell(table_of({sync}), 0, "vs sync"), "no such column");
}

TEST(Interval, IsThereFromSixRepetitionsOn) {
  std::vector<Duration> times;
  for (int i = 0; i < 5; ++i) times.push_back(milliseconds(50 + i));
  auto table = table_of({construct({.times = times})});
  EXPECT_EQ(cell(table, 0, "95 % interval"), "no such column");
  EXPECT_THAT(table.title, HasSubstr("median of 5 runs"));
  EXPECT_THAT(notes(table), HasSubstr("--repetitions 6"));

  times.push_back(milliseconds(55));
  table = table_of({construct({.times = times})});
  EXPECT_EQ(cell(table, 0, "95 % interval"), "50.0-55.0 ms");
  EXPECT_THAT(notes(table), Not(HasSubstr("--repetitions")));
}

TEST(Interval, HasTwoUnitsWhereTheyDiffer) {
  std::vector<Duration> times(6, milliseconds(990));
  times[0] = milliseconds(1200);
  EXPECT_EQ(cell(table_of({construct({.times = times})}), 0, "95 % interval"), "990 ms-1.20 s");
}

TEST(Percentiles, ComeFromAllRepetitionsMerged) {
  std::vector<Duration> ten(10, milliseconds(50));
  const auto table = table_of({construct({.ops = 100}), construct({.ops = 100, .times = ten})});
  EXPECT_EQ(cell(table, 0, "service p50"), "46.0 ms");
  EXPECT_EQ(cell(table, 0, "service p99"), "n/a");
  EXPECT_EQ(cell(table, 1, "service p99"), "46.0 ms");
  EXPECT_THAT(notes(table), HasSubstr("n/a: "));
  EXPECT_THAT(notes(table_of({construct({.ops = 1000})})), Not(HasSubstr("n/a")));
}

TEST(Percentiles, OfALoopsLagNeedAsManyLooksAtIt) {
  const auto looked_at = [](std::uint64_t times) {
    auto one = construct({.times = {milliseconds(50), milliseconds(50)}});
    for (auto& run : one.repetitions) {
      run.measurement.loop.lag.clear();
      run.measurement.loop.lag.add(milliseconds(2), times);
    }
    return one;
  };
  const auto lag = [&](const Table& table, std::size_t row) {
    return cell(table, row, "loop lag p99");
  };
  const auto table =
      table_of({looked_at(500), looked_at(499), construct({.runner = "thread-pool"})});
  EXPECT_EQ(lag(table, 0), "2.00 ms") << "of both repetitions";
  EXPECT_EQ(lag(table, 1), "n/a");
  EXPECT_EQ(lag(table, 2), "-");
  EXPECT_THAT(notes(table), HasSubstr("loop lag n/a: too few samples (one every 20ms"));
  EXPECT_EQ(lag(table_of({looked_at(499)}), 0), "no such column");
  EXPECT_THAT(notes(table_of({looked_at(1000)})), Not(HasSubstr("too few samples")));
}

TEST(Percentiles, OfResponseAreAbsentInAClosedLoop) {
  const auto burst = construct({}), closed = construct({.in_flight = 28});
  const auto table = table_of({burst, closed});
  EXPECT_EQ(cell(table, 0, "response p50"), "48.0 ms");
  EXPECT_EQ(cell(table, 1, "response p50"), "-");
  EXPECT_THAT(notes(table), HasSubstr("closed loop"));
  EXPECT_EQ(cell(table_of({closed}), 0, "response p50"), "no such column");
}

TEST(Connections, HaveAColumnWhereSomeWereMadeWhileItWasTimed) {
  auto made = construct({}), reused = construct({.runner = "thread-pool"});
  reused.repetitions[0].measurement.connections = {0, 100};
  EXPECT_EQ(cell(table_of({reused}), 0, "connections made"), "no such column");
  made.repetitions[0].measurement.connections = {7, 93};
  const auto table = table_of({made, reused});
  EXPECT_EQ(cell(table, 0, "connections made"), "7 of 100");
  EXPECT_EQ(cell(table, 1, "connections made"), "0");
  EXPECT_EQ(cell(table_of({made, construct({.runner = "sync"})}), 1, "connections made"), "-");
}

TEST(Failures, HaveAColumnWhereThereAreAny) {
  auto failing = construct({});
  EXPECT_EQ(cell(table_of({failing}), 0, "failed"), "no such column");
  EXPECT_EQ(cell(table_of({failing}), 0, "dropped"), "no such column");
  failing.repetitions[0].measurement.add_failures("reset", 3);
  failing.repetitions[0].measurement.never_started = 2;
  const auto table = table_of({failing, construct({.runner = "thread-pool"})});
  EXPECT_EQ(cell(table, 0, "failed"), "3 of 105");
  EXPECT_EQ(cell(table, 1, "failed"), "0");
  EXPECT_EQ(cell(table, 0, "dropped"), "2 of 105");
}

TEST(Death, ShowsItsReasonInTheRow) {
  auto dead = construct({.times = {}});
  add_death(dead, "killed by SIGSEGV");
  auto table = table_of({dead, construct({.runner = "thread-pool"})});
  EXPECT_EQ(table.rows[0].remark, "");
  EXPECT_EQ(cell(table, 0, "time"), "50.0 ms");
  EXPECT_EQ(table.rows[1].remark, "killed by SIGSEGV") << "after those that finished";
  EXPECT_EQ(cell(table, 1, "time"), "no such cell");

  auto half = construct({.times = {milliseconds(50), milliseconds(60)}});
  add_death(half, "killed by SIGSEGV");
  table = table_of({half});
  EXPECT_EQ(table.rows[0].remark, "1 of 3 runs died: killed by SIGSEGV");
  EXPECT_EQ(cell(table, 0, "time"), "55.0 ms");
}

TEST(Notes, SayThatTheBoundIsComputed) {
  auto unknown = construct({});
  EXPECT_THAT(notes(table_of({unknown})), HasSubstr("theoretical best time"));
  unknown.bound.reset();
  EXPECT_THAT(notes(table_of({unknown})), Not(HasSubstr("theoretical")));
  EXPECT_EQ(cell(table_of({unknown}), 0, "efficiency"), "no such column");
}

}  // namespace
}  // namespace asyncmark::rows_test
