// A repetition that dies, the first one as well as the last, costs no other result.

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <cstddef>

#include "bench/base/options.hpp"
#include "bench/testing/run_program.hpp"
#include "bench/testing/sanitized.hpp"

namespace asyncmark::testing::deaths_test {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

using Words = std::vector<std::string>;

/// Two cases of three repetitions, of which the one that starts as the `at`th comes to `cause`.
Ended run_with_death(int at, const std::string& cause, const Words& format) {
  Words words{"run",
              "null",
              "--ops",
              "10",
              "--runner",
              "sync,thread-pool",
              "--time-limit",
              "3s",
              "--launcher",
              fmt::format("sh -c 'echo >>starts; if [ $(wc -l <starts) = {} ]; then {}; fi; exec "
                          "\"$@\"' sh",
                          at, cause),
              "--out",
              "r.json"};
  words.insert(words.end(), format.begin(), format.end());
  return asyncmark(words);
}

void expect_one_death(const Ended& ended, int at, const std::string& reason) {
  EXPECT_EQ(ended.code, 4) << ended.err;
  EXPECT_THAT(ended.left_running, IsEmpty());
  EXPECT_THAT(ended.err, HasSubstr(reason));
  int repetition = 0;
  const auto document = Json::parse(ended.files.at("r.json"));
  for (const auto& row : document.at("benchmarks")) {
    if (row.at("run_type") != "iteration") continue;
    EXPECT_EQ(row.contains("error_occurred"), ++repetition == at) << row;
    EXPECT_EQ(row.contains("completed"), repetition != at) << row;
  }
  EXPECT_EQ(repetition, 6);
}

TEST(Deaths, OfAnyRepetitionBySignalCostNoOtherResultInAnyFormat) {
  const Words formats[] = {{},
                           {"--benchmark_format=json"},
                           {"--benchmark_format=csv"},
                           {"--benchmark_format=console"},
                           {"--format", "csv"},
                           {"--format", "markdown", "--benchmark_out=b.json"}};
  int at = 0;
  for (const auto& format : formats) {
    SCOPED_TRACE(++at);
    expect_one_death(run_with_death(at, "kill -SEGV $$", format), at, "killed by SIGSEGV");
  }
}

TEST(Deaths, ByTheTimeLimitOrForMemoryCostNoOtherResult) {
  expect_one_death(run_with_death(1, "exec sleep 60", {"--benchmark_format=json"}), 1,
                   "still running after --time-limit 3s");
  expect_one_death(run_with_death(5, "exec sleep 60", {}), 5,
                   "still running after --time-limit 3s");
  if (kSanitized) GTEST_SKIP() << "sanitizers need terabytes of address space";
  for (const int at : {1, 4})
    expect_one_death(run_with_death(at, "ulimit -v 9000", {"--benchmark_out=b.json"}), at,
                     "warning: null/");
}

TEST(Deaths, OfEveryRepetitionAreToldWhereAggregatesAloneAreAskedFor) {
  const auto ended =
      run_with_death(1, "rm starts; kill -KILL $$",
                     {"--benchmark_format=json", "--benchmark_report_aggregates_only=true"});
  EXPECT_EQ(ended.code, 4);
  const auto rows = Json::parse(ended.out).at("benchmarks");
  EXPECT_EQ(rows.at(0).at("error_message"), "killed by SIGKILL") << rows;
}

}  // namespace
}  // namespace asyncmark::testing::deaths_test
