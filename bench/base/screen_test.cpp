#include "bench/base/screen.hpp"

#include <gtest/gtest.h>

namespace asyncmark::screen_test {
namespace {

TEST(Drawing, EndsWhereItBegan) {
  EXPECT_EQ(drawing({"one"}, 24), "\rone\033[K\033[J\r");
  EXPECT_EQ(drawing({"one", "two", "three"}, 24),
            "\rone\033[K\r\ntwo\033[K\r\nthree\033[K\033[J\r\033[2A");
}

TEST(Drawing, LeavesOutWhatWouldScroll) {
  EXPECT_EQ(drawing({"one", "two", "three"}, 3), "\rone\033[K\r\ntwo\033[K\033[J\r\033[1A");
  EXPECT_EQ(drawing({"one", "two"}, 1), "\rone\033[K\033[J\r");
}

TEST(WithoutMiddle, KeepsBothEnds) {
  EXPECT_EQ(without_middle("abcdef", 6, true), "abcdef");
  EXPECT_EQ(without_middle("abcdefgh", 6, true), "abcd\u2026h");
  EXPECT_EQ(without_middle("abcdefgh", 6, false), "ab...h");
  EXPECT_EQ(without_middle("abcdefgh", 2, false), "ab");
  EXPECT_EQ(without_middle("\u6f22\u5b57\u6f22\u5b57\u6f22", 9, true),
            "\u6f22\u5b57\u6f22\u2026\u6f22")
      << "each takes two columns";
  EXPECT_EQ(without_middle("\u6f22\u6f22\u6f22\u6f22", 6, false), "\u6f22...")
      << "never half a letter";
}

TEST(Curve, IsAsHighAsItsGreatestValue) {
  EXPECT_EQ(curve({}, 5, true), "");
  EXPECT_EQ(curve({0, 0}, 5, false), "__");
  EXPECT_EQ(curve({1, 2, 3, 7, 14}, 3, false), ":=#") << "the last ones";
  EXPECT_EQ(curve({0, 7}, 5, true), "\u2581\u2588");
}

TEST(ProgressBar, IsFullForItsShare) {
  EXPECT_EQ(progress_bar(0.5, 4, false), "##--");
  EXPECT_EQ(progress_bar(-1, 3, false), "---");
  EXPECT_EQ(progress_bar(2, 3, true), "\u2588\u2588\u2588");
}

}  // namespace
}  // namespace asyncmark::screen_test
