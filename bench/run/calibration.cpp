#include "bench/run/calibration.hpp"

#include <sys/prctl.h>

#include <algorithm>
#include <cmath>

#include "bench/engine/client.hpp"
#include "bench/os/interruption.hpp"
#include "bench/results/null_case.hpp"

namespace asyncmark {
namespace {

using std::chrono::milliseconds;

constexpr int kSleeps = 5;
/// An odd number in each set of the A/A pair, so that a single disturbed child does not count.
constexpr int kSetSize = 3;
/// Of the others: the faster counts, for nothing makes a run faster than it is.
constexpr int kRunsOfOthers = 2;

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

/// Of one child; absent when it came to nothing.
std::optional<double> null_ns_per_op(const Case& one, const ChildSettings& settings) {
  if (Interruption::happened()) return std::nullopt;
  const auto run = run_in_child(one, settings);
  if (!run.died.empty() || run.measurement.completed == 0) return std::nullopt;
  return seconds(run.measurement.elapsed()) * 1e9 / static_cast<double>(run.measurement.completed);
}

double rounded(double ns) { return std::round(ns * 100) / 100; }

/// The pair, and what the null case takes by both its sets.
std::pair<Json, std::optional<double>> aa_pair(const Case& one, const ChildSettings& settings) {
  std::vector<double> sets[2];
  for (int i = 0; i < 2 * kSetSize; ++i)
    if (const auto cost = null_ns_per_op(one, settings)) sets[i % 2].push_back(*cost);
  if (sets[0].empty() || sets[1].empty()) return {};
  const auto least = std::min(std::ranges::min(sets[0]), std::ranges::min(sets[1]));
  return {{{"case", one.name()},
           {"a_ns_per_op", rounded(median(sets[0]))},
           {"b_ns_per_op", rounded(median(sets[1]))}},
          least};
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
    std::optional<double> cost;
    if (done.empty()) {
      std::tie(calibration["aa_pair"], cost) = aa_pair(null, plain);
      if (!cost) calibration.erase("aa_pair");
    } else {
      for (int i = 0; i < kRunsOfOthers; ++i)
        if (const auto once = null_ns_per_op(null, plain))
          cost = std::min(cost.value_or(*once), *once);
    }
    done.push_back(null.name());
    if (cost)
      calibration["null"].push_back(
          {{"runner", null.runner}, {"case", null.name()}, {"ns_per_op", rounded(*cost)}});
  }
  return calibration;
}

}  // namespace asyncmark
