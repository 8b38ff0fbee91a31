#include "reports/reproductions/stall/reproduce_stall.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "bench/plan/reproduction_entry.hpp"
#include "bench/testing/run_program.hpp"
#include "reports/testing/constructed.hpp"

namespace asyncmark::reproduce_stall_test {
namespace {

using namespace std::chrono_literals;
using reproduce_stall::Wrk;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

const ReproductionEntry& entry() { return Registry<ReproductionEntry>::at("stall"); }

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

Context with_wrk(const std::string& output) {
  Context context;
  context.facts["others"] = {{"wrk", output}};
  return context;
}

std::string printed(const std::vector<Result>& results, const Context& context = {}) {
  return entry().print(context, results, false, Markup::markdown);
}

constexpr const char* kWrk = "wrk: the p99";

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

/// Operations of that case so slow that the p99 shows it.
testing::Turn slow(const char* sentence, std::size_t number, Histogram Measurement::*times) {
  return {sentence, "no", [=](std::vector<Result>& results) {
            add(results[number].repetitions[0].measurement.*times, 500, 190ms);
          }};
}

std::vector<Result> without_own_times(std::vector<Result> results) {
  for (auto& one : results) one.repetitions[0].measurement.observed.service.reset();
  return results;
}

TEST(ReproduceStall, EachClaimCanHoldAndCanFail) {
  const auto own_times = [](std::vector<Result>& results, std::size_t number) -> Histogram& {
    return results[number].repetitions[0].measurement.observed.service->own_time;
  };
  auto turns = std::vector<testing::Turn>{
      {"Open loop: the response p99", "yes",
       [](std::vector<Result>& results) {
         auto& times = results[2].repetitions[0].measurement.response_time;
         times.clear();
         add(times, 2, 190ms);
       }},
      slow("Closed loop: the service p99", 0, &Measurement::service_time),
      slow("Open loop, one client", 1, &Measurement::service_time),
      {"One client: the server's own", "no",
       [&](std::vector<Result>& results) { add(own_times(results, 1), 500, 190ms); }},
      {"Event loop: the server's own", "yes",
       [&](std::vector<Result>& results) {
         own_times(results, 3).clear();
         add(own_times(results, 3), 2, 190ms);
       }},
  };
  for (const auto& [sentence, verdict, change] : turns) {
    auto results = good_results();
    EXPECT_EQ(testing::verdict_in(printed(results), sentence), verdict) << sentence;
    change(results);
    for (auto& one : results) one.forget_summary();
    EXPECT_EQ(testing::verdict_in(printed(results), sentence), verdict == "yes" ? "no" : "yes");
    EXPECT_THAT(testing::verdict_in(printed({}), sentence), HasSubstr("it was not run"));
  }
  EXPECT_THAT(printed(good_results()), HasSubstr("2 of 6 claims hold, 3 do not, 1 not measured."));
  EXPECT_THAT(testing::verdict_in(printed(without_own_times(good_results())), "Event loop"),
              HasSubstr("event-loop at 2000: no such figure"));
}

TEST(ReproduceStall, JudgesWhatWrkPrints) {
  std::string corrected = kWrkOutput;
  corrected.replace(corrected.find("1.31ms"), 6, "191.00ms");
  const auto verdict = [](const Context& context) {
    return testing::verdict_in(printed(good_results(), context), kWrk);
  };
  EXPECT_EQ(verdict(with_wrk(kWrkOutput)), "no");
  EXPECT_EQ(verdict(with_wrk(corrected)), "yes");
  EXPECT_EQ(verdict(with_wrk("wrk: command not found")),
            "not measured: wrk is not installed or failed");
  EXPECT_EQ(verdict({}), "not measured: wrk is not installed or failed");
}

TEST(ReproduceStall, ShowsTheTimesOfEachClient) {
  const auto text = printed(good_results(), with_wrk(kWrkOutput));
  EXPECT_THAT(text, HasSubstr("| wrk | closed | 712 | 1.07 ms | 1.31 ms | - |"));
  EXPECT_THAT(text, HasSubstr("| sync | closed | 500 | 1.00 ms | 1.00 ms | - | - | 190 ms | "
                              "1.00 ms |"));
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

TEST(ReproduceStall, FailedOperationsAreNamed) {
  auto failed = good_results();
  failed[1].repetitions[0].measurement.completed -= 3;
  failed[1].repetitions[0].measurement.add_failures("reset", 3);
  EXPECT_THAT(printed(failed), HasSubstr("! sync at 2000: 1997 of 2000 operations completed"));
}

TEST(ReproduceStall, FitsIntoEightyColumns) { testing::expect_fits(entry(), good_results()); }

/// The program itself, against the real server.
TEST(SlowReproduceStall, IsSeenByOpenLoopsAndByNoClosedOne) {
  const auto ended = testing::asyncmark({"reproduce", "stall", "--quick"});
  ASSERT_EQ(ended.code, 0) << ended.err;
  EXPECT_THAT(ended.out, HasSubstr("A server that stalls for 200 ms"));
  EXPECT_THAT(ended.out, HasSubstr("Quick run: half as many"));
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
