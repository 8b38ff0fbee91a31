#include "reports/tables/context_lines.hpp"

#include <gmock/gmock.h>

#include "reports/testing/constructed.hpp"

namespace asyncmark::context_lines_test {
namespace {

using ::testing::Contains;
using ::testing::Key;
using ::testing::Not;
using ::testing::Pair;

Json null_cost(const char* runner, double ns) {
  return {{"runner", runner}, {"case", "null"}, {"ns_per_op", ns}};
}

TEST(ContextLines, SayWhatTheHarnessCosts) {
  auto context = testing::some_context();
  context.facts["calibration"] = {
      {"clock_ns", 22.05},
      {"sleep_overshoot_median_ns", 90'400},
      {"sleep_overshoot_max_ns", 130'000},
      {"timer_slack_ns", 50'000},
      {"null", {null_cost("sync", 45.1), null_cost("threads", 23'700)}}};
  EXPECT_THAT(context_lines(context),
              Contains(Pair("harness",
                            "clock read 22 ns, sleeps end 90.4 us late, timer slack 50.0 us, empty "
                            "operation 45 ns for sync, 23.7 us for threads")));
}

TEST(ContextLines, GiveTheLeastAndTheMostOfARunnerWithSeveralOptions) {
  auto context = testing::some_context();
  context.facts["calibration"]["null"] = {null_cost("sync", 45), null_cost("pool", 90),
                                          null_cost("pool", 60), null_cost("pool", 75)};
  EXPECT_THAT(context_lines(context),
              Contains(Pair("harness", "empty operation 45 ns for sync, 60 ns to 90 ns for pool")));
}

TEST(ContextLines, SayThatCalibrationWasSkipped) {
  auto context = testing::some_context();
  context.facts["calibration_skipped"] = true;
  EXPECT_THAT(context_lines(context),
              Contains(Pair("harness", "not calibrated (--no-calibration)")));
}

TEST(ContextLine, HasTheMachineAndTheBuild) {
  auto context = testing::some_context();
  context.facts["asyncmark_version"] = "0.1.0";
  context.facts["kernel"] = "Linux 6.1.5-cloud-amd64";
  EXPECT_EQ(context_line(context, " | "),
            "Some Processor, 2 cores, Linux 6.1.5, load 0.5 | asyncmark 0.1.0 (0123456789ab)");
  EXPECT_EQ(context_line({}, " | "), "");
}

TEST(ContextLines, LeaveOutWhatIsNotKnown) {
  EXPECT_THAT(context_lines(testing::some_context()), Not(Contains(Key("harness"))));
  EXPECT_TRUE(context_lines({}).empty());
}

}  // namespace
}  // namespace asyncmark::context_lines_test
