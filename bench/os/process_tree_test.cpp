#include "bench/os/process_tree.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <optional>
#include <thread>

#include "bench/os/process.hpp"
#include "bench/os/usage.hpp"
#include "bench/testing/run_program.hpp"

namespace asyncmark::testing::process_tree_test {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

void burn(Duration time) {
  const auto end = processor_time_of(getpid()) + time;
  while (processor_time_of(getpid()) < end) {
  }
}

/// A child that has another, which sleeps.
Process family() {
  auto child = Process::fork(
      [] {
        const auto grandchild = Process::fork([] { pause(); }, "a grandchild");
        pause();
      },
      "a child");
  eventually([&] { return process_tree(child.pid()).size() == 2; });
  return child;
}

TEST(ProcessTree, HasParentsFirstAndLeavesOutWhatIsApart) {
  const auto child = family();
  const auto grandchild = children_of(child.pid()).at(0);
  EXPECT_THAT(process_tree(child.pid()), ElementsAre(child.pid(), grandchild));
  EXPECT_THAT(process_tree(child.pid(), grandchild), ElementsAre(child.pid()));
  EXPECT_THAT(process_tree(child.pid(), child.pid()), IsEmpty());
}

TEST(ProcessTree, IsEmptyOfAProcessThatEndsWhileItIsRead) {
  const int rounds = 100;  // Each ends at another moment of the reading.
  for (int round = 0; round < rounds; ++round) {
    std::optional<Process> child = Process::fork([] { pause(); }, "a child");
    const auto process = child->pid();
    std::jthread ending([&] { child.reset(); });
    while (!stat_of(process).empty()) {
    }
    EXPECT_THAT(process_tree(process), IsEmpty());
    EXPECT_EQ(threads_of({process}), 0);
    EXPECT_THAT(thread_times_of({process}), IsEmpty());
  }
}

TEST(ProcessTree, CountsTheThreadsOfAll) {
  // A sanitizer may start a thread of its own in each, at any moment.
  const auto child = family();
  const auto grandchild = children_of(child.pid()).at(0);
  EXPECT_GE(threads_of({child.pid()}), 1);
  eventually([&] {
    return threads_of(process_tree(child.pid())) ==
           threads_of({child.pid()}) + threads_of({grandchild});
  });
  const auto stays = [](const std::stop_token& ended) {
    while (!ended.stop_requested()) std::this_thread::sleep_for(1ms);
  };
  const std::jthread first(stays);
  const auto before = threads_of({getpid()});
  const std::jthread second(stays);
  EXPECT_EQ(threads_of({getpid()}), before + 1);
}

TEST(ProcessTree, OfWhatIsGoneIsEmptyAndUsedNothing) {
  auto child = family();
  const auto tree = process_tree(child.pid());
  child.kill();
  child.wait();
  EXPECT_THAT(process_tree(tree[0]), IsEmpty());
  EXPECT_TRUE(eventually([&] { return is_gone(tree[1]) || is_zombie(tree[1]); }));
  EXPECT_EQ(times_of({tree[0]}).cpu, Duration(0));
  EXPECT_EQ(threads_of({tree[0]}), 0);
  EXPECT_EQ(resident_bytes_of({tree[0]}), 0);
}

TEST(ProcessTree, CountsTheTimeOfChildrenThatLiveAndOfThoseThatEnded) {
  const auto before = times_of(process_tree(getpid()));
  {
    const auto living = Process::fork(
        [] {
          burn(100ms);
          pause();
        },
        "a child");
    EXPECT_TRUE(eventually([&] { return processor_time_of(living.pid()) >= 100ms; }));
    EXPECT_GE(times_of(process_tree(getpid())).cpu - before.cpu, 100ms);
    EXPECT_LT(times_of(process_tree(getpid(), living.pid())).cpu - before.cpu, 90ms);
  }  // Killed and reaped.
  Process::fork([] { burn(100ms); }, "a child").wait();
  const auto after = times_of(process_tree(getpid()));
  EXPECT_GE(after.cpu - before.cpu, 180ms) << "to a hundredth of a second";
  EXPECT_GE(after.user + after.system - before.user - before.system, 180ms);
}

TEST(ProcessTree, CountsAllThatASingleProcessHas) {
  // A stranger that maps the same files makes a share of it smaller, and nothing else.
  const auto child = Process::fork([] { pause(); }, "a child");
  const auto status = fmt::format("/proc/{}/status", child.pid());
  EXPECT_TRUE(eventually(
      [&] { return resident_bytes_of({child.pid()}) == bytes_in(status, "VmRSS:").value_or(-1); }));
}

TEST(ProcessTree, CountsFilesThatSeveralMapOnce) {
  const auto a = Process::fork([] { pause(); }, "a child"), b = Process::fork([] { pause(); }, "b");
  const auto bytes = [](const Process& process, const char* key) {
    return bytes_in(fmt::format("/proc/{}/status", process.pid()), key).value_or(0);
  };
  EXPECT_TRUE(eventually([&] {
    return resident_bytes_of({a.pid(), b.pid()}) ==
           bytes(a, "RssAnon:") + bytes(b, "RssAnon:") +
               std::max(bytes(a, "RssFile:") + bytes(a, "RssShmem:"),
                        bytes(b, "RssFile:") + bytes(b, "RssShmem:"));
  }));
}

/// As no sanitizer sees it, which would write its own account of it.
[[gnu::no_sanitize("thread", "address")]] void touch(char* memory, std::size_t size) {
  for (std::size_t i = 0; i < size; i += 4096) static_cast<volatile char*>(memory)[i] = 2;
  static_cast<volatile char*>(memory)[0] = 3;
}

TEST(ProcessTree, CountsMemoryThatSeveralShareOnce) {
  constexpr std::size_t kSize = 256 << 20;  // Beside which what a sanitizer has is little.
  auto* shared = static_cast<char*>(
      mmap(nullptr, kSize, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
  ASSERT_NE(shared, MAP_FAILED);
  touch(shared, kSize);
  const auto body = [&] {
    touch(shared, kSize);
    pause();
  };
  {
    const auto a = Process::fork(body, "a child"), b = Process::fork(body, "a child");
    const std::vector<pid_t> all{getpid(), a.pid(), b.pid()};
    const auto resident = [](pid_t one) { return resident_bytes_of({one}); };
    EXPECT_TRUE(eventually([&] { return resident(a.pid()) > 64 << 20; }));
    EXPECT_TRUE(eventually([&] { return resident(b.pid()) > 64 << 20; }));
    EXPECT_GT(resident_bytes_of(all), 256 << 20);
    EXPECT_LT(resident_bytes_of(all), 512 << 20);
  }
  munmap(shared, kSize);
}

}  // namespace
}  // namespace asyncmark::testing::process_tree_test
