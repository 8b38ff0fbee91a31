// When the client or other programs may be the limit, and not the service.

#include "bench/probe/doubts.hpp"

#include <gmock/gmock.h>

#include "bench/testing/made_up_service.hpp"

namespace asyncmark::doubts_test {
namespace {

using ::testing::Contains;
using testing::point_of;
using testing::Service;
using testing::sweep;
using testing::unloaded_of;

TEST(Doubts, HasNoVerdictIfTheClientIsTheBottleneck) {
  const Service pool{.at_once = 40};
  auto points = sweep(pool);
  for (auto& point : points) point.client_busy = 0.95;
  const auto model = fit(unloaded_of(pool), points);
  EXPECT_EQ(model.bottleneck, Bottleneck::client);
  EXPECT_EQ(model.limit, Limit::none_found);
}

TEST(Doubts, HasNoVerdictIfOtherProgramsTakeTheProcessors) {
  const Service pool{.at_once = 40};
  auto points = sweep(pool);
  for (auto& point : points) point.cpu = {.ours = 0.4, .others = 0.5};
  EXPECT_EQ(fit(unloaded_of(pool), points).bottleneck, Bottleneck::others);
  for (auto& point : points) point.cpu.ours = 0.05;  // A pool that waits does not need them.
  EXPECT_EQ(fit(unloaded_of(pool), points).bottleneck, Bottleneck::pool);
}

TEST(Doubts, HasNoVerdictIfOperationsWaitForProcessorsThatOtherProgramsTake) {
  // nginx that answers at once, with 97 % of the processors in use by others.
  std::vector<LoadPoint> points{{1, 318, 0.0031}, {2, 113, 0.0177}, {4, 424, 0.0094},
                                {5, 131, 0.038},  {8, 627, 0.0128}, {16, 591, 0.027}};
  for (auto& point : points) {
    point.server = ServerLoad{.busy = 0.03, .busiest_thread = 0.03, .usable = 2};
    point.cpu = {.ours = 0.05, .others = 0.97};
    point.cpu_wait_s = 0.002;
  }
  const Unloaded unloaded{.spaced_s = 0.013, .back_to_back_s = 0.0031, .operations = 400};
  EXPECT_EQ(fit(unloaded, points).bottleneck, Bottleneck::others);
}

TEST(Doubts, HasNoVerdictIfOtherProgramsMadeARateLimiterLookLikeOneAtATime) {
  // nginx with limit_req 110/s, while others used the processors in the first second alone.
  std::vector<LoadPoint> points{{1, 86.5, 0.01156}, {2, 111.7, 0.0177}, {4, 111.6, 0.0349}};
  for (auto& point : points)
    point.server = ServerLoad{.busy = 0.024, .busiest_thread = 0.024, .usable = 2};
  points.front().cpu_wait_s = 0.0036;
  Unloaded unloaded{.spaced_s = 0.0073,
                    .back_to_back_s = 0.01156,
                    .p50_s = 0.0013,
                    .operations = 30,
                    .cpu_wait_s = 0.0001,
                    .others = 0.95};
  EXPECT_EQ(fit(unloaded, points).bottleneck, Bottleneck::others);
  unloaded.p50_s = 0.0073;  // All of them took so long.
  EXPECT_EQ(fit(unloaded, points).bottleneck, Bottleneck::blocked);
}

TEST(Doubts, HasAVerdictOnABusyMachineIfTheWaitsForProcessorsCannotChangeIt) {
  // A thread that answers after 100 ms; each operation waits 15 ms for a processor.
  auto points = sweep({.at_once = 1, .time_s = 0.1});
  for (auto& point : points) point.cpu = {.ours = 0.01, .others = 0.98}, point.cpu_wait_s = 0.015;
  auto unloaded = unloaded_of({.time_s = 0.115});
  unloaded.others = 0.98, unloaded.cpu_wait_s = 0.015;
  EXPECT_EQ(fit(unloaded, points).bottleneck, Bottleneck::blocked);
  unloaded.cpu_wait_s = 0.08;
  unloaded.back_to_back_s = unloaded.spaced_s = 0.18;
  EXPECT_EQ(fit(unloaded, points).bottleneck, Bottleneck::others) << "it may be one, or two";
}

TEST(Doubts, SeesThatAThreadComputesWheneverOtherProgramsLetIt) {
  // FastAPI with 5 ms of hashing, on a busy machine.
  std::vector<LoadPoint> points{{1, 154, 0.0065}, {2, 138, 0.0144}, {4, 133, 0.0299}};
  for (auto& point : points) {
    point.server = {.busy = 0.65, .busiest_thread = 0.64, .usable = 2, .waiting = 0.33};
    point.cpu = {.ours = 0.35, .others = 0.6}, point.cpu_wait_s = 0.0025;
  }
  const Unloaded unloaded{.spaced_s = 0.018, .back_to_back_s = 0.0065, .operations = 200};
  EXPECT_EQ(fit(unloaded, points).bottleneck, Bottleneck::computing);
  for (auto& point : points) point.server->waiting = 0.1;
  EXPECT_EQ(fit(unloaded, points).bottleneck, Bottleneck::others) << "it may wait for something";
}

TEST(Doubts, TakesAServerWithoutAnyTimeLeftForTheBottleneckEvenIfTheClientIsBusy) {
  const Service one{.at_once = 1, .time_s = 0.0002, .cpu_s = 0.000198};
  auto points = sweep(one);
  for (auto& point : points) point.client_busy = 0.85, point.server->busiest_thread = 0.99;
  const auto model = fit(unloaded_of(one), points);
  EXPECT_EQ(model.bottleneck, Bottleneck::computing);
  EXPECT_THAT(model.rivals, Contains("the client, 85 % busy"));
}

}  // namespace
}  // namespace asyncmark::doubts_test
