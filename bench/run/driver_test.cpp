#include "bench/run/driver.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <iostream>

#include "bench/base/errors.hpp"
#include "bench/child/protocol.hpp"
#include "bench/testing/clean_result.hpp"
#include "bench/testing/run_program.hpp"

namespace asyncmark::driver_test {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

std::vector<Result> cases() {
  std::vector<Result> all;
  for (const auto* runner : {"sync", "thread-pool", "event-loop"})
    for (const std::uint64_t ops : {10, 100}) {
      Result one;
      one.what.workload = "sleep";
      one.what.runner = runner;
      one.what.load.ops = ops;
      all.push_back(std::move(one));
    }
  return all;
}

std::vector<std::string> left(const std::string& filter) {
  std::vector<std::string> names;
  for (const auto& one : filtered(cases(), filter)) names.push_back(one.name());
  return names;
}

std::string refusal(const std::string& filter) {
  try {
    filtered(cases(), filter);
    return "";
  } catch (const UsageError& error) {
    return error.what();
  }
}

TEST(Filter, LeavesEverythingWhenThereIsNone) {
  EXPECT_THAT(left(""), SizeIs(6));
  EXPECT_THAT(left("all"), SizeIs(6));
}

TEST(Filter, IsARegularExpressionFoundAnywhereInTheName) {
  EXPECT_THAT(left("pool"), ElementsAre("sleep/thread-pool/ops:10", "sleep/thread-pool/ops:100"));
  EXPECT_THAT(left("(sync|loop)/ops:10$"),
              ElementsAre("sleep/sync/ops:10", "sleep/event-loop/ops:10"));
  EXPECT_THAT(left("^sleep/sync"), SizeIs(2));
  EXPECT_THAT(left("."), SizeIs(6));
}

TEST(Filter, WithADashInFrontLeavesOut) {
  EXPECT_THAT(left("-sync|event"),
              ElementsAre("sleep/thread-pool/ops:10", "sleep/thread-pool/ops:100"));
  EXPECT_THAT(left("-no such name"), SizeIs(6));
}

TEST(Filter, ThatLeavesNothingIsRefused) {
  for (const std::string filter : {"fibers", "-.", "-", "SYNC", "^sync"})
    EXPECT_THAT(refusal(filter),
                AllOf(HasSubstr("--benchmark_filter"), HasSubstr("'" + filter + "'")));
}

TEST(Filter, ThatIsNoExpressionIsRefused) {
  for (const std::string filter : {"(", "[a", "a{2", "*", "-("})
    EXPECT_THAT(refusal(filter),
                AllOf(HasSubstr("'" + filter + "'"), HasSubstr("regular expression")))
        << filter;
}

std::string refused_flag(const std::string& flag) {
  try {
    BenchmarkFlags::parse({flag});
    return "";
  } catch (const UsageError& error) {
    return error.what();
  }
}

TEST(BenchmarkFlags, ActOnWhatIsOursAndPassOnTheRest) {
  const auto flags = BenchmarkFlags::parse({"--benchmark_filter=a=b", "--benchmark_list_tests",
                                            "--benchmark_repetitions=7", "--benchmark_format=json",
                                            "--benchmark_out=f.json",
                                            "--benchmark_enable_random_interleaving=true"});
  EXPECT_EQ(flags.filter, "a=b");
  EXPECT_TRUE(flags.list_tests);
  EXPECT_EQ(flags.repetitions, 7u);
  EXPECT_EQ(flags.format, "json");
  EXPECT_EQ(flags.out, "f.json");
  EXPECT_EQ(flags.out_format, "json");
  EXPECT_THAT(flags.passed_on,
              ElementsAre("--benchmark_out=f.json", "--benchmark_enable_random_interleaving=true"));
}

TEST(BenchmarkFlags, AreOffUnlessGiven) {
  const auto flags = BenchmarkFlags::parse({});
  EXPECT_FALSE(flags.list_tests);
  EXPECT_FALSE(flags.repetitions);
  EXPECT_FALSE(BenchmarkFlags::parse({"--benchmark_list_tests=false"}).list_tests);
  EXPECT_TRUE(BenchmarkFlags::parse({"--benchmark_list_tests=true"}).list_tests);
}

TEST(BenchmarkFlags, RefuseWrongValuesAndNameTheFlag) {
  for (const std::string flag :
       {"--benchmark_repetitions=0", "--benchmark_repetitions=-1",
        "--benchmark_repetitions=", "--benchmark_repetitions", "--benchmark_repetitions=4294967296",
        "--benchmark_repetitions=2.5", "--benchmark_format=xml",
        "--benchmark_format=", "--benchmark_out_format=table", "--benchmark_list_tests=maybe",
        "--benchmark_min_time=1x", "--benchmark_min_time=2", "--benchmark_min_warmup_time=1"})
    EXPECT_THAT(refused_flag(flag), HasSubstr(flag.substr(0, flag.find('=')))) << flag;
}

struct Driven {
  std::string out;
  std::vector<Result> results;
};

/// Drives two cases with a reporter of Google Benchmark's on standard output: one whose repetitions
/// die where `deaths` says so, and one of a single repetition that does not.
Driven drive_with_deaths(const std::vector<bool>& deaths, const std::string& format) {
  std::vector<Result> results(2);
  for (auto& one : results) {
    const auto* runner = &one == results.data() ? "sync" : "thread-pool";
    one.what = testing::case_of({.runner = runner, .ops = 10, .workload = "null"});
    one.how = one.what.concurrency();
  }
  results.front().planned_repetitions = deaths.size();
  DriverSettings settings;
  // Other tests have set flags of Google Benchmark, which are of the whole process.
  settings.benchmark = BenchmarkFlags::parse({"--benchmark_enable_random_interleaving=false"});
  settings.progress = ProgressMode::none;
  settings.benchmark.format = format;
  settings.child.program = testing::program();
  settings.child.write = [&](const Case& one) {
    const auto& result = results.front();
    if (one.runner == "sync" && deaths[result.repetitions.size()])
      throw CaseError("died as it was told to");
    return write_case(one);
  };
  ::testing::internal::CaptureStdout();
  drive(results, settings);
  std::cout.flush();
  return {::testing::internal::GetCapturedStdout(), std::move(results)};
}

TEST(Drive, SurvivesDeathsAtAnyRepetitionInEveryFormat) {
  for (unsigned bits = 1; bits < 8; ++bits)
    for (const std::string format : {"", "json", "csv", "console"}) {
      const std::vector<bool> deaths{(bits & 1) != 0, (bits & 2) != 0, (bits & 4) != 0};
      const auto driven = drive_with_deaths(deaths, format);
      const auto died = static_cast<std::size_t>(std::ranges::count(deaths, true));
      SCOPED_TRACE(format + driven.out);
      ASSERT_THAT(driven.results.front().repetitions, SizeIs(3));
      EXPECT_THAT(driven.results.front().finished(), SizeIs(3 - died));
      EXPECT_THAT(driven.results.back().finished(), SizeIs(1));
      std::size_t told = 0;
      for (auto at = driven.out.find("died as"); at != std::string::npos;
           at = driven.out.find("died as", at + 1))
        ++told;
      EXPECT_EQ(told, format.empty() ? 0 : died);
    }
}

TEST(Drive, ReportsAggregatesOfTheRepetitionsThatFinished) {
  const auto driven = drive_with_deaths({true, false, false}, "json");
  const auto rows = Json::parse(driven.out).at("benchmarks");
  const auto times = driven.results.front().elapsed();
  ASSERT_EQ(rows.size(), 3 + 4 + 1u);
  EXPECT_EQ(rows[0].at("error_message"), "died as it was told to");
  EXPECT_EQ(rows[1].at("repetition_index"), 1);
  EXPECT_EQ(rows[1].at("completed"), 10);
  EXPECT_EQ(rows[3].at("aggregate_name"), "mean");
  EXPECT_EQ(rows[3].at("iterations"), 2);
  EXPECT_NEAR(rows[3].at("real_time").get<double>(), seconds(times[0] + times[1]) / 2 * 1e3, 1e-9);
  const auto apart = std::abs(seconds(times[0] - times[1]));
  EXPECT_NEAR(rows[6].at("real_time").get<double>(),
              apart / std::sqrt(2) / (seconds(times[0] + times[1]) / 2), 1e-9)
      << "a share is no time, and not divided by the iterations";
}

TEST(Drive, ReportsNoAggregatesOfOneRepetition) {
  const auto rows = Json::parse(drive_with_deaths({true, false, true}, "json").out);
  EXPECT_EQ(rows.at("benchmarks").size(), 3 + 1u);
}

}  // namespace
}  // namespace asyncmark::driver_test
