// The flags of Google Benchmark on the built program, and what it prints where.

#include <gmock/gmock.h>

#include <algorithm>
#include <set>

#include "bench/base/split.hpp"
#include "bench/testing/rows.hpp"
#include "bench/testing/run_program.hpp"

namespace asyncmark::testing::benchmark_flags_test {
namespace {

using ::testing::Contains;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

using Words = std::vector<std::string>;

/// A run of short cases: null under sync and thread-pool, once each.
Ended run_null(Words flags, const Surroundings& surroundings = {}) {
  Words words{"run",   "null",  "--runner",      "sync,thread-pool",
              "--ops", "10,20", "--repetitions", "1"};
  words.insert(words.end(), flags.begin(), flags.end());
  const auto ended = asyncmark(words, surroundings);
  EXPECT_EQ(ended.code, 0) << ended.err;
  EXPECT_THAT(ended.left_running, IsEmpty());
  return ended;
}

std::vector<std::string> names(const Ended& ended) {
  std::vector<std::string> all;
  for (const auto& row : rows(ended)) all.push_back(row.at("name"));
  return all;
}

TEST(BenchmarkFlags, ListTestsPrintsPlainNamesAndRunsNothing) {
  const auto ended = run_null({"--benchmark_list_tests", "--out", "r.json"});
  EXPECT_EQ(ended.out,
            "null/sync/ops:10\nnull/sync/ops:20\nnull/thread-pool/ops:10\n"
            "null/thread-pool/ops:20\n");
  EXPECT_THAT(ended.err, IsEmpty());
  EXPECT_THAT(ended.files, IsEmpty());
}

TEST(BenchmarkFlags, FilterKeepsWhatItMatchesAndWithADashTheRest) {
  EXPECT_EQ(run_null({"--benchmark_list_tests", "--benchmark_filter=sync/ops:[12]0$"}).out,
            "null/sync/ops:10\nnull/sync/ops:20\n");
  EXPECT_EQ(run_null({"--benchmark_list_tests", "--benchmark_filter=-sync|20"}).out,
            "null/thread-pool/ops:10\n");
  EXPECT_THAT(names(run_null({"--benchmark_filter=sync/ops:20", "--benchmark_format=json"})),
              ElementsAre("null/sync/ops:20"));
}

TEST(BenchmarkFlags, RepetitionsOverruleOurOwn) {
  const auto ended = run_null(
      {"--benchmark_repetitions=2", "--benchmark_filter=sync/ops:10", "--benchmark_format=json"});
  EXPECT_THAT(names(ended), ElementsAre("null/sync/ops:10", "null/sync/ops:10",
                                        "null/sync/ops:10_mean", "null/sync/ops:10_median",
                                        "null/sync/ops:10_stddev", "null/sync/ops:10_cv"));
  EXPECT_THAT(ended.out, Not(HasSubstr("manual_time")));
  EXPECT_THAT(ended.out, Not(HasSubstr("iterations:1")));
  EXPECT_EQ(rows(ended)[0].at("run_name"), "null/sync/ops:10");
  EXPECT_EQ(rows(ended)[0].at("repetitions"), 2);
  EXPECT_EQ(rows(ended)[1].at("repetition_index"), 1);
}

TEST(BenchmarkFlags, AggregatesCarryNoCounterButThroughput) {
  const auto ended = run_null({"--benchmark_repetitions=2", "--benchmark_format=json"});
  const std::set<std::string> expected{"name",       "family_index",   "per_family_instance_index",
                                       "run_name",   "run_type",       "repetitions",
                                       "threads",    "aggregate_name", "aggregate_unit",
                                       "iterations", "real_time",      "cpu_time",
                                       "time_unit",  "ops_per_s"};
  for (const auto& row : rows(ended)) {
    std::set<std::string> keys;
    for (const auto& [key, value] : row.items()) keys.insert(key);
    if (row.at("run_type") == "aggregate")
      EXPECT_EQ(keys, expected);
    else
      EXPECT_THAT(keys, ::testing::IsSupersetOf({"completed", "failed", "never_started",
                                                 "ops_per_s", "peak_in_flight", "peak_rss_bytes"}));
  }
}

TEST(BenchmarkFlags, AggregatesAloneWhenAskedFor) {
  for (const auto* flag :
       {"--benchmark_report_aggregates_only=true", "--benchmark_display_aggregates_only=true"}) {
    const auto ended = run_null({"--benchmark_repetitions=2", "--benchmark_format=json", flag});
    ASSERT_EQ(rows(ended).size(), 16u);
    for (const auto& row : rows(ended)) EXPECT_EQ(row.at("run_type"), "aggregate");
  }
}

TEST(BenchmarkFlags, TimesAreTheChildsAndNotTheDrivers) {
  const auto ended =
      asyncmark({"run", "sleep", "--wait", "20ms", "--cpu", "20ms", "--runner", "sync,process-pool",
                 "--ops", "4", "--workers", "2", "--repetitions", "2", "--benchmark_format=json"});
  const auto all = rows(ended);
  for (const auto& row : all) {
    if (row.at("run_type") != "iteration") continue;
    EXPECT_EQ(row.at("time_unit"), "ms");
    // The program itself only waits; 4 x 20 ms are burnt where the operations are.
    EXPECT_GT(row.at("cpu_time"), 70);
    EXPECT_GT(row.at("real_time"), 70);
  }
  EXPECT_GT(row(ended, "sleep/sync").at("real_time"), 155);
  EXPECT_LT(row(ended, "sleep/sync").at("cpu_time"), row(ended, "sleep/sync").at("real_time"));
  const auto mean = row(ended, "sleep/sync/ops:4/wait:20ms/cpu:20ms_mean");
  const double first = all[0].at("cpu_time"), second = all[1].at("cpu_time");
  ASSERT_EQ(all[1].at("run_name"), mean.at("run_name"));
  EXPECT_NEAR(mean.at("cpu_time").get<double>(), (first + second) / 2, 1e-6);
}

TEST(BenchmarkFlags, FormatsAreGoogleBenchmarksOwn) {
  EXPECT_THAT(run_null({"--benchmark_format=csv"}).out, StartsWith("name,iterations,real_time,"));
  const auto console = run_null({"--benchmark_format=console", "--benchmark_color=false"}).out;
  EXPECT_THAT(console, HasSubstr("Benchmark "));
  EXPECT_THAT(console, HasSubstr("null/sync/ops:10 "));
  const auto json = run_null({"--benchmark_format=json", "--benchmark_context=place=here"});
  EXPECT_EQ(Json::parse(json.out).at("context").at("place"), "here");
}

TEST(BenchmarkFlags, OutWritesAFileBesideOurOwnOutput) {
  const auto plain = run_null({});
  const auto json = run_null({"--benchmark_out=f"});
  EXPECT_EQ(json.out.substr(0, 10), plain.out.substr(0, 10));
  EXPECT_THAT(json.out, Not(HasSubstr("\"benchmarks\"")));
  EXPECT_EQ(Json::parse(json.files.at("f")).at("benchmarks").size(), 4u);
  const auto csv = run_null({"--benchmark_out=f", "--benchmark_out_format=csv"});
  EXPECT_THAT(csv.files.at("f"), HasSubstr("\nname,iterations,"));
  EXPECT_THAT(csv.files.at("f"), HasSubstr("\"null/sync/ops:10\",1,"));
  const auto console = run_null({"--benchmark_out=f", "--benchmark_out_format=console"});
  EXPECT_THAT(console.files.at("f"), HasSubstr("null/sync/ops:10 "));
  const auto both = run_null({"--benchmark_out=f", "--benchmark_format=csv"});
  EXPECT_THAT(both.out, StartsWith("name,iterations,"));
  EXPECT_EQ(Json::parse(both.files.at("f")).at("benchmarks").size(), 4u);
}

TEST(BenchmarkFlags, RandomInterleavingMixesTheRunsAndLosesNone) {
  const auto ended = run_null(
      {"--benchmark_repetitions=6", "--benchmark_enable_random_interleaving=true",
       "--benchmark_format=json", "--launcher",
       R"(sh -c 'cat > case; grep -o "name\":\"null/[^\"]*" case >> order; exec "$@" < case' sh)"});
  std::map<std::string, int> runs;
  for (const auto& row : rows(ended))
    if (row.at("run_type") == "iteration") ++runs[row.at("name")];
  EXPECT_EQ(runs.size(), 4u);
  for (const auto& [name, times] : runs) EXPECT_EQ(times, 6) << name;
  // Sorted, the order would have each case's runs side by side: 3 changes from one to the next.
  const auto order = lines_in(ended.files.at("order"));
  EXPECT_EQ(order.size(), 24u);
  int changes = 0;
  for (std::size_t i = 1; i < order.size(); ++i) changes += order[i] != order[i - 1];
  EXPECT_GT(changes, 6);
}

TEST(Output, HoldsResultsAloneAndNoProgressInAPipe) {
  for (const Words& flags : {Words{},
                             {"--benchmark_format=json"},
                             {"--benchmark_format=csv"},
                             {"--benchmark_out=f"},
                             {"--quiet"}}) {
    const auto ended = run_null(flags);
    EXPECT_THAT(ended.out, Not(HasSubstr("\r")));
    EXPECT_THAT(ended.out, Not(HasSubstr("\033")));
    EXPECT_THAT(ended.err, Not(HasSubstr("\r")));
    EXPECT_THAT(ended.err, Not(HasSubstr("left")));
    EXPECT_THAT(ended.out, Not(IsEmpty()));
  }
  EXPECT_THAT(run_null({}).err, IsEmpty());
}

TEST(Output, ShowsProgressOnATerminal) {
  if (!testing::has_terminals()) GTEST_SKIP() << "no pseudo-terminal can be opened here";
  const auto ended = run_null({}, {.terminal = true});
  EXPECT_THAT(ended.err, HasSubstr("\r"));
  EXPECT_THAT(ended.err, HasSubstr("case 1 of 4: null/sync/ops:10"));
  EXPECT_THAT(ended.out, Not(HasSubstr("\r")));
  EXPECT_THAT(run_null({"--quiet"}, {.terminal = true}).err, IsEmpty());
}

}  // namespace
}  // namespace asyncmark::testing::benchmark_flags_test
