#include "bench/child/live.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <memory>

#include "bench/base/pages.hpp"
#include "bench/engine/recorder.hpp"

namespace asyncmark::live_test {
namespace {

using namespace std::chrono_literals;

/// A window of this process, with recorders in which operations of 1, 2, 3, ... ms are counted.
class Shown {
 public:
  explicit Shown(std::size_t recorders, int operations)
      : recorders_(recorders, Sharing::with_threads) {
    for (int i = 0; i < operations; ++i) {
      const Clock::time_point began{};
      const Start start{static_cast<std::uint64_t>(i), began - 1s};
      recorders_[static_cast<std::size_t>(i) % recorders].record(
          start, began, began + (i + 1) * 1ms, i % 10 == 9 ? Outcome::failed("x") : Outcome{});
    }
    window_->pid = static_cast<std::uint32_t>(getpid());
    window_->phase = Phase::timed;
    window_->claimed = static_cast<std::uint64_t>(operations) + 5;
    window_->in_flight = 5;
    window_->recorders_at = reinterpret_cast<std::uintptr_t>(recorders_.span().data());
    window_->recorders = static_cast<std::uint32_t>(recorders);
    window_->recorder_bytes = sizeof(Recorder);
  }

  Window& window() { return *window_; }

 private:
  Pages<Recorder> recorders_;
  std::unique_ptr<Window> window_ = std::make_unique<Window>();
};

TEST(Live, AddsUpTheRecorders) {
  Shown shown(3, 100);
  const auto live = read_live(shown.window(), false);
  EXPECT_EQ(live.phase, Phase::timed);
  EXPECT_EQ(live.ended, 100u);
  EXPECT_EQ(live.in_flight, 5u);
  EXPECT_EQ(live.failed, 10u);
  ASSERT_TRUE(live.p50);
  EXPECT_NEAR(seconds(*live.p50), 0.050, 0.002);
  EXPECT_NEAR(seconds(read_live(shown.window(), true).p50.value_or(0s)), 1.050, 0.005)
      << "the response times of an open loop";
}

TEST(Live, ReadsMoreRecordersThanTheKernelTakesAtOnce) {
  Shown shown(1500, 4500);
  const auto live = read_live(shown.window(), false);
  EXPECT_EQ(live.ended, 4500u);
  EXPECT_EQ(live.failed, 450u);
}

TEST(Live, HasNoFailuresWhereTheMemoryCannotBeRead) {
  Shown shown(1, 100);
  shown.window().recorder_bytes = 8;  // Another build's.
  auto live = read_live(shown.window(), false);
  EXPECT_EQ(live.ended, 100u) << "by what was handed out and is not in flight";
  EXPECT_FALSE(live.failed);
  EXPECT_FALSE(live.p50);
  shown.window().recorder_bytes = sizeof(Recorder);
  shown.window().recorders_at = 4096;
  live = read_live(shown.window(), false);
  EXPECT_FALSE(live.failed);
}

TEST(Live, IsNothingBeforeThereAreRecorders) {
  const auto window = std::make_unique<Window>();
  const auto live = read_live(*window, false);
  EXPECT_EQ(live.phase, Phase::starting);
  EXPECT_EQ(live.ended, 0u);
}

}  // namespace
}  // namespace asyncmark::live_test
