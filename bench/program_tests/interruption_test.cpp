// Signals from outside, at the program, its children and its pool workers.

#include <gmock/gmock.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <random>
#include <thread>

#include "bench/model/runner_entry.hpp"
#include "bench/testing/own_tmpdir.hpp"
#include "bench/testing/rows.hpp"
#include "bench/testing/run_program.hpp"

namespace asyncmark::testing::interruption_test {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

using Words = std::vector<std::string>;

/// Notes in the file `started` that a child is about to start.
const std::string kNoting = R"(sh -c 'echo >> started; exec "$@"' sh)";
/// The same, but waits for the child, as `time` or `perf stat` do.
const std::string kWaiting = R"(sh -c 'echo >> started; "$@"; true' sh)";

/// Two short cases, and then one of a minute under this runner.
std::string long_plan(const std::string& runner) {
  return R"({"cases": [{"workload": "null", "runner": "sync", "ops": [10, 20]},
                       {"workload": "sleep", "runner": ")" +
         runner + R"(", "ops": 4, "in-flight": 4, "wait": "60s"}]})";
}

class LongRun {
 public:
  explicit LongRun(const std::string& runner, const Words& more = {}, bool terminal = false,
                   const std::string& launcher = kNoting)
      : program_(words(more, launcher),
                 {.files = {{"plan.json", long_plan(runner)}}, .terminal = terminal}) {}

  /// Waits until the child of a minute runs, with all its workers.
  bool reaches_the_long_case(std::size_t processes = 2) {
    return eventually([&] { return started() == 3; }) &&
           eventually([&] { return descendants_of(program_.pid()).size() + 1 >= processes; });
  }
  Program& program() { return program_; }

 private:
  static Words words(const Words& more, const std::string& launcher) {
    Words all{asyncmark::testing::program(), "run", "--plan", "plan.json", "--launcher", launcher,
              "--benchmark_repetitions=1"};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }
  std::size_t started() const {
    std::error_code none;
    const auto size = std::filesystem::file_size(program_.folder() + "/started", none);
    return none ? 0 : size;
  }

  Program program_;
};

void expect_interrupted(const Ended& ended) {
  EXPECT_EQ(ended.code, 130);
  EXPECT_THAT(ended.left_running, IsEmpty());
  EXPECT_THAT(ended.err, HasSubstr("interrupted"));
}

/// The rows of the two short cases, and nothing of the long one that looks like a result.
void expect_finished_rows(const Json& all) {
  int finished = 0;
  for (const auto& row : all) {
    if (row.contains("error_occurred")) continue;
    EXPECT_THAT(row.at("name").get<std::string>(), HasSubstr("null/sync/ops:"));
    ++finished;
  }
  EXPECT_EQ(finished, 2);
}

TEST(Interruption, EndsTheChildrenOfEveryRunnerAndKeepsWhatIsFinished) {
  for (const auto& runner : built_in_runners()) {
    SCOPED_TRACE(runner.name);
    LongRun run(runner.name, {"--benchmark_format=json"});
    ASSERT_TRUE(run.reaches_the_long_case());
    run.program().send(SIGINT);
    const auto ended = run.program().wait();
    expect_interrupted(ended);
    expect_finished_rows(rows(ended));
  }
}

TEST(Interruption, MayAlsoBeATerminationOrAHangUp) {
  for (const int signal : {SIGTERM, SIGHUP}) {
    LongRun run("process-pool");
    ASSERT_TRUE(run.reaches_the_long_case(6));
    run.program().send(signal);
    expect_interrupted(run.program().wait());
  }
}

TEST(Interruption, ComesFromATerminalAsCtrlC) {
  if (!testing::has_terminals()) GTEST_SKIP() << "no pseudo-terminal can be opened here";
  LongRun run("process-pool", {}, true);
  ASSERT_TRUE(run.reaches_the_long_case(6));
  run.program().type("\x03");
  expect_interrupted(run.program().wait());
}

TEST(Interruption, EndsALauncherAndWhatItWaitsFor) {
  LongRun run("process-pool", {}, false, kWaiting);
  ASSERT_TRUE(run.reaches_the_long_case(7));
  run.program().send(SIGINT);
  expect_interrupted(run.program().wait());
}

TEST(Interruption, BeforeAnythingIsFinishedLeavesNoResult) {
  Program run({program(), "run", "sleep", "--runner", "sync", "--ops", "4", "--wait", "60s",
               "--launcher", kNoting});
  ASSERT_TRUE(eventually([&] { return !descendants_of(run.pid()).empty(); }));
  run.send(SIGINT);
  const auto ended = run.wait();
  expect_interrupted(ended);
  EXPECT_THAT(ended.out, IsEmpty());
}

/// A shell or `timeout` may tell both the program and its group.
TEST(Interruption, ThatComesTwiceDuringTheSetUpLeavesNoFolder) {
  const OwnTmpdir tmpdir;
  const auto folders = [&] {
    return std::distance(std::filesystem::directory_iterator(tmpdir.path()), {});
  };
  for (const auto gap : {0us, 200us}) {
    Program run({program(), "run", "sqlite", "--rows", "5000000", "--ops", "1", "--runner", "sync",
                 "--no-calibration"});
    const auto home = folders();  // Its own working directory.
    ASSERT_TRUE(eventually([&] { return folders() > home; }));
    run.send(SIGINT);
    std::this_thread::sleep_for(gap);
    run.send(SIGINT);
    expect_interrupted(run.wait());
    EXPECT_EQ(folders(), 0);
  }
}

/// Kills what `of` finds below the program once the long case runs; whatever else there was must
/// vanish by itself.
TEST(Death, OfTheProgramTakesItsChildrenAndTheirWorkersAlong) {
  for (const auto& launcher : {kNoting, kWaiting}) {
    for (const auto& runner : built_in_runners()) {
      SCOPED_TRACE(runner.name + " behind " + launcher);
      LongRun run(runner.name, {}, false, launcher);
      ASSERT_TRUE(run.reaches_the_long_case(runner.name == "process-pool" ? 6 : 2));
      run.program().send(SIGKILL);
      const auto ended = run.program().wait();
      EXPECT_EQ(ended.code, 128 + SIGKILL);
      EXPECT_THAT(ended.left_running, IsEmpty());
    }
  }
}

TEST(Death, OfAPoolsKeeperTakesItsWorkersAlongAndFailsTheCase) {
  LongRun run("process-pool", {"--benchmark_format=json"});
  ASSERT_TRUE(run.reaches_the_long_case(6));
  const auto keeper = children_of(run.program().pid()).at(0);
  const auto workers = children_of(keeper);
  ASSERT_THAT(workers, SizeIs(4));
  kill(keeper, SIGKILL);
  const auto ended = run.program().wait();
  EXPECT_EQ(ended.code, 4);
  EXPECT_THAT(ended.left_running, IsEmpty());
  EXPECT_THAT(ended.err,
              HasSubstr("sleep/process-pool/ops:4/in_flight:4/wait:1m: killed by SIGKILL"));
}

constexpr std::size_t kWorkers = 4;

/// The workers that are alive, given the running program; empty when there is no pool yet or any
/// more.
std::vector<pid_t> workers_of(const Program& run) {
  const auto keepers = children_of(run.pid());
  auto workers = keepers.empty() ? keepers : children_of(keepers[0]);
  std::erase_if(workers, is_zombie);
  return workers;
}

/// The parts of shared memory with a name that a process has open.
bool maps_a_named_segment(pid_t process) {
  std::ifstream maps("/proc/" + std::to_string(process) + "/maps");
  for (std::string line; std::getline(maps, line);)
    if (line.find("/dev/shm/") != std::string::npos) return true;
  return false;
}

/// Kills random workers at random moments, up to `times` or until the run is over, and checks the
/// ledger. Gives how many it killed.
std::size_t kill_workers(std::size_t times, const Words& load, std::uint64_t ops) {
  Words words{program(),
              "run",
              "faulty",
              "--fault",
              "none",
              "--runner",
              "process-pool",
              "--workers",
              std::to_string(kWorkers),
              "--repetitions",
              "1",
              "--benchmark_format=json",
              "--launcher",
              R"(sh -c 'echo > started; exec "$@"' sh)"};
  words.insert(words.end(), load.begin(), load.end());
  std::mt19937 random(7);
  // At its end the leak checker of a sanitizer has a process of its own, which must not be taken
  // for a worker: it would be waited for without end.
  setenv("ASAN_OPTIONS", "detect_leaks=0", 1);
  Program run(words);
  // Calibration has workers too, and uses no launcher.
  EXPECT_TRUE(eventually([&] { return std::filesystem::exists(run.folder() + "/started"); }));
  EXPECT_TRUE(eventually([&] { return workers_of(run).size() == kWorkers; }));
  std::size_t killed = 0;
  while (killed < times) {
    std::this_thread::sleep_for(std::chrono::microseconds(random() % 20'000));
    const auto workers = workers_of(run);
    if (workers.empty()) break;
    const auto victim = workers[random() % workers.size()];
    EXPECT_FALSE(maps_a_named_segment(victim));
    if (kill(victim, SIGKILL) != 0) continue;
    ++killed;
    EXPECT_TRUE(eventually([&] { return is_gone(victim); })) << "a zombie is left";
  }
  const auto ended = run.wait();
  EXPECT_THAT(ended.left_running, IsEmpty());
  const auto all = row(ended, "faulty/process-pool");
  EXPECT_FALSE(all.contains("error_occurred")) << all;
  EXPECT_EQ(number(all, "never_started"), 0u);
  EXPECT_EQ(number(all, "completed") + number(all, "failed"), ops);
  EXPECT_LE(number(all, "failed"), killed);
  EXPECT_EQ(ended.code, number(all, "failed") == 0 ? 0 : 4);
  const auto lost = std::to_string(number(all, "failed"));
  if (lost != "0") {
    EXPECT_THAT(ended.err, HasSubstr(lost + " SIGKILL"));
  }
  std::cout << killed << " killed, " << lost << " operations lost\n";
  return killed;
}

TEST(WorkerKills, LoseNoOperationThatWaits) {
  // 4 workers and 2 ms an operation: a second of work.
  const auto killed = kill_workers(20, {"--ops", "2000", "--wait", "2ms"}, 2000);
  EXPECT_EQ(killed, 20u);
}

TEST(WorkerKills, LoseNoOperationInTheTightestLoop) {
  constexpr std::uint64_t ops = 5'000'000;
  kill_workers(20, {"--ops", std::to_string(ops)}, ops);
}

TEST(WorkerKills, LoseNoOperationBetweenPasses) {
  kill_workers(20, {"--ops", "8", "--wait", "1ms", "--passes", "200"}, 8 * 200);
}

TEST(SlowWorkerKills, LoseNoOperation) {
  EXPECT_EQ(kill_workers(200, {"--ops", "30000", "--wait", "1ms"}, 30'000), 200u);
}

TEST(SlowWorkerKills, LoseNoOperationInTheTightestLoop) {
  kill_workers(200, {"--ops", "60000000"}, 60'000'000);
}

TEST(SlowWorkerKills, LoseNoOperationBetweenPasses) {
  kill_workers(200, {"--ops", "8", "--wait", "1ms", "--passes", "2000"}, 8 * 2000);
}

}  // namespace
}  // namespace asyncmark::testing::interruption_test
