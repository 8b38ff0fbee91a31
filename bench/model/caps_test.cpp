#include "bench/model/caps.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace asyncmark::caps_test {
namespace {

using namespace std::chrono_literals;

Load of_ops(std::uint64_t ops, std::optional<std::uint64_t> in_flight = {}) {
  Load load;
  load.ops = ops;
  load.in_flight = in_flight;
  return load;
}

Load of_time(std::optional<std::uint64_t> in_flight = {}) {
  auto load = of_ops(0, in_flight);
  load.duration = 1s;
  return load;
}

Load open_loop(std::size_t arrivals, std::optional<std::uint64_t> in_flight = {}) {
  auto load = of_time(in_flight);
  load.rate = 10;
  load.due = std::make_shared<const std::vector<std::int64_t>>(arrivals);
  return load;
}

constexpr std::uint64_t kUsual = 32;

std::uint64_t pool(std::optional<std::int64_t> workers, const Load& load) {
  const auto how = pool_of(workers, load, kUsual);
  EXPECT_EQ(how.workers, how.cap);
  EXPECT_EQ(how.workers, how.processors);
  EXPECT_FALSE(how.one_loop);
  return how.workers;
}

TEST(Cap, IsTheOneAskedForElseAllAtOnce) {
  EXPECT_EQ(cap_or_all(of_ops(100, 28), "r"), 28u);
  EXPECT_EQ(cap_or_all(of_ops(100, 1000), "r"), 100u);
  EXPECT_EQ(cap_or_all(of_ops(100), "r"), 100u);
  EXPECT_EQ(cap_or_all(of_ops(100, kUnbounded), "r"), 100u);
  EXPECT_EQ(cap_or_all(of_time(28), "r"), 28u);
  EXPECT_EQ(cap_or_all(open_loop(70), "r"), 70u);
  EXPECT_EQ(cap_or_all(open_loop(70, kUnbounded), "r"), 70u);
}

TEST(Cap, OfAnOpenLoopThatIsGivenNoneIsNotThousands) {
  EXPECT_EQ(cap_or_all(open_loop(50'000), "r"), kOpenLoopCap);
  EXPECT_EQ(cap_or_all(open_loop(50'000, 3000), "r"), 3000u);
  EXPECT_EQ(cap_or_all(open_loop(50'000, kUnbounded), "r"), 50'000u);
  EXPECT_EQ(cap_or_all(of_ops(50'000), "r"), 50'000u) << "a burst is all at once";
}

TEST(Cap, IsTheUsualOneOfTheWorkloadWhereNoneIsAskedFor) {
  for (auto load : {of_ops(1000), of_time(), open_loop(1000)}) {
    load.usual_cap = 50;
    EXPECT_EQ(cap_or_all(load, "r"), 50u);
    load.in_flight = 70;
    EXPECT_EQ(cap_or_all(load, "r"), 70u);
  }
}

TEST(Cap, IsTheSameForEachRepetitionOfAPoissonProcess) {
  for (const std::size_t drawn : {60, 70, 85}) {
    auto load = open_loop(drawn);
    load.arrivals = Arrivals::poisson;
    load.rate = 70;
    EXPECT_EQ(cap_or_all(load, "r"), 127u);
    load.in_flight = 75;
    EXPECT_EQ(cap_or_all(load, "r"), 75u);
    load.in_flight = kUnbounded;
    EXPECT_EQ(cap_or_all(load, "r"), 127u);
  }
}

TEST(Cap, IsNeededForADuration) {
  EXPECT_THROW(cap_or_all(of_time(), "r"), UsageError);
  EXPECT_THROW(cap_or_all(of_time(kUnbounded), "r"), UsageError);
}

TEST(Pool, HasItsWorkersElseTheCapElseWhatIsUsual) {
  EXPECT_EQ(pool(8, of_ops(100)), 8u);
  EXPECT_EQ(pool({}, of_ops(100, 28)), 28u);
  EXPECT_EQ(pool({}, of_ops(100)), kUsual);
  EXPECT_EQ(pool({}, of_ops(5)), kUsual);
  EXPECT_EQ(pool({}, of_ops(100, kUnbounded)), 100u);
}

TEST(Pool, KeepsNoMoreWorkersThanTheCapLetsWork) {
  EXPECT_EQ(pool(8, of_ops(100, 4)), 4u);
  EXPECT_EQ(pool(8, of_ops(100, 28)), 8u);
  EXPECT_EQ(pool(8, of_ops(5, kUnbounded)), 5u);
}

TEST(Pool, KeepsNoMoreWorkersThanThereAreOperations) {
  EXPECT_EQ(pool({}, of_ops(5, 28)), 5u);
  EXPECT_EQ(pool(8, of_ops(5, 28)), 5u);
  EXPECT_EQ(pool({}, open_loop(5, 28)), 5u);
  EXPECT_EQ(pool({}, of_time(28)), 28u);
}

TEST(Pool, IsSizedByArrivalsWhereThereIsNoNumberOfOperations) {
  EXPECT_EQ(pool(8, of_time()), 8u);
  EXPECT_EQ(pool(8, of_time(4)), 4u);
  EXPECT_THROW(pool_of({}, of_time(kUnbounded), kUsual), UsageError);
  EXPECT_EQ(pool(8, open_loop(70, kUnbounded)), 8u);
  EXPECT_EQ(pool({}, open_loop(70, kUnbounded)), 70u);
}

}  // namespace
}  // namespace asyncmark::caps_test
