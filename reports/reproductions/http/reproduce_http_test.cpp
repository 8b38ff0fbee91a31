#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "bench/plan/plan.hpp"
#include "bench/plan/reproduction_entry.hpp"
#include "reports/reproductions/reproduction.hpp"
#include "reports/testing/constructed.hpp"

namespace asyncmark::reproduce_http_test {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

const ReproductionEntry& entry() { return Registry<ReproductionEntry>::at("http"); }

constexpr const char* kGathered = "Gathered calls cost one wait, and not the sum";
constexpr const char* kCapDecides = "it makes no difference who does the waiting";
constexpr const char* kQueues = "'A sync server queues, an async one does not' holds where";
constexpr const char* kBlocking = "It is no matter of blocking calls";
constexpr const char* kKnowsNothing = "Of this queue the server's own figures know nothing";

/// How many of its answers the case's server has under way at a time.
std::uint64_t served_at_once(const Result& one) {
  const auto workers = one.what.workload_options.optional_count("server-workers");
  return workers ? static_cast<std::uint64_t>(*workers) : one.what.load.ops;
}

/// One run that took `of_the_waits` times as long as its waits alone.
Repetition run_of(const Result& one, double of_the_waits) {
  const auto ops = one.what.load.ops;
  const auto at_once = std::min({one.how.cap, ops, served_at_once(one)});
  const auto rounds = (ops + at_once - 1) / at_once;
  const auto delay = one.what.workload_options.duration("delay");
  const auto elapsed = from_seconds(seconds(delay) * static_cast<double>(rounds) * of_the_waits);
  Repetition run;
  auto& measured = run.measurement;
  measured.completed = ops;
  measured.passes = {{elapsed, 7us * static_cast<int>(ops), ops}};
  measured.peak_in_flight = std::min(one.how.cap, ops);
  ServiceUsage service{.cpu = 9us * static_cast<int>(ops),
                       .threads = served_at_once(one) == ops ? 1 : served_at_once(one),
                       .peak_rss_bytes = 6'000'000,
                       .requests = ops};
  for (std::uint64_t op = 0; op < ops; ++op) {
    measured.service_time.add(delay);
    measured.response_time.add(elapsed * static_cast<int>(op + 1) / static_cast<int>(ops));
    service.own_time.add(delay);
  }
  measured.observed.service = service;
  return run;
}

void took(Result& one, double of_the_waits) {
  one.repetitions.assign(one.planned_repetitions, run_of(one, of_the_waits));
  one.forget_summary();
}

std::vector<Result> good_results(bool quick = false) {
  auto results = expand(entry().plan(quick));
  for (auto& one : results) took(one, 1.05);
  return results;
}

/// The cases whose names have all of these parts.
std::vector<Result*> with(std::vector<Result>& results, std::vector<std::string> parts) {
  std::vector<Result*> found;
  for (auto& one : results)
    if (std::ranges::all_of(
            parts, [&](const auto& part) { return one.name().find(part) != std::string::npos; }))
      found.push_back(&one);
  EXPECT_FALSE(found.empty()) << fmt::format("{}", fmt::join(parts, " "));
  return found;
}

std::string printed(const std::vector<Result>& results, bool quick = false) {
  return testing::unwrapped(entry().print({}, results, quick));
}

TEST(ReproduceHttp, PlansFiveClientsOfThreeAndSixServers) {
  std::vector<std::string> names;
  for (const auto& one : expand(entry().plan(false))) names.push_back(one.name());
  EXPECT_EQ(names.size(), 21u);
  for (const auto* name :
       {"http/sync/ops:1000/delay:46ms", "http/event-loop/ops:500/delay:46ms",
        "http/process-pool/ops:100/in_flight:28/delay:46ms",
        "http/event-loop/ops:1000/server:thread-pool/delay:46ms/server_workers:32/connect:per-op/"
        "timeout:100s"})
    EXPECT_THAT(names, Contains(name));
}

TEST(ReproduceHttp, GoodFiguresCarryEverySentence) {
  const auto text = printed(good_results());
  EXPECT_THAT(text, AllOf(HasSubstr(kGathered), HasSubstr(kCapDecides), HasSubstr(kQueues),
                          HasSubstr(kBlocking), HasSubstr(kKnowsNothing)));
  EXPECT_THAT(text, HasSubstr("1000 calls on one thread, all in flight, took 0.0483 s, 1.05 times "
                              "one wait of 46 ms, 1000 times as fast as sync"));
  EXPECT_THAT(text, HasSubstr("with 1 thread its p99 was 46.0 ms by itself and 47.9 s for those"));
  EXPECT_THAT(text, Not(HasSubstr("!")));
}

TEST(ReproduceHttp, ShowsTheWaitsAndBothSidesProcessorTimeOfEachCell) {
  const auto text = printed(good_results());
  EXPECT_THAT(text, HasSubstr("| published async | 0.19 | 0.83 | 1.68 |"));
  EXPECT_THAT(text, HasSubstr("| event-loop of 28 | 1000 | 1739 | 1739 to 1739 | 1656 | 95.2% | 28 "
                              "| 7.00 | 9.00 |"));
  EXPECT_THAT(text, HasSubstr("| 32 threads | 1546 | 1472 | 773.8 | 1531 | 46.00 | 32 | 6.00 | "
                              "9.00 |"));
}

TEST(ReproduceHttp, ALoopWhoseCallsTookLongIsNotSaidToCostOneWait) {
  auto results = good_results();
  took(*with(results, {"event-loop/ops:1000/delay"}).front(), 3);
  const auto text = printed(results);
  EXPECT_THAT(text, Not(HasSubstr(kGathered)));
  EXPECT_THAT(text, HasSubstr("does not show here: 1000 calls on one thread, all in flight, took "
                              "0.138 s, 3.00 times one wait"));
}

TEST(ReproduceHttp, AServerThatComputedAllTheTimeIsTheBottleneck) {
  auto results = good_results();
  EXPECT_THAT(printed(results),
              HasSubstr("With all in flight the server computed for 9.0 ms (9.0 us "
                        "a call) of the 48.3 ms that 1000 calls took: it was no"));
  auto& loop = *with(results, {"event-loop/ops:1000/delay"}).front();
  for (auto& run : loop.repetitions) run.measurement.observed.service->cpu *= 4;
  loop.forget_summary();
  EXPECT_THAT(printed(results), HasSubstr("it was the bottleneck there"));
}

TEST(ReproduceHttp, AModelThatIsFarOffUnderTheEqualCapIsTold) {
  auto results = good_results();
  took(*with(results, {"process-pool/ops:1000"}).front(), 1.5);
  const auto text = printed(results);
  EXPECT_THAT(text, Not(HasSubstr(kCapDecides)));
  EXPECT_THAT(text, HasSubstr("The slowest took 1.43 times as long as the fastest"));
}

TEST(ReproduceHttp, AServerThatDoesNotQueueIsNotSaidTo) {
  auto results = good_results();
  took(*with(results, {"server_workers:32"}).front(), 0.05);
  EXPECT_THAT(printed(results), AllOf(Not(HasSubstr(kQueues)),
                                      HasSubstr("an async one does not' does not show here")));
}

TEST(ReproduceHttp, ThreadsThatAreSlowerAreToldSo) {
  auto results = good_results();
  took(*with(results, {"server_workers:1000", "per-op"}).front(), 4);
  EXPECT_THAT(printed(results),
              AllOf(Not(HasSubstr(kBlocking)), HasSubstr("It is in part a matter of blocking")));
}

TEST(ReproduceHttp, AQueueThatTheServerSeesIsNotSaidToBeHidden) {
  auto results = good_results();
  for (auto* one : with(results, {"server_workers:1/"}))
    for (auto& run : one->repetitions) run.measurement.observed.service->own_time.add(60s, 1000);
  EXPECT_THAT(printed(results), Not(HasSubstr("with 1 thread its p99 was 46.0 ms by itself")));
}

TEST(ReproduceHttp, NothingIsSaidOfWhatWasNotRunOrFailed) {
  auto results = good_results();
  for (auto& one : results) one.repetitions.assign(one.planned_repetitions, {{}, "killed"});
  for (const auto& all : {results, std::vector<Result>{}}) {
    const auto text = printed(all);
    for (const auto* claim : {kGathered, kCapDecides, kQueues, kBlocking, kKnowsNothing})
      EXPECT_THAT(text, Not(HasSubstr(claim)));
  }
  EXPECT_THAT(printed(results), HasSubstr("| event-loop of 28 | died ! | died ! | died ! |"));
}

TEST(ReproduceHttp, AnyPartOfItCanBePrinted) {
  testing::expect_any_part_prints(entry(), good_results());
}

TEST(ReproduceHttp, QuickSaysSoAndTakesATenth) {
  const auto text = printed(good_results(true), true);
  EXPECT_EQ(text.find("# The published table, over HTTP (quick: every wait a tenth)"), 0u);
  EXPECT_THAT(text, HasSubstr("after 4.6 ms"));
}

TEST(ReproduceHttp, FitsATerminalOf110Columns) {
  testing::expect_fits_110_columns(entry(), good_results());
}

}  // namespace
}  // namespace asyncmark::reproduce_http_test
