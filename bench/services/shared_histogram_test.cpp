#include "bench/services/shared_histogram.hpp"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace asyncmark::shared_histogram_test {
namespace {

using namespace std::chrono_literals;

TEST(SharedHistogram, HoldsWhatAnOrdinaryOneHolds) {
  SharedHistogram shared;
  Histogram ordinary;
  for (std::int64_t i = -1; i < 5000; ++i) {
    shared.add(Duration(i * i));
    ordinary.add(Duration(i * i));
  }
  const auto taken = shared.taken();
  EXPECT_EQ(taken.count(), ordinary.count());
  EXPECT_EQ(taken.max(), ordinary.max());
  EXPECT_EQ(taken.mean(), ordinary.mean());
  for (const double fraction : {0.1, 0.5, 0.99})
    EXPECT_EQ(taken.percentile(fraction), ordinary.percentile(fraction));
}

TEST(SharedHistogram, LosesNothingThatThreadsAdd) {
  SharedHistogram shared;
  std::vector<std::thread> threads;
  for (int thread = 1; thread <= 4; ++thread)
    threads.emplace_back([&shared, thread] {
      for (int i = 0; i < 20'000; ++i) shared.add(thread * 1ms);
    });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(shared.taken().count(), 80'000u);
  EXPECT_EQ(shared.taken().max(), 4ms);
  EXPECT_EQ(shared.taken().mean(), 2500us);
}

TEST(SharedHistogram, ForgetsWhatWasAdded) {
  SharedHistogram shared;
  shared.add(3ms);
  shared.clear();
  EXPECT_EQ(shared.taken().count(), 0u);
  EXPECT_EQ(shared.taken().max(), 0ms);
  shared.add(1ms);
  EXPECT_EQ(shared.taken().mean(), 1ms);
}

}  // namespace
}  // namespace asyncmark::shared_histogram_test
