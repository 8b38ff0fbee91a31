// `asyncmark run exec`: processes, what they come to, and that none is left.

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <sys/stat.h>

#include <algorithm>
#include <fstream>

#include "bench/model/runner_entry.hpp"
#include "bench/testing/rows.hpp"
#include "bench/testing/run_program.hpp"

namespace asyncmark::testing::exec_test {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

using Words = std::vector<std::string>;

/// Four operations in each runner, at most two at once.
Ended run_exec(const Words& more, const Words& command) {
  Words words{"run", "exec",          "--ops", "4",        "--in-flight",
              "2",   "--repetitions", "1",     "--format", "json"};
  words.insert(words.end(), more.begin(), more.end());
  words.emplace_back("--");
  words.insert(words.end(), command.begin(), command.end());
  return asyncmark(words);
}

Words shell(const std::string& script) { return {"sh", "-c", script}; }

double figure(const Json& row, const char* counter) { return row.at(counter).get<double>(); }

const Words kThreeRunners{"--runner", "sync,event-loop,process-pool"};

TEST(Exec, CompletesUnderEveryRunnerAndLeavesNothing) {
  const auto ended = run_exec({}, shell("sleep 97531 & exit 0"));
  EXPECT_EQ(ended.code, 0) << ended.err;
  ASSERT_THAT(rows(ended), SizeIs(built_in_runners().size()));
  for (const auto& row : rows(ended)) EXPECT_EQ(number(row, "completed"), 4u) << row.at("name");
  EXPECT_THAT(ended.left_running, IsEmpty());
}

TEST(Exec, CountsFailuresByHowTheCommandEnded) {
  for (const auto& [script, reason] :
       {std::pair{"exit 3", "exit 3"}, {"kill -SEGV $$", "SIGSEGV"}}) {
    const auto ended = run_exec(kThreeRunners, shell(script));
    EXPECT_EQ(ended.code, 4);
    ASSERT_THAT(rows(ended), SizeIs(3));
    for (const auto& row : rows(ended))
      EXPECT_THAT(ended.err, HasSubstr(fmt::format("{}: 4 of 4 operations failed (4 {})",
                                                   row.at("name").get<std::string>(), reason)));
  }
}

TEST(Exec, SucceedsWithTheExitCodeThatIsExpected) {
  const auto with = [](const char* code) {
    return run_exec({"--runner", "event-loop", "--expect-exit", code}, shell("exit 3")).code;
  };
  EXPECT_EQ(with("3"), 0);
  EXPECT_EQ(with("0"), 4);
}

TEST(Exec, EndsWhatIsLateWithAllItStarted) {
  const auto ended =
      run_exec({"--timeout", "200ms", "--warmup", "0", "--runner", "sync,event-loop,hybrid"},
               shell("sleep 97531 & sleep 97532"));
  EXPECT_EQ(ended.code, 4);
  ASSERT_THAT(rows(ended), SizeIs(3));
  for (const auto& row : rows(ended))
    EXPECT_THAT(ended.err, HasSubstr(row.at("name").get<std::string>() +
                                     ": 4 of 4 operations failed (4 time-out)"));
  EXPECT_THAT(ended.left_running, IsEmpty());
}

TEST(Exec, IsEndedWithACaseThatIsLate) {
  const auto ended = run_exec({"--time-limit", "1s", "--runner", "event-loop,process-pool"},
                              shell("sleep 97531 & sleep 97532"));
  EXPECT_EQ(ended.code, 4);
  EXPECT_THAT(ended.err, HasSubstr("--time-limit"));
  EXPECT_THAT(ended.left_running, IsEmpty());
}

TEST(Exec, IsDroppedWithWhatRunsWhenTheDrainIsOver) {
  const auto ended =
      asyncmark({"run", "exec", "--command", "sh -c 'sleep 97531 & sleep 97532'", "--duration",
                 "50ms", "--drain", "50ms", "--in-flight", "2", "--warmup", "0", "--repetitions",
                 "1", "--runner", "thread-pool,event-loop,process-pool", "--format", "json"});
  EXPECT_EQ(ended.code, 0) << ended.err;
  ASSERT_THAT(rows(ended), SizeIs(3));
  for (const auto& row : rows(ended)) {
    EXPECT_EQ(number(row, "completed"), 0u) << row.at("name");
    EXPECT_EQ(number(row, "never_started"), 2u) << row.at("name");
  }
  EXPECT_THAT(ended.left_running, IsEmpty());
}

/// The command computes all the time, and asyncmark next to nothing.
TEST(Exec, CountsTheProcessorTimeOfCommands) {
  const auto ended = run_exec({"--runner", "sync,thread-pool,event-loop,process-pool"},
                              shell("i=0; while [ $i -lt 30000 ]; do i=$((i+1)); done"));
  EXPECT_EQ(ended.code, 0) << ended.err;
  EXPECT_THAT(ended.out, Not(HasSubstr("hidden-threads"))) << "they are known to be there";
  ASSERT_THAT(rows(ended), SizeIs(4));
  for (const auto& row : rows(ended)) {
    SCOPED_TRACE(row.at("name").get<std::string>());
    EXPECT_GT(figure(row, "cpu_ns_per_op"), 3e6);
    EXPECT_LT(figure(row, "cpu_ns_per_op"), 2 * figure(row, "service_mean_ns"));
    EXPECT_FALSE(row.contains("memory_bytes_per_op")) << "that of commands is not known";
  }
}

TEST(Exec, GivesTheCommandNoFileOfOurs) {
  const auto ended =
      run_exec(kThreeRunners, shell("[ \"$(ls /proc/self/fd | tr '\\n' ' ')\" = '0 1 2 3 ' ]"));
  EXPECT_EQ(ended.code, 0) << ended.err;
}

TEST(Exec, CountsWhatIsNoProgram) {
  const auto file = ::testing::TempDir() + "no-interpreter";
  std::ofstream(file) << "#!/nowhere/at/all\n";
  chmod(file.c_str(), 0755);
  const auto ended = run_exec(kThreeRunners, {file});
  EXPECT_EQ(ended.code, 4);
  EXPECT_THAT(ended.err, HasSubstr("(4 start: ENOENT)"));
}

TEST(Exec, TakesACommandOnTheCommandLineAsTheOption) {
  const auto behind = run_exec({"--runner", "sync"}, shell("test \"it's\" = \"$0\"; exit $?"));
  const auto name = rows(behind).at(0).at("name").get<std::string>();
  EXPECT_THAT(name, HasSubstr("/command:sh -c 'test \"it'\\''s\" = \"$0\"; exit $?'"));
  const auto option = asyncmark({"run", "exec", "--command", "sh -c 'exit 0' --ops", "--ops", "4",
                                 "--runner", "sync", "--repetitions", "1"});
  EXPECT_EQ(option.code, 0) << option.err;
}

TEST(Exec, GivesTheCommandItsArgumentsAsTheyAre) {
  const Words arguments{"'hello'", "'", "''", "", "'a' || 'b'", "\"", "\\", "$HOME", " a ", "a\nb"};
  auto command = shell("for a; do printf '<%s>' \"$a\"; done >got");
  command.emplace_back("sh");
  command.insert(command.end(), arguments.begin(), arguments.end());
  const auto ended = run_exec({"--runner", "sync"}, command);
  EXPECT_EQ(ended.code, 0) << ended.err;
  std::string all;
  for (const auto& one : arguments) all += '<' + one + '>';
  EXPECT_EQ(ended.files.at("got"), all);
}

TEST(Exec, RefusesInOneLine) {
  const auto refused = [](const Words& more, const std::string& says) {
    Words words{"run", "exec", "--runner", "sync"};
    words.insert(words.end(), more.begin(), more.end());
    const auto ended = asyncmark(words);
    EXPECT_EQ(ended.code, 2) << says;
    EXPECT_THAT(ended.err, HasSubstr(says));
    EXPECT_EQ(std::ranges::count(ended.err, '\n'), 1) << ended.err;
  };
  refused({"--", "nowhere-to-be-found"}, "--command: there is no program 'nowhere-to-be-found'");
  refused({"--command", "ls | wc"}, "--command: 'ls | wc' is not a command");
  refused({"--", "cat", "caf\xe9"}, "--command: 'cat caf\\xe9' is not UTF-8");
  refused({"--", "cat", "\u009b\u202e", "\xff"}, "cat \\u009b\\u202e \\xff");
  refused({"--"}, "run exec: give a command after '--'");
  refused({"--expect-exit", "256"}, "--expect-exit: must be 0 to 255");
  refused({"--timeout", "0s"}, "--timeout: must be more than 0");
  refused({"--command", "true", "--", "false"}, "--command");
}

}  // namespace
}  // namespace asyncmark::testing::exec_test
