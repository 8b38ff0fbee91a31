#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "bench/base/registry.hpp"
#include "reports/charts/chart.hpp"
#include "reports/charts/lines.hpp"

namespace asyncmark::charts {

using Charts = std::vector<Chart>;

/// A family of charts as it registers itself. It has one of the functions, which gives no chart
/// where its figures are not there.
struct ChartEntry {
  static constexpr std::string_view kKind = "family of charts";
  std::string name;
  int order;                                          ///< Charts are shown in this order.
  std::function<Charts(const Group&)> of_group = {};  ///< Of one workload.
  std::function<Charts(const std::vector<Group>&)> of_all = {};  ///< Of all workloads and files.
};

}  // namespace asyncmark::charts
