#include "bench/measure/slices.hpp"

#include <gmock/gmock.h>

namespace asyncmark::slices_test {
namespace {

using namespace std::chrono_literals;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const Clock::time_point kBegin{1000s};

/// A sample every 10 ms of a run of which `begun` tells how many operations it had begun.
template <class Operations>
std::vector<Begun> sampled(int samples, Operations begun) {
  std::vector<Begun> all;
  for (int i = 0; i <= samples; ++i)
    all.push_back({kBegin + i * 10ms, static_cast<std::uint64_t>(begun(i * 10))});
  return all;
}

TEST(Slices, OfASteadyRunAreTenAndAlike) {
  const auto slices = slices_of(sampled(100, [](int ms) { return 28 + 3 * ms; }));
  EXPECT_THAT(slices.begun, SizeIs(10));
  EXPECT_THAT(slices.begun, Each(300u));
  EXPECT_EQ(slices.length, 100ms);
}

TEST(Slices, ShowWhereARunBecomesSlower) {
  const auto slices =
      slices_of(sampled(100, [](int ms) { return ms < 500 ? 4 * ms : 2000 + (ms - 500); }));
  EXPECT_THAT(slices.begun, ElementsAre(400, 400, 400, 400, 400, 100, 100, 100, 100, 100));
}

TEST(Slices, EndWhenTheLastOperationIsBegun) {
  const auto slices = slices_of(sampled(150, [](int ms) { return std::min(3 * ms, 3000); }));
  EXPECT_THAT(slices.begun, Each(300u));
  EXPECT_EQ(slices.length, 100ms) << "the drain of 0.5 s belongs to none";
}

TEST(Slices, SpreadWhatCameBetweenTwoSamples) {
  auto samples = sampled(100, [](int ms) { return 3 * ms; });
  samples.erase(samples.begin() + 10, samples.begin() + 36);  // The parent was not let run.
  EXPECT_THAT(slices_of(samples).begun, Each(300u));
}

TEST(Slices, AreFewerWhereFewSamplesTell) {
  EXPECT_THAT(slices_of(sampled(20, [](int ms) { return ms; })).begun, ElementsAre(50, 50, 50, 50));
  EXPECT_THAT(slices_of(sampled(9, [](int ms) { return ms; })).begun, IsEmpty());
  EXPECT_THAT(slices_of(sampled(100, [](int) { return 50; })).begun, IsEmpty()) << "a burst";
  EXPECT_THAT(slices_of({}).begun, IsEmpty());
}

}  // namespace
}  // namespace asyncmark::slices_test
