#include "bench/compare/paired_cases.hpp"

#include <gtest/gtest.h>

namespace asyncmark::paired_cases_test {
namespace {

using std::chrono::milliseconds;
constexpr Duration kBudget = std::chrono::seconds(30);

TEST(PassesOfBlock, AreFiveOrMoreUntilTheBlockIsLongEnough) {
  EXPECT_EQ(passes_of_block({}, milliseconds(100), kBudget), 5);
  EXPECT_EQ(passes_of_block({}, milliseconds(300), kBudget), 2) << "22 pairs in 30 s";
  EXPECT_EQ(passes_of_block({}, milliseconds(3000), kBudget), 1);
  EXPECT_EQ(passes_of_block({}, milliseconds(4), kBudget), 10);
  EXPECT_EQ(passes_of_block({}, Duration(0), kBudget), 200);
}

TEST(PassesOfBlock, OfAnOpenLoopAreOneOrMore) {
  Load load;
  load.rate = 100;
  EXPECT_EQ(passes_of_block(load, milliseconds(1000), kBudget), 1);
  EXPECT_EQ(passes_of_block(load, milliseconds(10), kBudget), 4);
  load.due = std::make_shared<const std::vector<std::int64_t>>(8);
  EXPECT_EQ(passes_of_block(load, milliseconds(80), kBudget), 3)
      << "a median needs twenty operations";
}

TEST(ServiceBlock, HasTheProcessorTimeOfTheServiceForARequestAndNoneOfTheClient) {
  Measurement measured;
  measured.completed = 10;
  measured.passes = {{milliseconds(20), milliseconds(5), 10}};
  EXPECT_TRUE(service_block_of({}, measured).cpu_ns.empty());
  EXPECT_FALSE(service_block_of({}, measured).service_cpu_ns) << "it is on another machine";
  measured.observed.service = ServiceUsage{.cpu = milliseconds(30), .requests = 10};
  const auto block = service_block_of({}, measured);
  EXPECT_EQ(block.service_cpu_ns, 3e6);
  EXPECT_EQ(block.wall_ns, std::vector{2e6});
}

}  // namespace
}  // namespace asyncmark::paired_cases_test
