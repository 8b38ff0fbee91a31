#include "bench/run/calibration.hpp"

#include <sys/prctl.h>

#include <algorithm>
#include <cmath>

#include "bench/engine/sleep_until.hpp"
#include "bench/os/interruption.hpp"
#include "bench/results/null_case.hpp"

namespace asyncmark {
namespace {

using std::chrono::milliseconds;

constexpr int kSleeps = 5;
/// Of the one child of a null case. Each set of the A/A pair has an odd number of them, so that a
/// single disturbed pass does not count.
constexpr std::uint64_t kPasses = 6;

/// Of one reading: the median over some batches.
double clock_ns() {
  constexpr int kBatches = 15, kReadings = 1000;
  std::vector<double> costs;
  for (int i = 0; i < kBatches; ++i) {
    const auto begin = Clock::now();
    auto end = begin;
    for (int reading = 0; reading < kReadings; ++reading) end = Clock::now();
    costs.push_back(static_cast<double>((end - begin).count()) / kReadings);
  }
  return median(std::move(costs));
}

std::vector<Duration> sleep_overshoots() {
  std::vector<Duration> all;
  for (int i = 0; i < kSleeps; ++i) {
    const auto until = Clock::now() + milliseconds(1);
    sleep_until(until);
    all.push_back(Clock::now() - until);
  }
  return all;
}

/// What an operation took in each pass of a child; none where it came to nothing.
std::vector<double> null_ns_per_op(Case null, const ChildSettings& settings) {
  std::vector<double> costs;
  if (Interruption::happened()) return costs;
  null.load.passes = kPasses;
  const auto run = run_in_child(null, settings);
  if (!run.died.empty()) return costs;
  for (const auto& pass : run.measurement.passes)
    if (pass.completed > 0)
      costs.push_back(seconds(pass.elapsed) * 1e9 / static_cast<double>(pass.completed));
  return costs;
}

double rounded(double ns) { return std::round(ns * 100) / 100; }

/// Two interleaved sets of passes of one process. They tell how much the machine disturbs what is
/// measured, and nothing of what differs from one process to the next.
Json aa_pair(const Case& null, const std::vector<double>& costs) {
  std::vector<double> sets[2];
  for (std::size_t i = 0; i < costs.size(); ++i) sets[i % 2].push_back(costs[i]);
  return {{"case", null.name()},
          {"a_ns_per_op", rounded(median(sets[0]))},
          {"b_ns_per_op", rounded(median(sets[1]))}};
}

}  // namespace

Json calibrate(const std::vector<Result>& cases, const ChildSettings& settings) {
  const auto overshoots = sleep_overshoots();
  Json calibration{{"clock_ns", rounded(clock_ns())},
                   {"sleep_overshoot_median_ns", median(overshoots).count()},
                   {"sleep_overshoot_max_ns", std::ranges::max(overshoots).count()},
                   {"timer_slack_ns", prctl(PR_GET_TIMERSLACK)},
                   {"null", Json::array()}};
  auto plain = settings;
  plain.launcher.clear();
  plain.tick = nullptr;
  std::vector<std::string> done;
  for (const auto& result : cases) {
    const auto null = null_case(result);
    if (std::ranges::find(done, null.name()) != done.end()) continue;
    const auto costs = null_ns_per_op(null, plain);
    if (done.empty() && costs.size() > 1) calibration["aa_pair"] = aa_pair(null, costs);
    done.push_back(null.name());
    // The fastest pass counts: nothing makes a run faster than it is.
    if (!costs.empty())
      calibration["null"].push_back({{"runner", null.runner},
                                     {"case", null.name()},
                                     {"ns_per_op", rounded(std::ranges::min(costs))}});
  }
  return calibration;
}

}  // namespace asyncmark
