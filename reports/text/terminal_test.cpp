#include "reports/text/terminal.hpp"

#include <gtest/gtest.h>

namespace asyncmark::terminal_test {
namespace {

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
}  // namespace asyncmark::terminal_test
