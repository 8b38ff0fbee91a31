#pragma once

#include <optional>
#include <string>
#include <vector>

#include "bench/checks/checks.hpp"
#include "bench/results/result.hpp"

namespace asyncmark {

/// Returns the bottleneck of a case in a few words, as far as its figures and the findings of
/// check() show it; else an empty text.
///
///   `service`           it had no CPU time left, requests queued in front of it, took much longer
///                       than one alone, or throughput did not grow with more of them in flight
///   `runner overhead`   most of the time is what the runner takes for an empty operation, or most
///                       of the excess is CPU time that the operations do not need
///   `client CPU`        a service is called, and the CPUs of the client were busy
///   `CPU`               the CPUs that the runner can use were busy (kBusy)
///   `offered rate`      an open loop that kept up: no more was offered
///   `single thread`     one operation at a time by definition, as under sync
///   `blocked loop`      each operation of an event loop blocks the loop
///   `concurrency limit`, `pool size`, `threads`   as many were in flight, all the time, as
///                       --in-flight, the workers or the executor allow
///   `wait time`         all began at once, and each takes as long as all together, or hardly
///                       longer than one that has the service to itself
///   `longest operation` the same, where operations differ in length
///
/// The ideal bound decides only where it explains at least kNearIdeal of the time. Where there is
/// none, as of a service, the `others` with fewer or more operations in flight have to tell.
std::string limit_of(const Result& one, const std::vector<Finding>& findings,
                     const std::vector<const Result*>& others = {});

/// Returns the median time of an operation that has a service to itself, as a case of one in flight
/// measured it; absent where there is none.
std::optional<Duration> time_alone(const std::vector<const Result*>& cases);

/// The least share of the time that the ideal bound has to explain.
inline constexpr double kNearIdeal = 0.8;

}  // namespace asyncmark
