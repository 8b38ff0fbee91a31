#include "reports/text/terminal.hpp"

#include <gtest/gtest.h>

namespace asyncmark {
namespace {

TEST(Wrap, BreaksAtSpacesButNotBeforeAUnit) {
  EXPECT_EQ(wrap("one two three", 7), "one two\nthree\n");
  EXPECT_EQ(wrap("  one two three", 7), "  one\n  two\n  three\n");
  EXPECT_EQ(wrap("took 46 ms", 7), "took\n46 ms\n");
  EXPECT_EQ(wrap("unbreakable", 3), "unbreakable\n");
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

TEST(Shortened, LosesItsMiddle) {
  EXPECT_EQ(shortened("abcdefgh", 8, {}), "abcdefgh");
  EXPECT_EQ(shortened("abcdefghi", 8, {}), "abc...hi");
  EXPECT_EQ(shortened("abcdefghi", 8, {.unicode = true}), "abcd\u2026ghi");
  EXPECT_EQ(shortened("\u6f22\u6f22\u6f22\u6f22", 6, {}), "\u6f22...") << "never half a letter";
}

TEST(Bar, IsAsLongAsItsShare) {
  EXPECT_EQ(bar(0, 8, {}), "");
  EXPECT_EQ(bar(0.001, 8, {}), "|");
  EXPECT_EQ(bar(0.5, 8, {}), "####");
  EXPECT_EQ(bar(7, 8, {}), "########");
  const Terminal unicode{.unicode = true};
  EXPECT_EQ(bar(0, 2, unicode), "");
  EXPECT_EQ(bar(0.001, 2, unicode), "\u258f");
  EXPECT_EQ(bar(0.5 + 1.0 / 16, 2, unicode), "\u2588\u258f");
  EXPECT_EQ(bar(1, 2, unicode), "\u2588\u2588");
}

}  // namespace
}  // namespace asyncmark
