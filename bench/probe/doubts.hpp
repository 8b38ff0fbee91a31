#pragma once

#include <optional>
#include <vector>

#include "bench/probe/service_model.hpp"

namespace asyncmark {

/// From this share of its processors on, the client may be the bottleneck. As kBusy in offered.hpp.
inline constexpr double kClientFull = 0.8;

/// From this share of the machine's processor time on, other programs may disturb a measurement.
inline constexpr double kMuchOfOthers = 0.2;

/// Served at once; less is a pause that no operation needs.
inline constexpr double kLessThanOne = 0.7;

/// Whether other programs may have made a service that only paces its answers look slow enough to
/// serve one at a time: the median of the unloaded times is too short for so few per second.
bool may_be_paced(const Unloaded& unloaded, double best_per_s);

/// Whether one thread of the server computes, or waits for a processor to compute on, all the time.
bool computes_in_one_thread(const std::vector<LoadPoint>& plateau);

/// Returns the client or other programs if one of them may limit the throughput of a plateau rather
/// than the service, of which `at_once` operations seem to be served at once.
std::optional<Bottleneck> doubt_of(const Unloaded& unloaded, const std::vector<LoadPoint>& plateau,
                                   double at_once);

}  // namespace asyncmark
