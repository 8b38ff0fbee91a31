#pragma once

#include <algorithm>
#include <cstdint>
#include <random>
#include <vector>

#include "bench/probe/service_model.hpp"

namespace asyncmark::testing {

/// A made-up service: `at_once` operations of `time_s` at a time, of which `cpu_s` are computed.
struct Service {
  double at_once = 1;
  double time_s = 0.05;
  double cpu_s = 0.0002;
  double noise = 0;  ///< Relative, of each throughput.
  bool local = true;
};

inline Unloaded unloaded_of(const Service& service) {
  return {.spaced_s = service.time_s,
          .back_to_back_s = service.time_s,
          .p50_s = service.time_s,
          .deviation_s = service.noise * service.time_s,
          .operations = 30};
}

inline LoadPoint point_of(const Service& service, std::uint64_t in_flight, double draw = 0) {
  const auto served = std::min<double>(static_cast<double>(in_flight), service.at_once);
  LoadPoint point;
  point.in_flight = in_flight;
  point.per_s = served / service.time_s * (1 + service.noise * draw);
  point.mean_s = static_cast<double>(in_flight) / point.per_s;
  point.p50_s = point.mean_s;
  point.completed = static_cast<std::uint64_t>(point.per_s * 1.5);
  if (service.local)
    point.server =
        ServerLoad{.busy = point.per_s * service.cpu_s, .busiest_thread = 0.1, .usable = 4};
  point.client_busy = 0.1;
  point.client_cpu = 0.1;
  return point;
}

/// The points of a sweep: until the throughput stays, or up to `most` in flight.
inline std::vector<LoadPoint> sweep(const Service& service, std::uint64_t most = 512,
                                    unsigned seed = 1) {
  std::mt19937 random(seed);
  std::normal_distribution<> draw;
  std::vector<LoadPoint> points;
  for (std::uint64_t n = 1; n <= most && !is_plateau(points); n *= 2)
    points.push_back(point_of(service, n, draw(random)));
  return points;
}

}  // namespace asyncmark::testing
