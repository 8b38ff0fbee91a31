#include "bench/engine/opening_pause.hpp"

#include <gtest/gtest.h>

namespace asyncmark::opening_pause_test {
namespace {

using namespace std::chrono_literals;

TEST(OpeningPause, IsNoneWhereConnectionsOpenAtOnce) {
  OpeningPause pause;
  for (int i = 0; i < 100; ++i) EXPECT_EQ(pause.after(5ms), 0ms);
}

TEST(OpeningPause, GrowsWithEachConnectionThatTheKernelHadToTryAgain) {
  OpeningPause pause;
  EXPECT_EQ(pause.after(1s), 1ms);
  EXPECT_EQ(pause.after(5ms), 1ms);
  EXPECT_EQ(pause.after(3s), 2ms);
  for (int i = 0; i < 10; ++i) pause.after(1s);
  EXPECT_EQ(pause.after(1s), 64ms);
}

}  // namespace
}  // namespace asyncmark::opening_pause_test
