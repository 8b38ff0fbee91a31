#include "bench/probe/service_model.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>

#include "bench/testing/made_up_service.hpp"

namespace asyncmark::service_model_test {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::point_of;
using testing::Service;
using testing::sweep;
using testing::unloaded_of;

TEST(ServiceModel, FindsTheSizeOfAPool) {
  for (const double size : {2, 3, 5, 16, 40, 100, 200}) {
    const Service pool{.at_once = size};
    const auto model = fit(unloaded_of(pool), sweep(pool));
    EXPECT_EQ(model.limit, Limit::pool) << size;
    EXPECT_EQ(model.bottleneck, Bottleneck::pool) << size;
    EXPECT_NEAR(model.at_once.value, size, 0.01 * size);
    EXPECT_LE(model.at_once.low, size + 1e-9);
    EXPECT_GE(model.at_once.high, size - 1e-9);
  }
}

TEST(ServiceModel, TakesTheMeanOfManyOperationsWhereTimesVary) {
  // 28 at once, exponential with a mean of 162 ms; the first operations were short.
  Unloaded unloaded{.spaced_s = 0.15, .back_to_back_s = 0.14, .deviation_s = 0.15};
  unloaded.operations = 9;
  std::vector<LoadPoint> points;
  for (const std::uint64_t n : {1, 4, 16, 64, 128}) {
    points.push_back(point_of({.at_once = 28, .time_s = 0.162}, n));
    points.back().completed = 20 * n;
  }
  EXPECT_NEAR(fit(unloaded, points).at_once.value, 28, 0.7);
}

TEST(ServiceModel, HasAnIntervalAroundTheSizeOfANoisyPool) {
  int enclosed = 0;
  for (unsigned seed = 1; seed <= 100; ++seed) {
    const Service pool{.at_once = 40, .noise = 0.02};
    const auto model = fit(unloaded_of(pool), sweep(pool, 512, seed));
    EXPECT_EQ(model.limit, Limit::pool) << seed;
    EXPECT_NEAR(model.at_once.value, 40, 4) << seed;
    enclosed += model.at_once.low <= 40 && model.at_once.high >= 40;
  }
  EXPECT_GE(enclosed, 80);
}

TEST(ServiceModel, TellsABlockedServiceFromOneThatComputes) {
  const Service blocked{.at_once = 1};
  EXPECT_EQ(fit(unloaded_of(blocked), sweep(blocked)).bottleneck, Bottleneck::blocked);
  EXPECT_EQ(fit(unloaded_of(blocked), sweep(blocked)).limit, Limit::one_at_a_time);

  const Service computing{.at_once = 1, .time_s = 0.005, .cpu_s = 0.0049};
  const auto model = fit(unloaded_of(computing), sweep(computing));
  EXPECT_EQ(model.limit, Limit::processors);
  EXPECT_EQ(model.bottleneck, Bottleneck::computing);
  EXPECT_EQ(model.processors, 1);
  EXPECT_THAT(model.rivals, Contains("one at a time"));
}

TEST(ServiceModel, FindsThatAllProcessorsCompute) {
  const Service four{.at_once = 4, .time_s = 0.005, .cpu_s = 0.0049};
  const auto model = fit(unloaded_of(four), sweep(four));
  EXPECT_EQ(model.limit, Limit::processors);
  EXPECT_EQ(model.processors, 4);
}

TEST(ServiceModel, SaysNothingOfProcessorsThatItDoesNotKnow) {
  const Service remote{.at_once = 1, .local = false};
  const auto model = fit(unloaded_of(remote), sweep(remote));
  EXPECT_EQ(model.limit, Limit::one_at_a_time);
  EXPECT_EQ(model.bottleneck, Bottleneck::serial);
  EXPECT_THAT(model.rivals, Contains("computing on 1 processor"));
}

TEST(ServiceModel, FindsNoLimitWhereThereIsNone) {
  const Service wide{.at_once = 1e6, .cpu_s = 0.00001};
  for (const std::uint64_t most : {8, 64, 512}) {
    const auto model = fit(unloaded_of(wide), sweep(wide, most));
    EXPECT_EQ(model.limit, Limit::none_found) << most;
    EXPECT_EQ(model.bottleneck, Bottleneck::none) << most;
    EXPECT_EQ(model.most_tried, most);
  }
}

TEST(ServiceModel, FindsAPoolIfOnlyOnePointIsBeyondIt) {
  // 105 at once and 198 ms; there was no time for more.
  const std::vector<LoadPoint> points{
      {1, 5, 0.2}, {4, 19.9, 0.2}, {16, 79, 0.202}, {64, 312, 0.204}, {256, 516, 0.43}};
  const auto model = fit({.spaced_s = 0.2, .back_to_back_s = 0.2, .operations = 10}, points);
  EXPECT_EQ(model.limit, Limit::pool);
  EXPECT_NEAR(model.at_once.value, 105, 5);
}

TEST(ServiceModel, FindsNoLimitWhileTheThroughputGrows) {
  const Service wide{.at_once = 1e6, .cpu_s = 0.00001};
  auto points = sweep(wide, 512);
  for (auto& point : points) point.per_s = 20 * std::pow(static_cast<double>(point.in_flight), 0.8);
  EXPECT_EQ(fit(unloaded_of(wide), points).limit, Limit::none_found);
}

TEST(ServiceModel, FindsThatProcessorsAreBusyWhileTheThroughputStillCreepsUp) {
  const Service wide{.at_once = 1e6, .cpu_s = 0.00001};
  auto points = sweep(wide, 512);
  for (auto& point : points) point.per_s = 20 * std::pow(static_cast<double>(point.in_flight), 0.8);
  points.back().server = ServerLoad{.busy = 3.8, .busiest_thread = 0.95, .usable = 4};
  EXPECT_EQ(fit(unloaded_of(wide), points).bottleneck, Bottleneck::computing);
}

TEST(ServiceModel, FindsALimiterThatDelaysWhatExceedsARate) {
  const Service paced{.at_once = 1, .time_s = 0.02};
  auto unloaded = unloaded_of(paced);
  unloaded.spaced_s = 0.001;
  const auto model = fit(unloaded, sweep(paced));
  EXPECT_EQ(model.limit, Limit::rate_limiter);
  EXPECT_NEAR(model.best_per_s, 50, 1);
  EXPECT_THAT(model.rivals, Contains(HasSubstr("a pause")));
}

TEST(ServiceModel, FindsALimiterThatRefusesWhatExceedsARate) {
  const Service quick{.at_once = 1, .time_s = 0.02};
  auto points = sweep(quick);
  for (auto& point : points) point.failed = 0.9, point.reason = "status 503";
  const auto model = fit(unloaded_of({.time_s = 0.001}), points);
  EXPECT_EQ(model.limit, Limit::rate_limiter);
}

TEST(ServiceModel, FindsALimitOfConnections) {
  const Service five{.at_once = 5};
  auto points = sweep(five);
  for (auto& point : points)
    if (point.in_flight > 5) point.failed = 0.9, point.reason = "status 503", point.mean_s = 0.05;
  const auto model = fit(unloaded_of(five), points);
  EXPECT_EQ(model.bottleneck, Bottleneck::connections);
  EXPECT_NEAR(model.at_once.value, 5, 0.1);
  EXPECT_THAT(model.rivals, Contains(HasSubstr("rate limiter")));
}

TEST(ServiceModel, CountsTheSuccessesInFlightWhereTheRestIsRefused) {
  // nginx with limit_conn 16 and 208 ms, on a busy machine.
  std::vector<LoadPoint> points{{1, 3.6, 0.279},   {2, 8.3, 0.240},   {4, 18.6, 0.215},
                                {8, 30.9, 0.259},  {16, 71.4, 0.224}, {20, 76.3, 0.217},
                                {32, 76.2, 0.231}, {64, 75.9, 0.248}};
  for (auto& point : points)
    if (point.in_flight > 16) point.failed = 0.99, point.reason = "bad status 503";
  const Unloaded unloaded{.spaced_s = 0.229, .back_to_back_s = 0.279, .operations = 10};
  EXPECT_EQ(fit(unloaded, points).bottleneck, Bottleneck::connections);
  EXPECT_EQ(next_to_try(fit(unloaded, points), points), 18);
  points.insert(points.begin() + 5, {17, 76.2, 0.222});
  points[5].failed = 0.5, points[5].reason = "bad status 503";
  EXPECT_EQ(fit(unloaded, points).at_once.value, 16);
  EXPECT_EQ(next_to_try(fit(unloaded, points), points), 0) << "16 is the limit";
}

TEST(ServiceModel, FindsAPoolAtTheMostInFlightAlthoughTheThroughputVaries) {
  // pgbouncer with 26 connections and 118 ms, on a busy machine.
  const std::vector<LoadPoint> points{{1, 7.7, 0.130},  {2, 16.4, 0.122}, {4, 24.1, 0.166},
                                      {8, 53.9, 0.137}, {16, 117, 0.134}, {28, 191, 0.139},
                                      {32, 181, 0.168}, {50, 210, 0.227}};
  const auto model = fit({.spaced_s = 0.1225, .back_to_back_s = 0.130, .operations = 30}, points);
  EXPECT_EQ(model.limit, Limit::pool);
  EXPECT_NEAR(model.at_once.value, 26, 3);
}

TEST(ServiceModel, DoesNotTakeRefusingForComputing) {
  const Service five{.at_once = 5};
  auto points = sweep(five);
  for (auto& point : points)
    if (point.in_flight > 5) {
      point.failed = 0.99, point.reason = "status 503";
      point.server = ServerLoad{.busy = 1, .busiest_thread = 1, .usable = 4};
    }
  const auto model = fit(unloaded_of(five), points);
  EXPECT_EQ(model.limit, Limit::pool);
  EXPECT_EQ(model.bottleneck, Bottleneck::connections);
}

TEST(ServiceModel, NamesTimeOutsAndErrors) {
  const Service five{.at_once = 5};
  auto points = sweep(five);
  for (auto& point : points)
    if (point.in_flight > 5) point.failed = 0.5, point.reason = "time-out";
  EXPECT_EQ(fit(unloaded_of(five), points).bottleneck, Bottleneck::timeouts);
  for (auto& point : points) point.per_s = 0, point.failed = 1, point.reason = "status 503";
  const auto model = fit(unloaded_of(five), points);
  EXPECT_EQ(model.bottleneck, Bottleneck::errors);
  EXPECT_EQ(model.limit, Limit::none_found);
}

TEST(ServiceModel, TellsADelayedAcknowledgementFromARateLimiter) {
  // Python's http.server with keep-alive, which writes head and body apart.
  const std::vector<LoadPoint> points{
      {.in_flight = 1, .per_s = 21.4, .mean_s = 0.0466},
      {.in_flight = 2, .per_s = 24.3, .mean_s = 0.0412, .failed = 0.071, .reason = "dropped"}};
  const Unloaded unloaded{.spaced_s = 0.001, .back_to_back_s = 0.0466, .delayed_ack = true};
  const auto model = fit(unloaded, points);
  EXPECT_EQ(model.limit, Limit::one_at_a_time);
  EXPECT_EQ(model.bottleneck, Bottleneck::delayed_ack);
  EXPECT_THAT(model.rivals, Contains(HasSubstr("rate limiter")));
}

TEST(ServiceModel, CountsWithTheDelayedTimeWhereConnectionsAreServedSideBySide) {
  const Service pool{.at_once = 4, .time_s = 0.042};
  const Unloaded unloaded{.spaced_s = 0.001, .back_to_back_s = 0.042, .delayed_ack = true};
  EXPECT_NEAR(fit(unloaded, sweep(pool)).at_once.value, 4, 0.1);
}

TEST(ServiceModel, LeavesOutConnectionsThatWereRetried) {
  // One thread that answers after 5 ms, with a listen queue of 5 and a connection per operation.
  std::vector<LoadPoint> points{
      {1, 156, 0.0064}, {2, 165, 0.0120}, {4, 162, 0.0243}, {8, 110, 0.0578}};
  points.back().overflows = 3;
  const Unloaded unloaded{.spaced_s = 0.0067, .back_to_back_s = 0.0064, .operations = 150};
  auto model = fit(unloaded, points);
  EXPECT_EQ(model.limit, Limit::one_at_a_time);
  EXPECT_FALSE(model.falls_to);
  // Nothing is known of the service if its queue overflows while the throughput grows.
  points = sweep({.at_once = 1e6, .cpu_s = 0.00001}, 8);
  auto next = points.back();
  next.in_flight = 16, next.overflows = 9;
  points.push_back(next);
  model = fit(unloaded_of({}), points);
  EXPECT_EQ(model.limit, Limit::none_found);
  EXPECT_EQ(model.bottleneck, Bottleneck::backlog);
}

TEST(ServiceModel, SeesACollapse) {
  const Service pool{.at_once = 40};
  auto points = sweep(pool);
  points.push_back(point_of(pool, 256));
  EXPECT_FALSE(fit(unloaded_of(pool), points).falls_to);
  points.back().per_s *= 0.7;
  EXPECT_FALSE(fit(unloaded_of(pool), points).falls_to) << "may be noise";
  points[points.size() - 2].per_s *= 0.7;
  EXPECT_NEAR(fit(unloaded_of(pool), points).falls_to.value_or(0), 0.7, 0.01);
}

TEST(ServiceModel, TakesFailuresAtAnyLoadForNoConnectionLimit) {
  const Service pool{.at_once = 40};
  auto points = sweep(pool);
  for (auto& point : points) point.failed = 0.1;
  points.back().failed = 0.18;
  auto unloaded = unloaded_of(pool);
  unloaded.failed = 0.1;
  EXPECT_EQ(fit(unloaded, points).bottleneck, Bottleneck::pool);
}

TEST(ServiceModel, AdvisesNoConnectionsOfWhichSomeAreRefused) {
  std::vector<LoadPoint> points{{.in_flight = 4, .per_s = 100},
                                {.in_flight = 8, .per_s = 200},
                                {.in_flight = 16, .per_s = 240, .failed = 0.9}};
  EXPECT_EQ(fewest_sufficient({.best_per_s = 240}, points), 8u);
}

TEST(ServiceModel, AdvisesConnectionsThatKeepTheClosedLoopWithinTheSlo) {
  const std::vector<LoadPoint> points{{.in_flight = 2, .per_s = 100, .slow_s = 0.02},
                                      {.in_flight = 4, .per_s = 180, .slow_s = 0.03},
                                      {.in_flight = 8, .per_s = 200, .slow_s = 0.06}};
  const ServiceModel model{.best_per_s = 200};
  EXPECT_EQ(fewest_sufficient(model, points, 0.1), 8u);
  EXPECT_EQ(fewest_sufficient(model, points, 0.05), 4u);
  EXPECT_EQ(fewest_sufficient(model, points, 0.01), 0u);
}

TEST(ServiceModel, SeesAnUnfairQueue) {
  const Service pool{.at_once = 40};
  auto points = sweep(pool);
  EXPECT_FALSE(fit(unloaded_of(pool), points).unfair);
  for (auto& point : points)
    if (point.in_flight > 40) point.p50_s = 0.05;
  EXPECT_TRUE(fit(unloaded_of(pool), points).unfair);
}

TEST(ServiceModel, StopsAtAPlateauAndNotAtOneSlowPoint) {
  const Service pool{.at_once = 40};
  auto points = sweep(pool);
  EXPECT_EQ(points.back().in_flight, 128);  // 64 is the first that serves all of 40.
  points.clear();
  for (const std::uint64_t n : {1, 2, 4, 8}) points.push_back(point_of(pool, n));
  points.back().per_s = points[2].per_s;
  EXPECT_FALSE(is_plateau(points));
}

TEST(ServiceModel, AdvisesTheFewestInFlightThatSuffice) {
  const Service pool{.at_once = 40};
  auto points = sweep(pool);
  EXPECT_EQ(fewest_sufficient(fit(unloaded_of(pool), points), points), 64);
  points.insert(points.begin() + 6, point_of(pool, 40));
  EXPECT_EQ(fewest_sufficient(fit(unloaded_of(pool), points), points), 40);
}

TEST(ServiceModel, SaysNothingWithoutPoints) {
  const auto model = fit({}, {});
  EXPECT_EQ(model.limit, Limit::none_found);
  EXPECT_EQ(fewest_sufficient(model, {}), 0);
  EXPECT_THAT(model.rivals, IsEmpty());
}

}  // namespace
}  // namespace asyncmark::service_model_test
