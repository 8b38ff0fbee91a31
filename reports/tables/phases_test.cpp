#include "reports/tables/phases.hpp"

#include <gmock/gmock.h>

#include "bench/testing/run_program.hpp"
#include "reports/testing/constructed.hpp"

namespace asyncmark::phases_test {
namespace {

using testing::construct;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::milliseconds;
using ::testing::Not;

std::string heading(const Table& table) {
  std::string all;
  for (const auto& column : table.columns) all += column.heading() + '|';
  return all;
}

TEST(Phases, AreMediansOverTheRepetitions) {
  auto result = construct({.times = {3, milliseconds(50)}});
  for (int i = 0; i < 3; ++i)
    result.repetitions[static_cast<std::size_t>(i)].measurement.phases = {
        .set_up = milliseconds(1 + i),
        .connect = milliseconds(11 + i),
        .warm_up = milliseconds(31 - i),
        .timed = milliseconds(51 + i),
        .drain = milliseconds(5 + i),
        .around = milliseconds(2 * i)};
  const auto table = phases_table({&result}, false);
  EXPECT_EQ(table.title,
            "Phases of sleep: wait 46ms, 100 operations, default concurrency, median of 3 runs");
  EXPECT_EQ(heading(table),
            "runner|in flight|set-up|connect|warm-up|timed|timed: drain|start, end|");
  ASSERT_EQ(table.rows.size(), 1u);
  EXPECT_THAT(table.rows[0].cells, ElementsAre("event-loop", "100", "2.00 ms", "12.0 ms", "30.0 ms",
                                               "52.0 ms", "6.00 ms", "2.00 ms"));
}

TEST(Phases, SayForHowLongTheServiceWasBusyBefore) {
  auto result = construct({.times = {3, milliseconds(50)}});
  EXPECT_THAT(phases_table({&result}, false).notes, Not(Contains(HasSubstr("had left"))));
  result.repetitions[1].measurement.phases.settle = milliseconds(7000);
  EXPECT_THAT(phases_table({&result}, false).notes, Contains(HasSubstr("worked for 7.00 s")));
}

TEST(Phases, OfACaseThatDiedAreNotShown) {
  auto died = construct({.times = {}});
  testing::add_death(died, "killed by SIGSEGV");
  EXPECT_THAT(phases_table({&died}, false).rows[0].cells, ElementsAre("event-loop", "100"));
}

TEST(Phases, SayOnceOfEachRunnerWhetherStartingThreadsIsTimed) {
  const auto few = construct({.runner = "thread-per-op"}),
             many = construct({.runner = "thread-per-op", .ops = 500}),
             pool = construct({.runner = "thread-pool"});
  const auto notes = phases_table({&few, &many, &pool}, false).notes;
  ASSERT_EQ(notes.size(), 5u);
  EXPECT_THAT(notes[3], HasSubstr("thread-per-op: starting a thread for each operation is timed"));
  EXPECT_THAT(notes[4], HasSubstr("thread-pool: its threads exist before"));
}

TEST(Phases, ArePrintedWhereAskedFor) {
  const auto run = [](std::vector<std::string> more) {
    more.insert(more.begin(), {"run", "null", "--runner", "sync", "--ops", "10"});
    return testing::asyncmark(more);
  };
  EXPECT_THAT(run({"--phases"}).out, HasSubstr("\nPhases of null, 10 operations"));
  EXPECT_THAT(run({"--phases", "--format", "markdown"}).out,
              HasSubstr("\n### Phases of null, 10 operations"));
  EXPECT_THAT(run({}).out, Not(HasSubstr("Phases of")));
  const auto csv = run({"--phases", "--format", "csv"});
  EXPECT_EQ(csv.code, 2);
  EXPECT_EQ(csv.err,
            "asyncmark: --phases: --format csv always has the same fields; use --format table or "
            "markdown, or leave --phases out\n");
}

}  // namespace
}  // namespace asyncmark::phases_test
