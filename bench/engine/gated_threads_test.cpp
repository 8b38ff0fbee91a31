#include "bench/engine/gated_threads.hpp"

#include <gmock/gmock.h>

#include <stdexcept>
#include <string>

#include "bench/base/errors.hpp"

namespace asyncmark::gated_threads_test {
namespace {

using ::testing::Each;
using ::testing::ThrowsMessage;

TEST(GatedThreads, SetUpEachAndCarryOutEachPassOnce) {
  std::vector<int> set_up(20), passes(20);
  std::atomic<int> all = 0;
  GatedThreads threads(
      20, [&](std::size_t i) { ++set_up[i], ++all; }, [&](std::size_t i) { ++passes[i]; });
  EXPECT_EQ(all, 20) << "they have all ended it";
  EXPECT_THAT(set_up, Each(1));
  EXPECT_THAT(passes, Each(0)) << "no thread was let go";
  for (int pass = 1; pass <= 50; ++pass) {
    threads.carry_out();
    ASSERT_THAT(passes, Each(pass));
  }
  EXPECT_THAT(set_up, Each(1));
}

TEST(GatedThreads, ThrowWhatASetUpThrewWhenAllHaveEnded) {
  std::atomic<int> ended = 0;
  const auto start = [&] {
    GatedThreads(
        5,
        [&](std::size_t i) {
          ++ended;
          if (i == 3) throw CaseError("number three");
        },
        [](std::size_t) { FAIL() << "no thread is let go"; });
  };
  EXPECT_THAT(start, ThrowsMessage<CaseError>("number three"));
  EXPECT_EQ(ended, 5);
}

TEST(GatedThreads, ThrowWhatAPassThrewWhenAllHaveCome) {
  std::atomic<int> ended = 0;
  GatedThreads threads(
      5, [](std::size_t) {},
      [&](std::size_t i) {
        ++ended;
        if (i == 0) throw std::bad_alloc();
      });
  EXPECT_THROW(threads.carry_out(), std::bad_alloc);
  EXPECT_EQ(ended, 5);
}

}  // namespace
}  // namespace asyncmark::gated_threads_test
