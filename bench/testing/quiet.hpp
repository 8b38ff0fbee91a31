#pragma once

#include "bench/results/null_case.hpp"
#include "bench/results/result.hpp"
#include "bench/run/calibration.hpp"

namespace asyncmark::testing {

/// The context of an idle machine.
inline Context quiet() {
  return {{{"num_cpus", 2},
           {"max_failed", "100%"},
           {"load_avg", {0.5, 0.4, 0.3}},
           {"steal_share", 0.002},
           {"others_share", 0.03},
           {"calibration",
            {{"clock_ns", 22.0},
             {"sleep_overshoot_median_ns", 90'000},
             {"sleep_overshoot_max_ns", 130'000},
             {"timer_slack_ns", 50'000},
             {"aa_pair", {{"case", "null"}, {"a_ns_per_op", 50.0}, {"b_ns_per_op", 54.0}}}}}}};
}

/// quiet(), knowing what nothing takes under the runners of these.
inline Context calibrated(const std::vector<Result>& results) {
  auto context = quiet();
  auto& costs = context.facts["calibration"]["null"] = Json::array();
  for (const auto& one : results)
    costs.push_back({{"runner", one.what.runner},
                     {"case", null_case(one).name()},
                     {"ns_per_op", one.what.runner == "thread-per-op" ? 20'000.0 : 50.0}});
  return context;
}

}  // namespace asyncmark::testing
