// What `probe` prints of made-up endpoints.

#include <gmock/gmock.h>

#include "bench/base/split.hpp"
#include "bench/base/wrap.hpp"
#include "bench/probe/probe_entry.hpp"
#include "reports/probe/words.hpp"

namespace asyncmark::probe_test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

using namespace std::chrono_literals;

const Slo kSlo{"p99", 0.99, 100ms};

/// A pool of 40 threads, with everything that may be found out.
EndpointProbe pool() {
  EndpointProbe endpoint{.name = "/sync"};
  endpoint.unloaded = {.spaced_s = 0.051, .back_to_back_s = 0.052, .p50_s = 0.0505};
  for (const std::uint64_t n : {1, 32, 64})
    endpoint.points.push_back({.in_flight = n,
                               .per_s = std::min(static_cast<double>(n), 40.0) / 0.051,
                               .mean_s = 0.051,
                               .p50_s = 0.051,
                               .completed = 1000,
                               .server = ServerLoad{.busy = 0.2, .usable = 2}});
  endpoint.model = {.limit = Limit::pool,
                    .bottleneck = Bottleneck::pool,
                    .at_once = {39.9, 38.8, 41.1},
                    .best_per_s = 784,
                    .most_tried = 64,
                    .rivals = {"a pool of 39 to 41"}};
  endpoint.capacity = {
      .passed = 389.7, .failed = 421.2, .narrow = true, .steps = {{400, 0.09, true}}};
  endpoint.advice = {.connections = 40, .threads_over_loop = 1.01, .noise = 0.02};
  return endpoint;
}

EndpointProbe with(Limit limit, Bottleneck bottleneck) {
  auto endpoint = pool();
  endpoint.model.limit = limit;
  endpoint.model.bottleneck = bottleneck;
  endpoint.model.processors = 1;
  endpoint.capacity.reset();
  endpoint.advice.reset();
  return endpoint;
}

std::string sentence(Limit limit, Bottleneck bottleneck) {
  return probe_sentence(with(limit, bottleneck), kSlo);
}

TEST(ProbeSentence, SaysEverythingThatWasFound) {
  EXPECT_EQ(
      probe_sentence(pool(), kSlo),
      "/sync serves 40 at once (a pool); p99 <= 100 ms up to about 390-421/s (estimate); use 40 "
      "connections; in the client, threads and an event loop perform alike.");
}

TEST(ProbeSentence, NamesEachLimit) {
  EXPECT_EQ(sentence(Limit::one_at_a_time, Bottleneck::blocked),
            "/sync serves one at a time (blocked: requests wait for each other while its CPU is "
            "idle).");
  EXPECT_EQ(sentence(Limit::one_at_a_time, Bottleneck::serial), "/sync serves one at a time.");
  EXPECT_EQ(sentence(Limit::processors, Bottleneck::computing),
            "/sync computes: 1 processor is busy.");
  EXPECT_EQ(sentence(Limit::rate_limiter, Bottleneck::rate),
            "/sync is limited to 784/s (a rate limiter).");
  EXPECT_EQ(sentence(Limit::none_found, Bottleneck::none),
            "/sync has no limit up to 64 in flight.");
}

TEST(ProbeSentence, AdvisesNothingIfTheSweepWasCutShort) {
  auto endpoint = with(Limit::none_found, Bottleneck::none);
  endpoint.advice = Advice{.connections = 64};
  endpoint.cut = true;
  EXPECT_EQ(probe_sentence(endpoint, kSlo),
            "/sync has no limit up to 64 in flight, as far as the time allowed (--budget).");
}

TEST(ProbeSentence, HasNoVerdictWhereThereCanBeNone) {
  EXPECT_THAT(sentence(Limit::none_found, Bottleneck::client),
              HasSubstr("no verdict: the client is the bottleneck"));
  auto silent = pool();
  silent.failed = "connection refused";
  EXPECT_EQ(probe_sentence(silent, kSlo), "/sync could not be measured: connection refused.");
}

TEST(ProbeSentence, SaysWhichKindOfClientIsFaster) {
  auto endpoint = pool();
  endpoint.advice->threads_over_loop = 0.8;
  EXPECT_THAT(probe_sentence(endpoint, kSlo),
              HasSubstr("an event loop reaches 25 % more than threads"));
  endpoint.advice->noise = 0.5;
  EXPECT_THAT(probe_sentence(endpoint, kSlo), HasSubstr("perform alike"));
}

TEST(ProbeText, FitsIntoEightyColumns) {
  Probe probe{.context = {}, .slo = kSlo, .endpoints = {pool(), pool()}, .explain = true};
  probe.endpoints[1].name = "/a/rather/long/path";
  probe.endpoints[1].model.bottleneck = Bottleneck::connections;
  const auto text = Registry<ProbeEntry>::at("table").text(probe);
  for (const auto& line : lines_in(text)) EXPECT_LE(columns_of(line), 80) << line;
  EXPECT_THAT(text, AllOf(HasSubstr("390-421/s"), HasSubstr("38.8-41.1"),
                          HasSubstr("fits as well: a pool of 39 to 41")));
}

TEST(ProbeText, HasNoCapacityWithoutAnSlo) {
  Probe probe{.context = {}, .slo = {}, .endpoints = {pool()}};
  probe.endpoints[0].capacity.reset();
  EXPECT_THAT(Registry<ProbeEntry>::at("table").text(probe),
              AllOf(Not(HasSubstr("capacity")), HasSubstr("pool size")));
}

TEST(ProbeMarkdown, HasTheSentencesTheTableAndWhereAskedTheMeasurements) {
  Probe probe{.context = {}, .slo = kSlo, .endpoints = {pool()}};
  const auto text = [&] { return Registry<ProbeEntry>::at("markdown").text(probe); };
  EXPECT_THAT(text(), AllOf(HasSubstr("- **/sync serves 40 at once"), HasSubstr("| /sync"),
                            Not(HasSubstr("closed loops"))));
  probe.explain = true;
  EXPECT_THAT(text(), AllOf(HasSubstr("closed loops"), HasSubstr("open loops by rate")));
}

TEST(ProbeJson, HasTheSentenceTheFiguresAndTheMeasurements) {
  const Probe probe{.context = {}, .slo = kSlo, .endpoints = {pool()}};
  const auto json = Json::parse(Registry<ProbeEntry>::at("json").text(probe));
  const auto& endpoint = json.at("endpoints").at(0);
  EXPECT_EQ(endpoint.at("at_once"), "40");
  EXPECT_EQ(endpoint.at("connections"), 40);
  EXPECT_EQ(endpoint.at("capacity").at("passed_per_s"), 389.7);
  EXPECT_EQ(endpoint.at("points").size(), 3);
}

}  // namespace
}  // namespace asyncmark::probe_test
