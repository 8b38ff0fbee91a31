#include <fmt/format.h>
#include <gmock/gmock.h>

#include <algorithm>

#include "bench/base/split.hpp"
#include "bench/base/wrap.hpp"
#include "bench/results/format_entry.hpp"
#include "bench/testing/run_program.hpp"
#include "reports/tables/rows.hpp"
#include "reports/testing/constructed.hpp"
#include "reports/text/terminal.hpp"

namespace asyncmark::table_test {
namespace {

using ::testing::AllOf;
using testing::construct;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using testing::milliseconds;
using ::testing::Not;
using testing::printed;
using ::testing::StartsWith;

std::string in_full(const std::vector<Result>& results) {
  const auto set = testing::set_of(results);
  return Registry<FormatEntry>::at("table").print({&set}, {.columns = "all"});
}

TEST(TableFormat, BeginsWithTheAnswerAndEndsWithTheContext) {
  const auto text = printed("table", {construct({})});
  EXPECT_THAT(text,
              StartsWith("sleep: wait 46ms, 100 operations, default concurrency, 1 run\n\nrunner"));
  EXPECT_THAT(text, HasSubstr("\nSome Processor, 2 cores, Linux 6.1, load 0.5"));
  EXPECT_THAT(
      text, EndsWith("(0123456789ab)\nDetails: --columns all\nCharts: --out FILE, then 'asyncmark "
                     "report FILE --html PAGE'\n"));
  const auto set = testing::set_of({construct({})});
  EXPECT_THAT(Registry<FormatEntry>::at("table").print({&set}, {.kept_in = "r.json"}),
              EndsWith("\nCharts: asyncmark report r.json --html page.html\n"));
}

TEST(TableFormat, InFullBeginsWithTheWholeContext) {
  EXPECT_THAT(
      in_full({construct({})}),
      StartsWith("command  asyncmark run sleep\n"
                 "machine  Some Processor, 2 cores, Linux 6.1, load average 0.50 0.25 0.12\n"
                 "build    commit 0123456789ab, g++ 12.2.0, -O3\n"
                 "date     2026-01-02T03:04:05+0000\n"
                 "\n"
                 "sleep: wait 46ms"));
}

TEST(TableFormat, WarnsOfADebugBuild) {
  auto context = testing::some_context();
  EXPECT_THAT(printed("table", context, {construct({})}), Not(HasSubstr("DEBUG")));
  context.facts["library_build_type"] = "debug";
  EXPECT_THAT(printed("table", context, {construct({})}), HasSubstr("DEBUG"));
}

/// But for the command, which has to be copied as it is.
void expect_80_columns(const std::string& text) {
  for (const auto& line : lines_in(text))
    if (!line.starts_with("command")) {
      EXPECT_LE(columns_of(line), 80u) << line;
    }
}

std::vector<Result> several(std::initializer_list<std::uint64_t> loads) {
  std::vector<Result> results;
  for (const std::string runner : {"sync", "thread-per-op", "event-loop"})
    for (const auto ops : loads)
      results.push_back(
          construct({.runner = runner, .ops = ops, .times = {3, std::chrono::seconds(46)}}));
  return results;
}

TEST(TableFormat, IsAtMost80WideWhereThereIsNoTerminal) {
  expect_80_columns(printed("table", several({100, 1000})));
  auto context = testing::some_context();
  context.facts["cpu_model"] = std::string(40, 'x') + " and " + std::string(40, 'y');
  expect_80_columns(printed("table", context, several({100, 200, 300, 400, 500, 600, 700})));
}

TEST(TableFormat, OfSevenRunnersFits80By24) {
  std::vector<Result> results;
  for (const std::string runner : {"sync", "thread-pool", "thread-per-op", "event-loop",
                                   "multi-loop", "hybrid", "process-pool"})
    results.push_back(construct({.runner = runner, .times = {6, milliseconds(46'000)}}));
  const auto text = printed("table", results);
  expect_80_columns(text);
  EXPECT_LE(lines_in(text).size(), 24u);
}

TEST(TableFormat, InFullTellsAllFiguresThoughFolded) {
  const auto results = several({100, 1000});
  const auto text = testing::unwrapped(in_full(results));
  const auto table = make_table(grouped(results).front(), false, {}, {.columns = "all"});
  ASSERT_GT(table.columns.size(), 9u);
  for (const auto& column : table.columns) {
    EXPECT_THAT(text, HasSubstr(column.over));
    EXPECT_THAT(text, HasSubstr(column.under));
  }
}

TEST(TableFormat, SaysWhichWarningsAreAboutAllRows) {
  auto set = testing::set_of({construct({})});
  set.findings = {{"noisy-machine", {}, "noise", "load", "wait"},
                  {"loop-held", {construct({}).name()}, "held", "2 s", "less"}};
  const auto text = Registry<FormatEntry>::at("table").print({&set}, {});
  EXPECT_THAT(text, HasSubstr("\nWarnings: (1) noisy-machine (all rows), (2) loop-held\n"));
}

TEST(TableFormat, OfManyCasesAtSeveralLoadsIsAMatrix) {
  const auto few = printed("table", several({100, 1000}));
  EXPECT_THAT(few, HasSubstr("\n100 operations\n"));
  EXPECT_THAT(few, Not(HasSubstr("time at")));
  const auto most = printed("table", several({1, 2, 3, 4, 5, 6, 7, 8, 9}));
  EXPECT_THAT(most, AllOf(HasSubstr("\n1 operation\n"), Not(HasSubstr("time at"))))
      << "a matrix would not fit";
  EXPECT_THAT(in_full(several({100, 1000})),
              AllOf(HasSubstr("time at"), HasSubstr("\n100 operations\n")));
}

TEST(TableFormat, ShowsEachWorkloadByItself) {
  const auto text = printed("table", {construct({.wait = "46ms"}), construct({.wait = "5ms"})});
  EXPECT_THAT(text, HasSubstr("sleep: wait 46ms, 100 operations, default"));
  EXPECT_THAT(text, HasSubstr("\nsleep: wait 5ms, 100 operations, default"));
}

TEST(TableFormat, OfAnEmptyContextStillWorks) {
  EXPECT_THAT(printed("table", Context{}, {construct({})}), StartsWith("sleep"));
}

/// What a short run shows on a terminal, which `script` provides.
std::string on_a_terminal(const std::string& before) {
  const auto command = before + " " + testing::program() +
                       " run null --ops 10 --quiet --no-calibration --runner sync,hybrid";
  return testing::run_program({"script", "-qec", command, "/dev/null"}).out;
}

TEST(TableFormat, IsColouredOnATerminalAlone) {
  if (!testing::has_terminals()) GTEST_SKIP() << "no pseudo-terminal can be opened here";
  EXPECT_THAT(on_a_terminal(""), HasSubstr("\033[1mnull"));
  EXPECT_THAT(on_a_terminal("NO_COLOR=1"), Not(HasSubstr("\033[1m")));
  EXPECT_THAT(testing::asyncmark({"run", "null", "--ops", "10"}).out, Not(HasSubstr("\033")));
}

TEST(TableFormat, FitsTheTerminal) {
  if (!testing::has_terminals()) GTEST_SKIP() << "no pseudo-terminal can be opened here";
  for (const std::size_t width : {60, 90, 120}) {
    const auto text =
        on_a_terminal(fmt::format("NO_COLOR=1; export NO_COLOR; stty cols {};", width));
    std::size_t widest = 0;
    for (const auto& line : lines_in(text))
      if (!line.starts_with("command"))
        widest = std::max(widest, columns_of(line.substr(0, line.find('\r'))));
    EXPECT_LE(widest, width);
    EXPECT_GT(widest, width - 35);
  }
}

TEST(TableFormat, DrawsInAsciiWhereTheLocaleIsNotUtf8) {
  const auto bars = [](const std::string& locale) {
    return testing::run_program({"env", "LC_ALL=" + locale, testing::program(), "run", "null",
                                 "--ops", "10", "--runner", "sync,event-loop"})
        .out;
  };
  const auto full = "\u2588";
  EXPECT_THAT(bars("C"), AllOf(Not(HasSubstr(full)), HasSubstr("##")));
  EXPECT_THAT(bars("C.UTF-8"), AllOf(HasSubstr(full), Not(HasSubstr("##"))));
}

}  // namespace
}  // namespace asyncmark::table_test
