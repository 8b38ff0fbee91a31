#include "reports/reproductions/stall/reproduce_stall.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "bench/base/split.hpp"
#include "bench/plan/reproduction_entry.hpp"
#include "bench/testing/run_program.hpp"
#include "reports/testing/constructed.hpp"

namespace asyncmark::reproduce_stall_test {
namespace {

using namespace std::chrono_literals;
using reproduce_stall::Wrk;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

const ReproductionEntry& entry() { return Registry<ReproductionEntry>::at("stall"); }

constexpr const char* kOmitted = "(coordinated omission)";
constexpr const char* kUsersGet = "That is what users get.";
constexpr const char* kHidesToo = "Service time alone hides it as well";
constexpr const char* kInFront = "a server knows nothing of a queue in front of it";

constexpr const char* kWrkOutput = R"(Running 3s test @ http://127.0.0.1:1/
  1 threads and 1 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency     1.46ms    8.91ms 200.93ms   99.80%
    Req/Sec   712.00     80.00   0.90k    80.00%
  Latency Distribution
     50%    1.07ms
     75%    1.08ms
     90%    1.10ms
     99%    1.31ms
  2136 requests in 3.00s, 256.00KB read
Requests/sec:    711.97
Transfer/sec:     85.33KB
)";

/// So many of 1000 are as slow as that.
void add(Histogram& times, int slow, Duration slowness) {
  times.add(1ms, static_cast<std::uint64_t>(2000 - 2 * slow));
  times.add(slowness, static_cast<std::uint64_t>(2 * slow));
}

/// As a quiet machine gives them: a stall is met by one, or by all that are due in it.
std::vector<Result> good_results() {
  auto results = expand(entry().plan(false));
  for (auto& one : results) {
    const bool open = one.what.load.rate.has_value();
    const bool one_at_a_time = one.what.runner == "sync";
    Repetition run;
    auto& measured = run.measurement;
    measured.completed = one.what.load.ops;
    measured.passes = {{4s, 10ms, measured.completed}};
    measured.peak_in_flight = one_at_a_time ? 1 : 90;
    add(measured.service_time, one_at_a_time ? 2 : 180, 190ms);
    if (open) add(measured.response_time, 180, 190ms);
    measured.observed.service.emplace();
    add(measured.observed.service->own_time, one_at_a_time ? 2 : 180, 189ms);
    one.repetitions = {run};
  }
  return results;
}

std::string printed(const std::vector<Result>& results, const Context& context = {}) {
  return testing::unwrapped(entry().print(context, results, false));
}

Context with_wrk(const std::string& output) {
  Context context;
  context.facts["others"] = {{"wrk", output}};
  return context;
}

TEST(ReproduceStall, PlansOneClosedLoopAndThreeOpenOnesOnTheSameArrivals) {
  std::vector<std::string> names;
  std::vector<std::vector<std::int64_t>> arrivals;
  for (const auto& one : expand(entry().plan(false))) {
    names.push_back(one.name());
    if (one.what.load.due) arrivals.push_back(*one.what.load.due);
  }
  EXPECT_THAT(names,
              ElementsAre("http/sync/ops:2000/delay:1ms/server_stall:200ms@500",
                          "http/sync/ops:2000/rate:450/delay:1ms/server_stall:200ms@500",
                          "http/thread-pool/ops:2000/rate:450/delay:1ms/server_stall:200ms@500",
                          "http/event-loop/ops:2000/rate:450/delay:1ms/server_stall:200ms@500"));
  ASSERT_EQ(arrivals.size(), 3u);
  EXPECT_EQ(arrivals[0], arrivals[1]);
  EXPECT_EQ(arrivals[0], arrivals[2]);
}

TEST(ReproduceStall, GoodFiguresCarryEverySentence) {
  const auto text = printed(good_results(), with_wrk(kWrkOutput));
  EXPECT_THAT(text, AllOf(HasSubstr(kOmitted), HasSubstr(kUsersGet), HasSubstr(kHidesToo),
                          HasSubstr(kInFront)));
  EXPECT_THAT(text, HasSubstr("18% of all, and wait for up to 200ms: by arithmetic the 99th "
                              "percentile of what callers see is 190 ms"));
  EXPECT_THAT(text, HasSubstr("wrk, a closed loop as well, has a p99 of 1.31 ms."));
  EXPECT_THAT(text, HasSubstr("| wrk, filled in | closed | 712 | 1.07 ms | 1.31 ms | - |"));
  EXPECT_THAT(text, HasSubstr("| sync | closed | 500 | 1.00 ms | 1.00 ms | - | - | 190 ms | "
                              "1.00 ms |"));
}

TEST(ReproduceStall, WithoutWrkSaysSo) {
  EXPECT_THAT(printed(good_results()), HasSubstr("wrk was not asked"));
  EXPECT_THAT(printed(good_results(), with_wrk("wrk: command not found")),
              HasSubstr("wrk was not asked"));
}

TEST(ReproduceStall, WhatWrkAddsAfterwardsIsNotTakenForAMeasurement) {
  std::string output = kWrkOutput;
  output.replace(output.find("1.31ms"), 6, "191.00ms");
  EXPECT_THAT(printed(good_results(), with_wrk(output)),
              HasSubstr("So its p99 of 191 ms is no measurement"));
}

TEST(ReproduceStall, ReadsWhatWrkPrints) {
  const auto wrk = Wrk::parse(kWrkOutput);
  ASSERT_TRUE(wrk);
  EXPECT_EQ(wrk->p50, 1070us);
  EXPECT_EQ(wrk->p99, 1310us);
  EXPECT_DOUBLE_EQ(wrk->ops_per_s, 711.97);
  EXPECT_FALSE(Wrk::parse(""));
  EXPECT_FALSE(Wrk::parse("  50% quick\n  99% slow\n"));
}

TEST(ReproduceStall, AClosedLoopThatSawTheStallIsNotSaidToHaveMissedIt) {
  auto results = good_results();
  add(results[0].repetitions[0].measurement.service_time, 500, 190ms);
  EXPECT_THAT(printed(results), Not(HasSubstr(kOmitted)));
}

TEST(ReproduceStall, AnOpenLoopThatDidNotSeeTheStallIsTold) {
  auto results = good_results();
  auto& times = results[2].repetitions[0].measurement.response_time;
  times.clear();
  add(times, 2, 190ms);
  const auto text = printed(results);
  EXPECT_THAT(text, Not(HasSubstr(kUsersGet)));
  EXPECT_THAT(text, HasSubstr("That is not what the arithmetic gives"));
}

TEST(ReproduceStall, ServiceTimesThatTellItAreNotSaidToHideIt) {
  auto results = good_results();
  auto& measured = results[1].repetitions[0].measurement;
  measured.service_time.clear();
  add(measured.service_time, 180, 190ms);
  add(measured.observed.service->own_time, 180, 190ms);
  EXPECT_THAT(printed(results), AllOf(Not(HasSubstr(kHidesToo)), Not(HasSubstr(kInFront))));
}

TEST(ReproduceStall, NothingIsSaidOfWhatWasNotRunOrFailed) {
  auto failed = good_results();
  for (auto& one : failed) {
    one.repetitions[0].measurement.completed -= 3;
    one.repetitions[0].measurement.add_failures("reset", 3);
  }
  for (const auto& results : {failed, std::vector<Result>{}})
    for (const auto* claim : {kOmitted, kUsersGet, kHidesToo, kInFront})
      EXPECT_THAT(printed(results), Not(HasSubstr(claim)));
  EXPECT_THAT(printed(failed), HasSubstr("! sync at 2000: 1997 of 2000 operations completed"));
}

TEST(ReproduceStall, FitsAWideTerminal) {
  for (const auto& line : lines_in(entry().print(with_wrk(kWrkOutput), good_results(), false)))
    EXPECT_LE(line.size(), 121u) << line;
}

/// The program itself, against the real server.
TEST(SlowReproduceStall, IsSeenByOpenLoopsAndByNoClosedOne) {
  const auto ended = testing::asyncmark({"reproduce", "stall", "--quick"});
  ASSERT_EQ(ended.code, 0) << ended.err;
  EXPECT_THAT(ended.out, HasSubstr("# A server that stalls, and who notices (quick: half"));
  const auto document = Json::parse(ended.files.at("asyncmark-stall.json"));
  std::map<std::string, Json> rows;
  for (const auto& row : document.at("benchmarks")) rows[row.at("name")] = row;
  ASSERT_EQ(rows.size(), 4u);
  for (const auto& [name, row] : rows) {
    const bool open = name.find("/rate:450") != std::string::npos;
    const auto p99 = row.at(open ? "response_p99_ns" : "service_p99_ns").get<double>();
    EXPECT_EQ(p99 > 100e6, open) << name << " " << p99;
    EXPECT_EQ(row.at("completed"), 1000) << name;
  }
}

}  // namespace
}  // namespace asyncmark::reproduce_stall_test
