#include "bench/probe/points.hpp"

#include <gtest/gtest.h>

#include "bench/model/runner_entry.hpp"
#include "bench/model/workload_entry.hpp"

namespace asyncmark::points_test {
namespace {

using namespace std::chrono_literals;

/// A closed loop with as many successes of the same time.
Measurement measured(std::uint64_t completed, Duration time, Duration all, Duration drain) {
  Measurement one;
  one.completed = completed;
  one.service_time.add(time, completed);
  one.phases.timed = all;
  one.phases.drain = drain;
  one.passes = {{all, Duration(0), completed}};
  return one;
}

LoadPoint point_of(const Measurement& one, std::uint64_t in_flight = 64) {
  Result result;
  result.what.workload = "sleep";
  result.what.workload_options = OptionValues(Registry<WorkloadEntry>::at("sleep").options);
  result.what.runner = "event-loop";
  result.what.runner_options = OptionValues(runner_entry("event-loop").options);
  result.what.load.in_flight = in_flight;
  result.how = result.what.concurrency();
  return load_point(result, one);
}

TEST(LoadPoint, DoesNotCountSuccessesThatEndAfterTheLastBegan) {
  // nginx with limit_conn 38: five rounds in 1.25 s and a drain, and as many refusals as fit in.
  auto one = measured(190, 300ms, 1500ms, 250ms);
  one.add_failures("bad status 503", 16000);
  EXPECT_NEAR(point_of(one).per_s, 126.7, 0.5);
}

TEST(LoadPoint, LeavesOutAnIdleEnd) {
  // 64 in flight, one of which ends 2 s after all others.
  auto one = measured(12800, 10ms, 4s, 2s);
  EXPECT_NEAR(point_of(one).per_s, 6400, 64);
}

TEST(LoadPoint, IsNotFasterThanAPoolBecauseAQueueGrewAtFirst) {
  // 13 at once of 235 ms: those in flight at the end wait for 4.6 s, the mean of all is 3.2 s.
  const auto one = measured(453, 3190ms, 8200ms, 4600ms);
  EXPECT_NEAR(point_of(one, 256).per_s, 55.3, 0.5);
}

TEST(LoadPoint, SeesOperationsThatWaitForADelayedAcknowledgement) {
  EXPECT_EQ(point_of(measured(100, 44ms, 4s, 0s)).delayed, 1);
  EXPECT_EQ(point_of(measured(100, 10ms, 1s, 0s)).delayed, 0);
  auto wide = measured(100, 44ms, 4s, 0s);
  wide.service_time.add(30ms, 60);
  EXPECT_EQ(point_of(wide).delayed, 0);
}

TEST(LoadPoint, CountsFullListenQueuesOnlyIfAnOperationTookAsLongAsARetry) {
  auto one = measured(100, 5ms, 1s, 0s);
  one.observed.network.listen_overflows = 7;
  EXPECT_EQ(point_of(one).overflows, 0u) << "another program's";
  one.service_time.add(1006ms);
  EXPECT_EQ(point_of(one).overflows, 7u);
}

}  // namespace
}  // namespace asyncmark::points_test
