#include "bench/run/driver.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bench/base/errors.hpp"

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

}  // namespace
}  // namespace asyncmark::driver_test
