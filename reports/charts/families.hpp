#pragma once

#include "reports/charts/chart.hpp"
#include "reports/charts/lines.hpp"

// A family of charts a file. Each gives none where its figures are not there.
namespace asyncmark::charts {

using Charts = std::vector<Chart>;

Charts time_by_operations(const Group& group);
Charts speed_up(const Group& group);
Charts timeline(const Group& group);
Charts response_by_rate(const Group& group);
Charts times_by_percentile(const Group& group);
Charts throughput_by_in_flight(const Group& group);
Charts memory_per_operation(const Group& group);
Charts processor_per_operation(const Group& group);

/// Over all workloads.
Charts heat_map(const std::vector<Group>& groups);

/// Over all files: none where these share no case.
Charts by_file(const std::vector<Group>& groups);

}  // namespace asyncmark::charts
