#include "bench/results/null_case.hpp"

#include <algorithm>

#include "bench/model/catalog.hpp"

namespace asyncmark {
namespace {

constexpr std::uint64_t kMostInFlight = 32;
/// Ten thousand operations and more, but for runners that start a thread for each.
constexpr Duration kNullRun = std::chrono::milliseconds(3);

}  // namespace

Case null_case(const Result& one) {
  Case null;
  null.workload = "null";
  null.workload_options = OptionValues(Catalog::workload(null.workload).options);
  null.runner = one.what.runner;
  null.runner_options = one.what.runner_options;
  null.load.duration = kNullRun;
  if (Catalog::runner(null.runner).knows_in_flight)
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
