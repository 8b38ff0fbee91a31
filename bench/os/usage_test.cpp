#include "bench/os/usage.hpp"

#include <gtest/gtest.h>
#include <sched.h>
#include <unistd.h>

#include <atomic>
#include <thread>

#include "bench/os/process.hpp"

namespace asyncmark::usage_test {
namespace {

using namespace std::chrono_literals;

void spin(Duration time) {
  const auto until = Clock::now() + time;
  while (Clock::now() < until) {
  }
}

TEST(RunQueueWait, OfASumIsUnknownWhereAPartIs) {
  EXPECT_EQ(sum_of(3ms, 2ms), 5ms);
  EXPECT_EQ(sum_of(3ms, std::nullopt), std::nullopt);
  EXPECT_EQ(sum_of(std::nullopt, 2ms), std::nullopt);
}

TEST(RunQueueWait, OfAProcessThatIsGoneIsUnknown) {
  auto child = Process::fork([] {}, "a child");
  const auto pid = child.pid();
  child.wait();
  EXPECT_EQ(run_queue_wait_of(pid), std::nullopt);
}

TEST(RunQueueWait, ShowsThatTwoThreadsSharedAProcessor) {
  const auto before = own_run_queue_wait();
  if (!before) GTEST_SKIP() << "this kernel does not tell";
  cpu_set_t all, first;
  sched_getaffinity(0, sizeof all, &all);
  CPU_ZERO(&first);
  for (int cpu = 0; CPU_COUNT(&first) == 0; ++cpu)
    if (CPU_ISSET(cpu, &all)) CPU_SET(cpu, &first);
  sched_setaffinity(0, sizeof first, &first);
  std::atomic<bool> over = false;
  std::jthread other([&] {
    while (!over) {
    }
  });
  spin(100ms);
  const auto after = own_run_queue_wait();
  over = true;
  sched_setaffinity(0, sizeof all, &all);
  EXPECT_GT(*after - *before, 20ms) << "100 ms, in which both wanted to run and one could";
}

TEST(OwnUsage, HasWhatAReapedProcessUsed) {
  const auto before = own_usage().cpu();
  auto child = Process::fork([] { spin(100ms); }, "a child");
  child.wait();
  const auto used = own_usage().cpu() - before;
  EXPECT_GT(used, 10ms);
  EXPECT_LT(used, 150ms) << "counted twice";
}

TEST(Held, IsForAllThreadsAndChildrenOfAProcess) {
  const auto alone = held_for(getpid());
  EXPECT_GE(alone.threads, 1u);
  EXPECT_GT(alone.page_table_bytes, 0);
  auto child = Process::fork([] { pause(); }, "a child");
  const auto both = held_for(getpid());
  EXPECT_GT(both.threads, alone.threads);
  EXPECT_LE(both.threads, alone.threads + 2) << "but that of a thread sanitizer";
  EXPECT_GT(both.page_table_bytes, alone.page_table_bytes);
  child.kill();
  child.wait();
  EXPECT_EQ(held_for(0).threads, 0u) << "no such process";
}

}  // namespace
}  // namespace asyncmark::usage_test
