// The checks that look at machine, kernel and harness, on constructed results.

#include <gmock/gmock.h>

#include "bench/checks/checks.hpp"
#include "bench/model/outcome.hpp"
#include "bench/model/runner_entry.hpp"
#include "bench/model/workload_entry.hpp"
#include "bench/testing/quiet.hpp"

namespace asyncmark::checks_of_machine_test {
namespace {

using std::chrono::milliseconds;
using testing::calibrated;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::quiet;

/// A thousand operations under sync that took so long each.
Result took(Duration service, const std::string& workload = "sleep") {
  Result result;
  result.what.workload = workload;
  result.what.workload_options = OptionValues(Registry<WorkloadEntry>::at(workload).options);
  if (workload == "sleep") result.what.workload_options.set("wait", exact_text(service));
  result.what.runner = "sync";
  result.what.runner_options = OptionValues(runner_entry("sync").options);
  result.what.load.ops = 1'000'000;
  result.how = result.what.concurrency();
  Measurement m;
  m.completed = 1'000'000;
  m.passes = {{1'000'000 * service, milliseconds(0), 1'000'000}};
  m.service_time.add(service, 1'000'000);
  m.peak_in_flight = 1;
  result.repetitions = {{m, ""}};
  return result;
}

template <class Change>
Result changed(Result result, Change change) {
  change(result.repetitions.front().measurement);
  return result;
}

std::vector<std::string> codes(const Result& result, const Context& context = quiet()) {
  std::vector<std::string> all;
  for (const auto& one : check(context, {result})) all.push_back(one.code);
  return all;
}

std::string evidence(const Result& result, const Context& context = quiet()) {
  const auto all = check(context, {result});
  EXPECT_EQ(all.size(), 1u);
  return all.empty() ? "" : all.front().evidence;
}

TEST(ChecksOfTheMachine, FindALoadedMachine) {
  auto context = quiet();
  context.facts["load_avg"] = {2.5, 0.1, 0.1};
  context.facts.erase("others_share");
  EXPECT_THAT(codes(took(milliseconds(46)), context), ElementsAre("noisy-machine"));
  context = quiet();
  for (const auto* share : {"steal_share", "others_share"}) {
    context = quiet();
    context.facts[share] = 0.2;
    EXPECT_THAT(codes(took(milliseconds(46)), context), ElementsAre("noisy-machine")) << share;
  }
  context.facts["calls_others"] = true;
  EXPECT_THAT(codes(took(milliseconds(46)), context), IsEmpty()) << "what it calls is among them";
  context = quiet();
  context.facts["load_avg"] = {50, 0.1, 0.1};
  context.facts["others_share"] = 0.0;
  EXPECT_THAT(codes(took(milliseconds(46)), context), IsEmpty()) << "they have ended";
  EXPECT_THAT(codes(took(milliseconds(46)), quiet()), IsEmpty());
  EXPECT_THAT(codes(took(milliseconds(46)), Context{}), IsEmpty());
}

TEST(ChecksOfTheMachine, FindTheSameMeasuredTwiceFarApart) {
  auto context = quiet();
  context.facts["calibration"]["aa_pair"]["b_ns_per_op"] = 70.0;
  EXPECT_THAT(codes(took(milliseconds(46)), context), ElementsAre("noisy-machine"));
  EXPECT_THAT(evidence(took(milliseconds(46)), context), HasSubstr("differed by 40 %"));
}

TEST(ChecksOfTheMachine, FindTimersThatAreCoarse) {
  for (const auto* key : {"sleep_overshoot_median_ns", "timer_slack_ns"}) {
    auto context = quiet();
    context.facts["calibration"][key] = 1'500'000;
    EXPECT_THAT(codes(took(milliseconds(46)), context), ElementsAre("coarse-timers")) << key;
    EXPECT_THAT(evidence(took(milliseconds(46)), context), HasSubstr("1.50 ms"));
  }
}

TEST(ChecksOfTheMachine, FindWhereTheHarnessIsMostOfWhatIsMeasured) {
  const auto found = [](const Result& one) { return codes(one, calibrated({one})); };
  const auto quick = took(Duration(80));
  EXPECT_THAT(found(quick), ElementsAre("harness-cost"));
  EXPECT_THAT(evidence(quick, calibrated({quick})),
              HasSubstr("80 ns per operation, 50 ns for an empty one"));
  EXPECT_THAT(found(took(Duration(120))), IsEmpty());
  EXPECT_THAT(codes(quick), IsEmpty()) << "not calibrated";
  EXPECT_THAT(found(took(Duration(80), "null")), IsEmpty()) << "which is what it is for";
}

TEST(ChecksOfTheMachine, FindThatTheNetworkHadTrouble) {
  const auto with = [](const NetworkCounts& network, Duration slowest = milliseconds(300),
                       const char* workload = "http") {
    return changed(took(milliseconds(20), workload), [&](Measurement& m) {
      m.observed.network = network;
      m.service_time.add(slowest);
    });
  };
  EXPECT_THAT(codes(with({.listen_overflows = 5, .listen_drops = 5})),
              ElementsAre("network-trouble"));
  EXPECT_THAT(codes(with({.tcp_timeouts = 1})), ElementsAre("network-trouble"));
  EXPECT_THAT(evidence(with({.listen_overflows = 5, .tcp_timeouts = 1})),
              HasSubstr("5 listen overflows, 1 TCP timeout"));
  EXPECT_THAT(codes(with({.retransmitted_segments = 9})), IsEmpty()) << "without a time-out";
  EXPECT_THAT(codes(with({.tcp_timeouts = 1}, milliseconds(150))), IsEmpty())
      << "another program's, for nothing here took so much longer than it should";
  EXPECT_THAT(codes(with({.tcp_timeouts = 1}, milliseconds(300), "sleep")), IsEmpty())
      << "it calls nothing";
}

TEST(ChecksOfTheMachine, FindThatClientAndServiceShareAProcessor) {
  const auto placed = [](const std::string& client, const std::string& service) {
    return changed(took(milliseconds(46)), [&](Measurement& m) {
      m.placement = {client, service};
    });
  };
  EXPECT_THAT(codes(placed("0-1", "1-2")), ElementsAre("client-and-service-share-cpu"));
  EXPECT_THAT(evidence(placed("0-1", "1-2")), HasSubstr("client 0-1, service 1-2"));
  EXPECT_THAT(codes(placed("0-3", "0,2")), ElementsAre("client-and-service-share-cpu"));
  EXPECT_THAT(codes(placed("0,2", "1,3-4")), IsEmpty());
  EXPECT_THAT(codes(placed("0", "")), IsEmpty()) << "nothing is known of the service";
  EXPECT_THAT(check({}, {placed("0-1", "1")}).at(0).remedy, HasSubstr("start your service with"));
}

TEST(ChecksOfTheMachine, FindThatDescriptorsOrPortsRanOut) {
  const auto failing = [](const FailureReason& reason) {
    return changed(took(milliseconds(46)), [&](Measurement& m) {
      m.completed -= 10;
      m.add_failures(std::string(reason.code()), 10);
    });
  };
  EXPECT_THAT(codes(failing(reasons::kNoDescriptor)), ElementsAre("network-trouble"));
  EXPECT_THAT(evidence(failing(reasons::kNoPort)), HasSubstr("10 operations without a port"));
  EXPECT_THAT(codes(failing("reset")), IsEmpty());
}

}  // namespace
}  // namespace asyncmark::checks_of_machine_test
