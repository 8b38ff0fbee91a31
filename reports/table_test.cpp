#include <gmock/gmock.h>

#include <sstream>

#include "bench/testing/run_program.hpp"
#include "reports/draw.hpp"
#include "reports/testing/constructed.hpp"

namespace asyncmark {
namespace {

using testing::construct;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using testing::milliseconds;
using ::testing::Not;
using testing::printed;
using ::testing::StartsWith;

const Table kTable{"a title",
                   {{"", "runner", false}, {"wide over", "x", true, 2}, {"", "y", true, 1}},
                   {{{"sync", "1 ms", "12"}, ""},
                    {{"event-loop"}, "killed by SIGSEGV"},
                    {{"pool"}, "killed by SIGSEGV"}},
                   {"a note"}};

TEST(Draw, AlignsNumbersAtTheRightUnderTheirHeadings) {
  EXPECT_EQ(draw(kTable, {}),
            "a title\n"
            "\n"
            "            wide over\n"
            "runner              x   y\n"
            "-------------------------\n"
            "sync             1 ms  12\n"
            "event-loop  killed by SIGSEGV\n"
            "pool        killed by SIGSEGV\n"
            "\n"
            "  a note\n");
}

TEST(Draw, LeavesTheEasiestColumnsOutWhereTheTerminalIsNarrow) {
  EXPECT_THAT(draw(kTable, {.width = 25}), Not(HasSubstr("left out")));
  const auto narrow = draw(kTable, {.width = 24});
  EXPECT_THAT(narrow, HasSubstr("narrow: y\n"));
  EXPECT_THAT(narrow, HasSubstr("sync             1 ms\n"));
  EXPECT_THAT(draw(kTable, {.width = 5}), EndsWith("y,\n  wide\n  over\n  x\n"));
}

TEST(Draw, ColoursOnlyWhenAskedTo) {
  EXPECT_THAT(draw(kTable, {}), Not(HasSubstr("\033")));
  EXPECT_THAT(draw(kTable, {.colour = true}), HasSubstr("\033[31mkilled by SIGSEGV\033[0m"));
}

TEST(Wrap, BreaksAtSpacesButNotBeforeAUnit) {
  EXPECT_EQ(wrap("one two three", 7), "one two\nthree\n");
  EXPECT_EQ(wrap("  one two three", 7), "  one\n  two\n  three\n");
  EXPECT_EQ(wrap("took 46 ms", 7), "took\n46 ms\n");
  EXPECT_EQ(wrap("unbreakable", 3), "unbreakable\n");
}

TEST(TableFormat, BeginsWithTheContext) {
  EXPECT_THAT(
      printed("table", {construct({})}),
      StartsWith("command  asyncmark run sleep\n"
                 "machine  Some Processor, 2 cores, Linux 6.1, load average 0.50 0.25 0.12\n"
                 "build    commit 0123456789ab, g++ 12.2.0, -O3\n"
                 "date     2026-01-02T03:04:05+0000\n"
                 "\n"
                 "sleep, wait 46ms, ops 100: as usually deployed\n"));
}

TEST(TableFormat, WarnsOfADebugBuild) {
  auto context = testing::some_context();
  EXPECT_THAT(printed("table", context, {construct({})}), Not(HasSubstr("DEBUG")));
  context.facts["library_build_type"] = "debug";
  EXPECT_THAT(printed("table", context, {construct({})}), HasSubstr("DEBUG"));
}

TEST(TableFormat, IsAtMost130WideForOrdinaryCases) {
  std::vector<Result> results;
  for (const std::string runner : {"sync", "thread-per-op", "event-loop"})
    for (const std::uint64_t ops : {100, 1000})
      results.push_back(
          construct({.runner = runner, .ops = ops, .times = {3, std::chrono::seconds(46)}}));
  std::istringstream lines(printed("table", results));
  for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 130u) << line;
}

TEST(TableFormat, ShowsEachWorkloadByItself) {
  const auto text = printed("table", {construct({.wait = "46ms"}), construct({.wait = "5ms"})});
  EXPECT_THAT(text, HasSubstr("\nsleep, wait 46ms, ops 100: as usually deployed\n"));
  EXPECT_THAT(text, HasSubstr("\nsleep, wait 5ms, ops 100: as usually deployed\n"));
}

TEST(TableFormat, OfAnEmptyContextStillWorks) {
  EXPECT_THAT(printed("table", Context{}, {construct({})}), StartsWith("\nsleep"));
}

/// What a short run shows on a terminal, which `script` provides.
std::string on_a_terminal(const std::string& before) {
  const auto command = before + " " + testing::program() + " run null --ops 10 --quiet";
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
  std::istringstream lines(on_a_terminal("NO_COLOR=1; export NO_COLOR; stty cols 90;"));
  bool left_out = false, in_table = false;
  for (std::string line; std::getline(lines, line);) {
    in_table = in_table || line.starts_with("null");
    left_out = left_out || line.find("left out") != std::string::npos;
    if (!in_table) continue;
    EXPECT_LE(line.size(), 91u) << line;  // A carriage return ends it.
  }
  EXPECT_TRUE(left_out);
}

}  // namespace
}  // namespace asyncmark
