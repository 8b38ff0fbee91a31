#pragma once

#include <optional>
#include <vector>

#include "bench/probe/service_model.hpp"

namespace asyncmark {

/// From this share of its processors on, the client may be the bottleneck. As kBusy in offered.hpp.
inline constexpr double kClientFull = 0.8;

/// From this share of the machine's processor time on, other programs may disturb a measurement.
inline constexpr double kMuchOfOthers = 0.2;

/// Whether one thread of the server computes, or waits for a processor to compute on, all the time.
bool computes_in_one_thread(const std::vector<LoadPoint>& plateau);

/// Returns the client or other programs if one of them may limit the throughput of a plateau rather
/// than the service, of which `at_once` operations seem to be served at once.
std::optional<Bottleneck> doubt_of(const Unloaded& unloaded, const std::vector<LoadPoint>& plateau,
                                   double at_once);

}  // namespace asyncmark
