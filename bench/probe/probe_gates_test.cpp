#include "bench/probe/probe_gates.hpp"

#include <gmock/gmock.h>

#include "bench/base/errors.hpp"

namespace asyncmark::testing::probe_gates_test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// A probe of one endpoint that blocks and keeps to no rate.
Probe blocked() {
  EndpointProbe endpoint{.name = "/sync"};
  endpoint.model.bottleneck = Bottleneck::blocked;
  endpoint.model.at_once.value = 1;
  endpoint.model.best_per_s = 21.5;
  endpoint.capacity = Capacity{.failed = 30, .steps = {{.per_s = 30}}};
  return {.slo = Slo::parse("p99=5ms"), .endpoints = {endpoint}};
}

std::vector<std::string> found(const std::string& gates, const Probe& probe) {
  std::vector<std::string> lines;
  for (const auto& one : objections(parse_probe_gates(gates, true), probe))
    lines.push_back(one.gate + ": " + one.text());
  return lines;
}

TEST(ProbeGates, ObjectToWhatTheyName) {
  EXPECT_THAT(found("pool-size,failed", blocked()), IsEmpty());
  EXPECT_THAT(found("slo,blocked", blocked()),
              ElementsAre("slo: /sync: p99=5ms is met at no tested rate",
                          "blocked: /sync: 1 at once, 21.5/s"));
}

TEST(ProbeGates, AcceptAnObjectiveThatSomeRateMeets) {
  auto probe = blocked();
  probe.endpoints[0].capacity->passed = 20;
  EXPECT_THAT(found("slo", probe), IsEmpty());
}

TEST(ProbeGates, ObjectToAnObjectiveThatWasNotTested) {
  auto probe = blocked();
  probe.endpoints[0].capacity->steps.clear();
  EXPECT_THAT(found("slo", probe), ElementsAre("slo: /sync: no rate was tested for p99=5ms"));
}

TEST(ProbeGates, BlameNoServiceForOtherPrograms) {
  auto probe = blocked();
  EXPECT_THAT(found("no-verdict", probe), IsEmpty());
  probe.endpoints[0].model.bottleneck = Bottleneck::others;
  probe.endpoints[0].others = 0.6;
  EXPECT_THAT(found("slo,blocked", probe), IsEmpty());
  EXPECT_THAT(found("no-verdict", probe),
              ElementsAre("no-verdict: /sync: other programs used 60 % of the CPU"));
}

TEST(ProbeGates, ObjectToWhatCouldNotBeMeasuredAndToFailedOperations) {
  auto probe = blocked();
  probe.endpoints[0].points = {{.in_flight = 8, .failed = 0.25, .reason = "refused"}};
  EXPECT_THAT(found("failed", probe),
              ElementsAre("failed: /sync: 25 % of the operations failed at 8 in flight (refused)"));
  probe.endpoints[0].failed = "nothing answers";
  EXPECT_THAT(found("failed", probe), ElementsAre("failed: /sync: nothing answers"));
}

TEST(ProbeGates, AreRefusedWhereUnknownOrWithoutAnObjective) {
  EXPECT_THROW(parse_probe_gates("bloked", true), UsageError);
  EXPECT_THROW(parse_probe_gates("", true), UsageError);
  EXPECT_THROW(parse_probe_gates("slo", false), UsageError);
}

}  // namespace
}  // namespace asyncmark::testing::probe_gates_test
