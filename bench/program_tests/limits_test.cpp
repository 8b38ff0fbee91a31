// Limits of the machine that are too low for anything: what the built program says of them.

#include <gmock/gmock.h>

#include "bench/testing/run_program.hpp"
#include "bench/testing/sanitized.hpp"

namespace asyncmark::testing::limits_test {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Words = std::vector<std::string>;

TEST(Limits, WithoutWhatAnythingNeedsSaysSoInOneLine) {
  for (const auto& [limit, says] :
       {std::pair{"--nofile=8",
                  "asyncmark: 8 files may be open at once, and 16 are needed; raise "
                  "ulimit -n\n"},
        {"--nofile=11",
         "asyncmark: 11 files may be open at once, and 16 are needed; raise ulimit "
         "-n\n"},
        {"--stack=131072",
         "asyncmark: a stack may have 128 KiB, and 512 are needed; raise ulimit "
         "-s\n"}}) {
    if (kSanitized && std::string(limit).starts_with("--stack")) continue;
    const auto ended = run_program({"prlimit", limit, program(), "run", "null", "--ops", "10"});
    EXPECT_EQ(ended.code, 2);
    EXPECT_EQ(ended.err, says);
  }
}

TEST(Limits, WithoutAPlaceForErrorsEndsAllTheSame) {
  for (const Words& words :
       {Words{"run", "null", "--ops", "0"}, {"run", "null", "--ops", "9", "--out", "/dev/full"}}) {
    Words all{"sh", "-c", "exec \"$@\" 2>/dev/full", "sh", program()};
    all.insert(all.end(), words.begin(), words.end());
    EXPECT_EQ(run_program(all).code, 2);
  }
}

TEST(Limits, WithoutRoomForFilesSaysSo) {
  for (const auto* limit : {"ulimit -f 0", "ulimit -f 1", "trap '' XFSZ; ulimit -f 0"}) {
    // What it says goes to a pipe, for files have no room.
    const auto ended = run_program(
        {"sh", "-c", std::string("{ ") + limit + "; \"$@\" 2>&1 >/dev/null; echo $?; } | cat", "sh",
         program(), "run", "null", "--ops", "10", "--runner", "sync,event-loop", "--no-calibration",
         "--out", "r.json"});
    EXPECT_EQ(ended.out, "warning: --out: 'r.json' could not be written: File too large\n2\n");
  }
}

/// Its case does not fit a pipe.
TEST(Adapters, ThatNeverReadTheirCaseEndAtTheTimeLimit) {
  const auto ended =
      asyncmark({"run", "exec", "--command", "true " + std::string(100'000, 'x'), "--ops", "1",
                 "--runner", "cmd:sleep 97531", "--time-limit", "500ms", "--repetitions", "1"});
  EXPECT_EQ(ended.code, 4);
  EXPECT_THAT(ended.err, HasSubstr("still running after --time-limit 500ms"));
  EXPECT_THAT(ended.left_running, IsEmpty());
}

}  // namespace
}  // namespace asyncmark::testing::limits_test
