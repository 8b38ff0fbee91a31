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
using ::testing::Contains;
using ::testing::HasSubstr;

const ReproductionEntry& entry() { return Registry<ReproductionEntry>::at("http"); }

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
  return entry().print({}, results, quick, Markup::markdown);
}

testing::Turn turn(const char* sentence, const char* before, std::vector<std::string> parts,
                   double of_the_waits) {
  return {sentence, before,
          [=](std::vector<Result>& results) { took(*with(results, parts).front(), of_the_waits); }};
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

TEST(ReproduceHttp, EachClaimCanHoldAndCanFail) {
  testing::expect_each_claim_turns(
      entry(), good_results(),
      {turn("Sync takes the sum", "yes", {"/sync/ops:1000"}, 1.3),
       turn("1000 calls on an event loop", "no", {"event-loop/ops:1000/delay:46ms"}, 36),
       turn("1000 gathered calls", "yes", {"event-loop/ops:1000/delay:46ms"}, 3),
       turn("With 28 calls in flight", "no", {"thread-pool/ops:1000/in_flight:28"}, 1.5),
       turn("A sync server of 32 threads", "yes", {"server_workers:32"}, 0.5),
       turn("An async server answers", "yes", {"event-loop/ops:1000/delay:46ms/timeout"}, 3),
       turn("Even with a thread for each", "no", {"server_workers:1000", "per-op"}, 4),
       {"The server's own p99", "no", [](std::vector<Result>& results) {
          for (auto* one : with(results, {"server_workers:1/"}))
            for (auto& run : one->repetitions)
              run.measurement.observed.service->own_time.add(60s, 1000);
        }}});
}

TEST(ReproduceHttp, ShowsTheWaitsAndBothSidesProcessorTimeOfEachCell) {
  const auto text = printed(good_results());
  EXPECT_THAT(text, HasSubstr("| published async | 0.19 | 0.83 | 1.68 |"));
  EXPECT_THAT(text, HasSubstr("| event-loop of 28 | 1000 | 1739 | ±0.0 % | 95.2 % | 28 | 7.00 | "
                              "9.00 |"));
  EXPECT_THAT(text, HasSubstr("| 32 threads | 1546 | 1472 | 773.8 | 1531 | 46.00 | 32 | 6.00 | "
                              "9.00 |"));
}

TEST(ReproduceHttp, DeadRunsGiveNoFigure) {
  auto results = good_results();
  for (auto& one : results) one.repetitions.assign(one.planned_repetitions, {{}, "killed"});
  const auto text = printed(results);
  EXPECT_THAT(text, HasSubstr("| event-loop of 28 | died ! | died ! | died ! |"));
  EXPECT_THAT(text, HasSubstr("0 of 8 claims hold, 0 do not, 8 not measured."));
}

TEST(ReproduceHttp, AnyPartOfItCanBePrinted) {
  testing::expect_any_part_prints(entry(), good_results());
}

TEST(ReproduceHttp, QuickSaysSoAndTakesATenth) {
  const auto text = printed(good_results(true), true);
  EXPECT_THAT(text, HasSubstr("Quick run: every wait a tenth."));
  EXPECT_THAT(text,
              HasSubstr("| 1000 gathered calls take about one wait | 4.60 ms | 4.83 ms | yes |"));
}

TEST(ReproduceHttp, FitsIntoEightyColumns) { testing::expect_fits(entry(), good_results()); }

}  // namespace
}  // namespace asyncmark::reproduce_http_test
