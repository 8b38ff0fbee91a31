// What stands before a case's process: the option --launcher of the built program.

#include <gmock/gmock.h>
#include <sched.h>

#include "bench/testing/rows.hpp"
#include "bench/testing/run_program.hpp"

namespace asyncmark::testing::launcher_test {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

using Words = std::vector<std::string>;

Words joined(Words left, const Words& right) {
  left.insert(left.end(), right.begin(), right.end());
  return left;
}

const Words kNull{"null", "--runner", "sync,process-pool", "--workers", "2", "--ops", "10"};

/// `run` with these words once, with Google Benchmark's JSON on standard output.
Ended run_launched(const std::string& launcher, const Words& words = kNull) {
  const auto ended =
      asyncmark(joined(joined({"run"}, words),
                       {"--repetitions", "1", "--benchmark_format=json", "--launcher", launcher}));
  EXPECT_THAT(ended.left_running, IsEmpty());
  return ended;
}

TEST(Launcher, StandsBeforeEveryChild) {
  const auto ended = run_launched(R"(env FOO=bar sh -c 'echo $FOO >> seen; exec "$@"' sh)");
  EXPECT_EQ(ended.code, 0) << ended.err;
  EXPECT_EQ(ended.files.at("seen"), "bar\nbar\n");
  for (const auto& row : rows(ended)) EXPECT_EQ(number(row, "completed"), 10u);
}

TEST(Launcher, MayBindTheChildToAProcessor) {
  cpu_set_t allowed;
  sched_getaffinity(0, sizeof allowed, &allowed);
  int first = 0;
  while (!CPU_ISSET(first, &allowed)) ++first;
  const auto cpu = std::to_string(first);
  const auto ended =
      run_launched("taskset -c " + cpu +
                   " sh -c 'grep Cpus_allowed_list /proc/self/status > seen; exec \"$@\"' sh");
  EXPECT_EQ(ended.code, 0) << ended.err;
  EXPECT_EQ(ended.files.at("seen"), "Cpus_allowed_list:\t" + cpu + "\n");
}

TEST(Launcher, MayBeNoisyWithoutSpoilingTheResults) {
  const auto ended = run_launched(R"(sh -c 'echo noise; "$@"; echo more noise' sh)");
  EXPECT_EQ(ended.code, 0) << ended.err;
  for (const auto& row : rows(ended)) EXPECT_EQ(number(row, "completed"), 10u);
  EXPECT_THAT(ended.err, HasSubstr("more noise"));
}

TEST(Launcher, ThatStartsNoChildIsReported) {
  const auto reason = [](const std::string& launcher, const Words& more = {}) {
    const auto ended = run_launched(launcher, joined(kNull, more));
    EXPECT_EQ(ended.code, 4);
    return row(ended, "null/sync").at("error_message").get<std::string>();
  };
  EXPECT_EQ(reason("true"), "ended without a report");
  EXPECT_EQ(reason("false"), "ended by exit 1");
  EXPECT_EQ(reason("sh -c 'kill -9 $$'"), "killed by SIGKILL");
  EXPECT_EQ(reason("sh -c 'sleep 60'", {"--time-limit", "300ms"}),
            "still running after --time-limit 300ms");
  EXPECT_THAT(reason("sh -c 'echo nonsense >&3'"), HasSubstr("its report cannot be read"));
  EXPECT_THAT(reason("sh -c 'echo {} >&3'"), HasSubstr("its report cannot be read"));
  EXPECT_THAT(reason(R"(sh -c 'echo {\"protocol\":1,\"measurement\":{\"completed\":\"x\"}} >&3')"),
              HasSubstr("its report cannot be read"));
}

TEST(Launcher, IsEndedWithAllItStarted) {
  const auto hung = run_launched(R"(sh -c 'sleep 60 & sh -c "sleep 60; true" & "$@"; sleep 60' sh)",
                                 {"faulty", "--fault", "hang", "--runner", "process-pool", "--ops",
                                  "10", "--time-limit", "300ms"});
  EXPECT_EQ(hung.code, 4);
  EXPECT_THAT(hung.err, HasSubstr("still running after --time-limit 300ms"));
  const auto fine = run_launched(R"(sh -c 'sleep 60 & exec "$@"' sh)");
  EXPECT_EQ(fine.code, 0) << fine.err;
}

}  // namespace
}  // namespace asyncmark::testing::launcher_test
