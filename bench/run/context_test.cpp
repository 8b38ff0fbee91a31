// What is said of the machine while cases ran.

#include "bench/run/context.hpp"

#include <gtest/gtest.h>

#include "bench/base/registry.hpp"
#include "bench/model/workload_entry.hpp"

namespace asyncmark::context_test {
namespace {

using namespace std::chrono_literals;

TEST(WhatOthersTook, IsWithoutTheServiceIfEveryRunObservedIt) {
  Result result;
  result.what.workload = "http";
  result.what.workload_options = OptionValues(Registry<WorkloadEntry>::at("http").options);
  result.what.workload_options.set("url", "http://127.0.0.1:9/");
  Repetition run;
  run.measurement.passes = {{1s, {}, 1}};
  result.repetitions = {run};
  Context context;
  context.facts["calls_others"] = true;
  // Since boot, others took something.
  add_what_others_took(context, {}, {result});
  EXPECT_GT(context.facts.at("others_share"), 0);
  EXPECT_TRUE(context.facts.contains("calls_others")) << "how much of it was the service's?";
  result.repetitions[0].measurement.observed.service.emplace().cpu = 10'000h;
  add_what_others_took(context, {}, {result});
  EXPECT_EQ(context.facts.at("others_share"), 0);
  EXPECT_FALSE(context.facts.contains("calls_others"));
}

}  // namespace
}  // namespace asyncmark::context_test
