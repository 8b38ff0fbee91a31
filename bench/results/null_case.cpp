#include "bench/results/null_case.hpp"

#include <algorithm>

#include "bench/model/runner_entry.hpp"
#include "bench/model/workload_entry.hpp"

namespace asyncmark {
namespace {

constexpr std::uint64_t kMostInFlight = 32;
/// Ten thousand operations and more, but for runners that start a thread for each.
constexpr Duration kNullRun = std::chrono::milliseconds(3);

}  // namespace

Case null_case(const Result& one) {
  const auto& workload =
      *std::ranges::find_if(Registry<WorkloadEntry>::all(), &WorkloadEntry::measures_the_harness);
  Case null;
  null.workload = workload.name;
  null.workload_options = OptionValues(workload.options);
  null.runner = one.what.runner;
  null.runner_options = one.what.runner_options;
  null.load.duration = kNullRun;
  if (runner_entry(null.runner).knows_in_flight)
    null.load.in_flight = std::min(one.how.cap, kMostInFlight);
  null.cpus.client = one.what.placed().client;
  return null;
}

std::optional<double> aa_difference(const Json& calibration) {
  const auto pair = calibration.find("aa_pair");
  if (pair == calibration.end()) return std::nullopt;
  const auto [less, more] =
      std::minmax({pair->value("a_ns_per_op", 0.0), pair->value("b_ns_per_op", 0.0)});
  if (less <= 0) return std::nullopt;
  return more / less - 1;
}

}  // namespace asyncmark
