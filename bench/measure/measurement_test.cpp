#include "bench/measure/measurement.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <set>
#include <thread>

#include "bench/base/pages.hpp"

namespace asyncmark::measurement_test {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::Pair;

const Clock::time_point t0{1000s};

std::vector<std::pair<std::int64_t, std::uint64_t>> buckets(const Histogram& histogram) {
  std::vector<std::pair<std::int64_t, std::uint64_t>> all;
  histogram.for_each_bucket(
      [&](Duration low, std::uint64_t n) { all.emplace_back(low.count(), n); });
  return all;
}

Measurement example() {
  Measurement m;
  for (int i = 0; i < 1000; ++i) {
    m.service_time.add(Duration(46'000'000 + i * 1001));
    m.response_time.add(Duration(92'000'000 + i * 3001));
  }
  m.completed = 1000;
  m.add_failures("reset", 2);
  m.add_failures("57014", 1);
  m.never_started = 4;
  m.passes = {{100ms, 30ms, 600}, {300ms, 20ms, 400}};
  m.resources = {.user = 11ns,
                 .system = 22ns,
                 .voluntary_switches = 33,
                 .involuntary_switches = 44,
                 .minor_faults = 45,
                 .major_faults = 46,
                 .connections_reopened = 48,
                 .run_queue_wait = 47ns,
                 .peak_rss_bytes = 55,
                 .grown_bytes = -66};
  m.phases = {.set_up = 1ms, .connect = 4ms, .warm_up = 2ms, .timed = 3ms, .drain = 5ms};
  m.observed = {.samples = 100,
                .mean_in_flight = 27.5,
                .peak_threads = 29,
                .page_table_bytes = 77,
                .kernel_stack_bytes = 78,
                .slab_bytes = -79,
                .slices = {500, 501},
                .slice = 7ms};
  m.observed.network = {1, 2, 3, 4};
  m.observed.service = {21ms, 10ms, 20ms, 4ms, 3ms, 5, 6, 7, 8};
  m.observed.service->own_time.add(2ms, 8);
  m.observed.service->activity_samples = 10;
  m.observed.service->mean_active = 2.5;
  m.observed.service->peak_active = 9;
  m.timeline = {.of = 1003,
                .operations = {{.op = 4, .intended = 1ms, .started = 2ms, .finished = 3ms},
                               {5, 2ms, 3ms, 5ms, 27, false}}};
  m.placement = {.client = "0,2-3", .service = "1"};
  m.rows = 90;
  m.connections = {91, 92};
  m.hop = {93ns, 94ns};
  m.loop.lag.add(60us, 50);
  m.loop.longest_hold = 5ms;
  m.loop.held_by = 17;
  m.peak_in_flight = 28;
  m.peak_is_upper_bound = true;
  return m;
}

TEST(Measurement, SurvivesJson) {
  const auto before = example();
  const auto text = to_json(before).dump();
  const auto after = measurement_from_json(Json::parse(text));
  EXPECT_EQ(to_json(after).dump(), text);
  EXPECT_EQ(after.completed, 1000u);
  EXPECT_EQ(after.failed, 3u);
  EXPECT_EQ(after.never_started, 4u);
  EXPECT_THAT(after.failures, ElementsAre(Pair("57014", 1), Pair("reset", 2)));
  ASSERT_EQ(after.passes.size(), 2u);
  EXPECT_EQ(after.passes[1].elapsed, 300ms);
  EXPECT_EQ(after.passes[1].cpu, 20ms);
  EXPECT_EQ(after.passes[1].completed, 400u);
  EXPECT_EQ(after.resources.user, 11ns);
  EXPECT_EQ(after.resources.system, 22ns);
  EXPECT_EQ(after.resources.voluntary_switches, 33u);
  EXPECT_EQ(after.resources.involuntary_switches, 44u);
  EXPECT_EQ(after.resources.minor_faults, 45u);
  EXPECT_EQ(after.resources.major_faults, 46u);
  EXPECT_EQ(after.resources.peak_rss_bytes, 55);
  EXPECT_EQ(after.resources.grown_bytes, -66);
  EXPECT_EQ(after.resources.run_queue_wait, 47ns);
  EXPECT_EQ(after.phases.set_up, 1ms);
  EXPECT_EQ(after.phases.connect, 4ms);
  EXPECT_EQ(after.phases.drain, 5ms);
  EXPECT_EQ(after.phases.warm_up, 2ms);
  EXPECT_EQ(after.phases.timed, 3ms);
  EXPECT_EQ(after.observed.samples, 100u);
  EXPECT_EQ(after.observed.mean_in_flight, 27.5);
  EXPECT_EQ(after.observed.peak_threads, 29u);
  EXPECT_EQ(after.observed.page_table_bytes, 77);
  EXPECT_EQ(after.observed.kernel_stack_bytes, 78);
  EXPECT_EQ(after.observed.slab_bytes, -79);
  EXPECT_THAT(after.observed.slices, ElementsAre(500u, 501u));
  EXPECT_EQ(after.observed.slice, 7ms);
  EXPECT_EQ(after.observed.network.listen_overflows, 1u);
  EXPECT_EQ(after.observed.network.listen_drops, 2u);
  EXPECT_EQ(after.observed.network.tcp_timeouts, 3u);
  EXPECT_EQ(after.observed.network.retransmitted_segments, 4u);
  EXPECT_EQ(to_json(after).at("observed"), to_json(example()).at("observed"));
  EXPECT_EQ(after.observed.service->cpu, 21ms);
  EXPECT_EQ(after.observed.service->peak_connections, 7u);
  EXPECT_EQ(after.observed.service->own_time.count(), 8u);
  EXPECT_EQ(after.observed.service->activity_samples, 10u);
  EXPECT_EQ(after.observed.service->mean_active, 2.5);
  EXPECT_EQ(after.observed.service->peak_active, 9u);
  EXPECT_EQ(to_json(after), to_json(before));
  EXPECT_EQ(after.timeline.of, 1003u);
  ASSERT_EQ(after.timeline.operations.size(), 2u);
  EXPECT_TRUE(after.timeline.operations[0].ok);
  const auto& [op, intended, started, finished, worker, ok] = after.timeline.operations[1];
  EXPECT_EQ(op, 5u);
  EXPECT_EQ(intended, 2ms);
  EXPECT_EQ(started, 3ms);
  EXPECT_EQ(finished, 5ms);
  EXPECT_EQ(worker, 27u);
  EXPECT_FALSE(ok);
  EXPECT_EQ(after.rows, 90u);
  EXPECT_EQ(after.connections->made, 91u);
  EXPECT_EQ(after.connections->reused, 92u);
  EXPECT_FALSE(measurement_from_json(to_json(Measurement{})).connections);
  EXPECT_EQ(after.hop->cpu, 93ns);
  EXPECT_EQ(after.hop->alone, 94ns);
  EXPECT_FALSE(measurement_from_json(to_json(Measurement{})).hop);
  EXPECT_EQ(after.observed.service->own_time.max(), 2ms);
  EXPECT_EQ(after.placement.client, "0,2-3");
  EXPECT_EQ(after.loop.lag.count(), 50u);
  EXPECT_EQ(after.loop.longest_hold, 5ms);
  EXPECT_EQ(after.loop.held_by, 17u);
  EXPECT_EQ(after.peak_in_flight, 28u);
  EXPECT_TRUE(after.peak_is_upper_bound);
  EXPECT_EQ(buckets(after.service_time), buckets(before.service_time));
  EXPECT_EQ(buckets(after.response_time), buckets(before.response_time));
  EXPECT_EQ(after.service_time.mean(), before.service_time.mean());
  EXPECT_EQ(after.response_time.max(), before.response_time.max());
}

TEST(Measurement, TakesNoMemoryForWhatItDoesNotHold) {
  EXPECT_LT(sizeof(Measurement), 2000u) << "there are tens of thousands of them in a large result";
}

TEST(Measurement, WritesOnlyBucketsThatHoldSomething) {
  Measurement m;
  m.service_time.add(5ns, 3);
  m.service_time.add(10h);
  const auto json = to_json(m).at("service_time");
  ASSERT_EQ(json.at("buckets").size(), 2u);
  EXPECT_EQ(json.at("buckets")[0], Json::parse("[5, 3]"));
  EXPECT_EQ(json.at("max_ns"), 36'000'000'000'000);
  EXPECT_TRUE(to_json(m).at("response_time").at("buckets").empty());
}

TEST(Measurement, MergesRepetitions) {
  auto merged = example();
  auto other = example();
  other.peak_in_flight = 30;
  other.resources.peak_rss_bytes = 50;
  other.resources.grown_bytes = 60;
  other.observed = {.samples = 300,
                    .mean_in_flight = 10,
                    .peak_threads = 20,
                    .page_table_bytes = 80,
                    .kernel_stack_bytes = 4,
                    .slab_bytes = 5};
  other.observed.network = {10, 20, 30, 40};
  other.observed.service = {1ms, 0ms, 0ms, 1ms, 2ms, 9, 3, 2, 100};
  other.observed.service->own_time.add(5ms, 100);
  other.observed.service->activity_samples = 30;
  other.observed.service->mean_active = 4.5;
  other.connections = {3, 4};
  other.hop = {100ns, 50ns};
  other.loop.longest_hold = 6ms;
  other.loop.held_by = 3;
  other.add_failures("timeout", 1);
  merged.merge(other);
  EXPECT_EQ(merged.completed, 2000u);
  EXPECT_EQ(merged.failed, 7u);
  EXPECT_EQ(merged.never_started, 8u);
  EXPECT_EQ(failures_text(merged), "2 SQLSTATE 57014, 4 reset, 1 timeout");
  EXPECT_THAT(merged.failures, ElementsAre(Pair("57014", 2), Pair("reset", 4), Pair("timeout", 1)));
  EXPECT_EQ(merged.rows, 180u);
  EXPECT_EQ(merged.passes.size(), 4u);
  EXPECT_EQ(merged.elapsed(), 800ms);
  EXPECT_EQ(merged.cpu(), 100ms);
  EXPECT_EQ(merged.resources.user, 22ns);
  EXPECT_EQ(merged.resources.involuntary_switches, 88u);
  EXPECT_EQ(merged.resources.peak_rss_bytes, 55);
  EXPECT_EQ(merged.resources.grown_bytes, 60);
  EXPECT_EQ(merged.resources.run_queue_wait, 94ns);
  EXPECT_EQ(merged.phases.timed, 6ms);
  EXPECT_EQ(merged.phases.connect, 8ms);
  EXPECT_EQ(merged.phases.drain, 10ms);
  EXPECT_EQ(merged.observed.samples, 400u);
  EXPECT_DOUBLE_EQ(merged.observed.mean_in_flight, (27.5 * 100 + 10.0 * 300) / 400);
  EXPECT_EQ(merged.observed.peak_threads, 29u);
  EXPECT_EQ(merged.observed.page_table_bytes, 80);
  EXPECT_EQ(merged.observed.kernel_stack_bytes, 78);
  EXPECT_EQ(merged.observed.slab_bytes, 5);
  EXPECT_EQ(merged.observed.network.tcp_timeouts, 33u);
  EXPECT_EQ(merged.observed.service->cpu, 22ms);
  EXPECT_EQ(merged.observed.service->threads, 9u);
  EXPECT_EQ(merged.observed.service->peak_connections, 7u);
  EXPECT_EQ(merged.observed.service->requests, 108u);
  EXPECT_EQ(merged.observed.service->own_time.count(), 108u);
  EXPECT_EQ(merged.observed.service->activity_samples, 40u);
  EXPECT_EQ(merged.observed.service->mean_active, 4);
  EXPECT_EQ(merged.observed.service->peak_active, 9u);
  EXPECT_EQ(merged.observed.service->own_time.max(), 5ms);
  EXPECT_EQ(merged.placement.client, "0,2-3");
  EXPECT_EQ(merged.placement.service, "1");
  EXPECT_EQ(merged.connections->made, 91u + 3);
  EXPECT_EQ(merged.hop->cpu, 93ns) << "the less of both";
  EXPECT_EQ(merged.hop->alone, 50ns);
  EXPECT_EQ(merged.connections->reused, 92u + 4);
  EXPECT_EQ(merged.loop.lag.count(), 100u);
  EXPECT_EQ(merged.loop.longest_hold, 6ms);
  EXPECT_EQ(merged.loop.held_by, 3u);
  EXPECT_EQ(merged.peak_in_flight, 30u);
  EXPECT_EQ(merged.service_time.count(), 2000u);
}

TEST(Measurement, KnowsAPeakExactlyWhereOneRepetitionDoes) {
  const auto merged = [](std::uint64_t exact, std::uint64_t bound) {
    Measurement one, other;
    one.peak_in_flight = exact;
    other.peak_in_flight = bound;
    other.peak_is_upper_bound = true;
    auto both = one;
    both.merge(other);
    other.merge(one);
    EXPECT_EQ(both.peak_in_flight, std::max(exact, bound));
    EXPECT_EQ(both.peak_in_flight, other.peak_in_flight);
    EXPECT_EQ(both.peak_is_upper_bound, other.peak_is_upper_bound);
    return both;
  };
  EXPECT_FALSE(merged(28, 28).peak_is_upper_bound);
  EXPECT_FALSE(merged(28, 27).peak_is_upper_bound);
  EXPECT_TRUE(merged(27, 28).peak_is_upper_bound);
}

TEST(Measurement, DoesNotKnowAWaitForProcessorsOfWhichAPartIsUnknown) {
  auto unknown = example();
  unknown.resources.run_queue_wait.reset();
  const auto json = to_json(unknown);
  EXPECT_FALSE(json.at("resources").contains("run_queue_wait_ns"));
  EXPECT_FALSE(measurement_from_json(json).resources.run_queue_wait);
  auto merged = example();
  merged.merge(unknown);
  EXPECT_FALSE(merged.resources.run_queue_wait);
}

TEST(Measurement, CountsTheMachinesSlabOnlyWhereItStandsOutFromNoise) {
  Observed observed{.page_table_bytes = 100, .kernel_stack_bytes = 20, .slab_bytes = 1 << 20};
  EXPECT_EQ(observed.kernel_bytes(5000), 120);
  observed.slab_bytes = 64 << 20;
  EXPECT_EQ(observed.kernel_bytes(5000), 120 + (64 << 20));
  EXPECT_EQ(observed.kernel_bytes(50), 120) << "fifty cannot have taken that";
  observed.slab_bytes = -observed.slab_bytes;
  EXPECT_EQ(observed.kernel_bytes(5000), 120);
}

TEST(Measurement, OfNothingObservedMergesToNothingAndNotNan) {
  Measurement merged;
  merged.merge({});
  EXPECT_EQ(merged.observed.mean_in_flight, 0);
}

TEST(Measurement, CountsThroughputOverItsPassesAndSuccessesAlone) {
  const auto m = example();
  EXPECT_EQ(m.elapsed(), 400ms);
  EXPECT_DOUBLE_EQ(m.ops_per_s(), 2500);
  EXPECT_EQ(m.per_pass(m.elapsed()), 200ms);
}

TEST(Measurement, OfNothingIsZeroAndNotNan) {
  const Measurement m;
  EXPECT_EQ(m.ops_per_s(), 0);
  EXPECT_EQ(m.per_pass(5s), 0s);
  Measurement timeless;
  timeless.completed = 5;
  timeless.passes = {{0ns, 0ns, 5}};
  EXPECT_EQ(timeless.ops_per_s(), 0);
}

TEST(Measurement, TakesDefaultsForWhatAnOlderVersionDidNotWrite) {
  const auto m = measurement_from_json(Json::parse(
      R"({"completed": 3, "passes": [{"elapsed_ns": 7}], "from_the_future": {"a": [1]}})"));
  EXPECT_EQ(m.completed, 3u);
  EXPECT_EQ(m.failed, 0u);
  EXPECT_TRUE(m.failures.empty());
  EXPECT_EQ(m.elapsed(), 7ns);
  EXPECT_EQ(m.cpu(), 0ns);
  EXPECT_EQ(m.peak_in_flight, 0u);
  EXPECT_EQ(m.service_time.count(), 0u);
}

TEST(Measurement, OfAHistogramWithoutExactFiguresComesNear) {
  const auto histogram = histogram_from_json(Json::parse(R"({"buckets": [[100, 2], [400, 1]]})"));
  EXPECT_EQ(histogram.count(), 3u);
  EXPECT_EQ(histogram.max(), 400ns);
  EXPECT_EQ(histogram.mean(), 200ns);
}

/// `example()` as JSON, with one value replaced.
Json with(const std::string& path, const Json& value) {
  auto json = to_json(example());
  json[Json::json_pointer(path)] = value;
  return json;
}

/// The paths of every value in the document, those that hold others included.
std::set<std::string> all_paths() {
  std::set<std::string> paths;
  const auto flat = to_json(example()).flatten();
  for (const auto& [leaf, value] : flat.items())
    for (auto path = leaf; !path.empty(); path.resize(path.rfind('/'))) paths.insert(path);
  return paths;
}

TEST(Measurement, RefusesEveryFieldOfTheWrongType) {
  EXPECT_GT(all_paths().size(), 40u);
  for (const auto& path : all_paths())
    for (const auto& wrong : {Json("text"), Json(true), Json(nullptr), Json(1e300), Json(-1e300)})
      if ((path.find("/mean_") == path.npos || !wrong.is_number()) &&
          ((path != "/peak_is_upper_bound" && path != "/busy_before") || !wrong.is_boolean())) {
        EXPECT_THROW(measurement_from_json(with(path, wrong)), std::exception)
            << path << ": " << wrong.dump();
      }
}

TEST(Measurement, RefusesATimelineWhoseListsDiffer) {
  for (const auto* list : {"op", "intended_ns", "started_ns", "finished_ns", "worker"}) {
    auto json = to_json(example());
    json["timeline"][list].push_back(7);
    EXPECT_THROW(measurement_from_json(json), std::exception) << list;
  }
}

TEST(Measurement, RefusesWhatIsNegative) {
  const std::set<std::string> may_be{"/resources/grown_bytes", "/observed/slab_bytes",
                                     "/observed/page_table_bytes", "/observed/kernel_stack_bytes"};
  for (const auto& path : all_paths())
    if (!may_be.contains(path)) {
      EXPECT_THROW(measurement_from_json(with(path, -1)), std::exception) << path;
    }
}

TEST(Measurement, RefusesWhatIsNoMeasurement) {
  for (const auto* text :
       {"null", "[]", "{}", "5", "\"completed\"", R"({"completed": 1})", R"({"passes": []})",
        R"({"completed": 1, "passes": {}})",
        R"({"completed": 1, "passes": [], "service_time": {"buckets": [[1]]}})",
        R"({"completed": 1, "passes": [], "service_time": {"buckets": {"a": 1}}})"})
    EXPECT_THROW(measurement_from_json(Json::parse(text)), std::exception) << text;
}

}  // namespace
}  // namespace asyncmark::measurement_test
