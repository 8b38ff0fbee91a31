#include "reports/text/typeset.hpp"

#include <gtest/gtest.h>

namespace asyncmark::typeset_test {
namespace {

TEST(Typeset, HasTheSignsForMicrosecondsAndTimes) {
  EXPECT_EQ(typeset("1.70 us"), "1.70 \u00b5s");
  EXPECT_EQ(typeset("12 us, 3.41x sync (975x)"), "12 \u00b5s, 3.41\u00d7 sync (975\u00d7)");
}

TEST(Typeset, LeavesOtherTextAlone) {
  for (const auto* text : {"tell us", "10 users", "v3x", "0x1f", "py3x y", "x", "12us"})
    EXPECT_EQ(typeset(text), text);
}

}  // namespace
}  // namespace asyncmark::typeset_test
