#include "bench/base/wrap.hpp"

#include <gtest/gtest.h>

namespace asyncmark::wrap_test {
namespace {

TEST(Wrap, BreaksAtSpacesButNotBeforeAUnit) {
  EXPECT_EQ(wrap("one two three", 7), "one two\nthree\n");
  EXPECT_EQ(wrap("  one two three", 7), "  one\n  two\n  three\n");
  EXPECT_EQ(wrap("took 46 ms", 7), "took\n46 ms\n");
  EXPECT_EQ(wrap("unbreakable", 3), "unbreakable\n");
  EXPECT_EQ(wrap("how much (default: 5)", 12), "how much\n(default: 5)\n");
}

TEST(Wrap, IndentsTheLinesThatFollowAsAsked) {
  EXPECT_EQ(wrap(" - one two", 6, 2), " - one\n   two\n");
}

TEST(ColumnsOf, CountsWhatATerminalShows) {
  EXPECT_EQ(columns_of(""), 0u);
  EXPECT_EQ(columns_of("abc"), 3u);
  EXPECT_EQ(columns_of("\u00e9"), 1u);
  EXPECT_EQ(columns_of("e\u0301"), 1u) << "a combining accent";
  EXPECT_EQ(columns_of("\u6f22"), 2u);
  EXPECT_EQ(columns_of("\xff\xfe"), 2u) << "no UTF-8";
  EXPECT_EQ(columns_of("\xe6\xbc"), 2u) << "cut short";
}

}  // namespace
}  // namespace asyncmark::wrap_test
