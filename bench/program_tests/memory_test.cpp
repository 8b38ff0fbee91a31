// What the built program tells of the memory that an operation in flight takes.

#include <gmock/gmock.h>

#include "bench/testing/rows.hpp"
#include "bench/testing/sanitized.hpp"

namespace asyncmark::testing::memory_test {
namespace {

double memory_per_op(const Ended& ended, const std::string& runner) {
  return row(ended, "sleep/" + runner).at("memory_bytes_per_op").get<double>();
}

Ended sleeps(const char* wait, const char* ops) {
  return asyncmark({"run", "sleep", "--wait", wait, "--ops", ops, "--runner",
                    "thread-per-op,event-loop", "--repetitions", "1", "--benchmark_format=json"});
}

TEST(Memory, OfAThreadIsTensOfKilobytesAndOfACoroutineOne) {
  if (kSanitized) GTEST_SKIP() << "sanitizers take memory of their own for each thread";
  const auto ended = sleeps("500ms", "5000");
  const auto thread = memory_per_op(ended, "thread-per-op");
  const auto coroutine = memory_per_op(ended, "event-loop");
  EXPECT_GT(thread, 25'000) << "without the kernel's share it would be about 10,000";
  EXPECT_LT(thread, 60'000);
  EXPECT_GT(coroutine, 300);
  EXPECT_GT(thread, 8 * coroutine);
}

TEST(Memory, OfAFewOperationsIsNotThatOfTheMachine) {
  if (kSanitized) GTEST_SKIP() << "sanitizers take memory of their own for each thread";
  const auto ended = sleeps("500ms", "100");  // Long enough for all to be in flight on any machine.
  EXPECT_GT(memory_per_op(ended, "thread-per-op"), 20'000);
  EXPECT_LT(memory_per_op(ended, "thread-per-op"), 60'000);
  EXPECT_LT(memory_per_op(ended, "event-loop"), 10'000) << "a process grows by some pages anyway";
}

}  // namespace
}  // namespace asyncmark::testing::memory_test
