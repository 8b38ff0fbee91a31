#include "reports/text/draw.hpp"

#include <gmock/gmock.h>

namespace asyncmark::draw_test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

const Table kTable{"a title",
                   {{"", "runner", false}, {"wide over", "x"}, {"", "y"}},
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

TEST(Draw, FoldsWhatDoesNotFitAndRepeatsTheLeadingColumns) {
  const Table table{"t",
                    {{"", "runner", false}, {"", "x"}, {"", "y"}},
                    {{{"sync", "1 ms", "9999"}, ""}, {{"loop"}, "killed by SIGSEGV"}}};
  EXPECT_TRUE(fits(table, {}));
  EXPECT_TRUE(fits(table, {.width = 18}));
  EXPECT_FALSE(fits(table, {.width = 17}));
  EXPECT_EQ(draw(table, {.width = 17}),
            "t\n"
            "\n"
            "runner     x\n"
            "------------\n"
            "sync    1 ms\n"
            "loop\n"
            "    killed by\n"
            "    SIGSEGV\n"
            "\n"
            "runner     y\n"
            "------------\n"
            "sync    9999\n"
            "loop\n");
}

TEST(Draw, MovesColumnsCloserAndThenLeavesOutSpareOnes) {
  Table table{"t",
              {{"", "runner", false}, {"", "x"}, {"", "y"}, {"", "z"}},
              {{{"sync", "1 ms", "9999", "5"}, "", 1.0, "some"},
               {{"loop", "2 ms", "8888", "6"}, "", 0.5, "more"}}};
  table.spare = {3, 2};
  table.bars = {"", "of best", false};
  const auto rows = [&](std::size_t width) {
    const auto text = draw(table, {.width = width});
    return text.substr(text.find("runner"));
  };
  EXPECT_THAT(rows(40),
              HasSubstr("runner     x     y  z  of best\n\nsome\nsync    1 ms  9999  5  ###"));
  EXPECT_THAT(rows(25), HasSubstr("runner     x     y  z\n\nsome\nsync    1 ms  9999  5\n"))
      << "no room for bars";
  EXPECT_THAT(rows(20), HasSubstr("runner    x    y z\n\nsome\nsync   1 ms 9999 5\n"));
  EXPECT_THAT(rows(20), Not(HasSubstr("not shown")));
  EXPECT_THAT(rows(17), AllOf(HasSubstr("runner    x    y\n\nsome\nsync   1 ms 9999\n\nmore\n"),
                              HasSubstr("  not shown, for\n  lack of width:\n  z\n")));
}

TEST(Draw, BreaksALongTitle) {
  const Table table{"a title of many words", {{"", "case", false}}, {{{"a"}, ""}}};
  EXPECT_THAT(draw(table, {.width = 12}), HasSubstr("a title of\nmany words\n\ncase\n"));
  EXPECT_THAT(draw(table, {}), HasSubstr("a title of many words\n\n"));
}

TEST(Draw, GivesALongNameALineOfItsOwn) {
  const Table table{
      "t", {{"", "case", false}, {"", "x"}}, {{{"short", "1"}, ""}, {{"a longer name", "2"}, ""}}};
  EXPECT_THAT(draw(table, {.width = 20}), HasSubstr("short  1\na longer name\n       2\n"));
  EXPECT_THAT(draw(table, {.width = 20}), Not(HasSubstr("shortened")));
}

TEST(Draw, GivesAllNamesLinesOfTheirOwnWhereMostAreLong) {
  const Table table{
      "t",
      {{"", "case", false}, {"", "x"}},
      {{{"short", "1"}, ""}, {{"a longer name", "2"}, ""}, {{"a long name", "3"}, ""}}};
  EXPECT_THAT(draw(table, {.width = 20}),
              HasSubstr("short\n      1\na longer name\n      2\na long name\n      3\n"));
}

TEST(Draw, ShortensWhatIsLongerThanTheLineAndSaysSo) {
  const Table table{
      "t", {{"", "case", false}, {"", "x"}}, {{{"0123456789abcdefghijXYZ", "2"}, ""}}};
  const auto ascii = draw(table, {.width = 20});
  EXPECT_THAT(ascii, HasSubstr("0123456789ab...ijXYZ\n"));
  EXPECT_THAT(ascii, HasSubstr("...: shortened"));
}

TEST(Draw, WritesLongTextsBelowTheirRows) {
  const Table table{"t",
                    {{"", "case", false}, {"", "x"}, {"", "counters", false}},
                    {{{"a", "1", "first 12, second 34, third 56"}, ""}, {{"b", "2", ""}, ""}}};
  EXPECT_EQ(draw(table, {.width = 20}),
            "t\n"
            "\n"
            "case  x\n"
            "-------\n"
            "a     1\n"
            "b     2\n"
            "\n"
            "counters\n"
            "--------\n"
            "a\n"
            "    first 12, second\n"
            "    34, third 56\n");
}

TEST(Draw, PutsBarsBehindTheFirstColumnsAndRemarksInTheirPlace) {
  Table table{"t",
              {{"", "case", false}, {"", "x"}},
              {{{"a", "1"}, "", 1.0}, {{"b", "2"}, "", 0.5}, {{"c", "3"}, "BAD", 0.5}}};
  table.bars = {"of", "best", false};
  EXPECT_EQ(draw(table, {.width = 17}),
            "t\n"
            "\n"
            "         of\n"
            "case  x  best\n"
            "-----------------\n"
            "a     1  ########\n"
            "b     2  ####\n"
            "c     3  BAD\n");
  table.rows[2].remark = "SATURATED";
  EXPECT_THAT(draw(table, {.width = 17}), HasSubstr("c     3\n    SATURATED\n"));
}

TEST(Draw, ColoursOnlyWhenAskedTo) {
  EXPECT_THAT(draw(kTable, {}), Not(HasSubstr("\033")));
  EXPECT_THAT(draw(kTable, {.colour = true}), HasSubstr("\033[31mkilled by SIGSEGV\033[0m"));
}

TEST(Draw, AlignsByColumnsOfTheTerminalNotByBytes) {
  const Table table{
      "t", {{"", "case", false}, {"", "x"}}, {{{"\u00e9\u6f22", "1"}, ""}, {{"abcde", "1"}, ""}}};
  EXPECT_THAT(draw(table, {}), HasSubstr("\u00e9\u6f22    1\nabcde  1\n"));
}

}  // namespace
}  // namespace asyncmark::draw_test
