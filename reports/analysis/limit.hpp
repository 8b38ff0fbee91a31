#pragma once

#include <string>
#include <vector>

#include "bench/checks/checks.hpp"
#include "bench/results/result.hpp"

namespace asyncmark {

/// What kept a case from being faster, in a few words, as far as its figures and the findings of
/// check() say it; empty where they do not.
///
///   `the service`     it had no processor time left, or requests queued in front of it
///   `the runner`      most of the time is what the runner takes for operations that do nothing
///   `the client`      of what calls a service, its own processors were busy
///   `the processor`, `the processors`   those that the runner can use were busy (kBusy)
///   `the rate`        an open loop that kept up: no more was offered
///   `one at a time`   by definition, as under sync
///   `a held loop`     an event loop whose operations keep it to themselves, one after the other
///   `the cap`, `the pool`, `the threads`   all that --in-flight, its workers or its executor allow
///                     were under way all the time
///   `the waits`       all began at once, and an operation takes as long by itself
///   `the longest`     the same, where not all take as long
///
/// By the ideal bound only where at least kNearIdeal of the time is explained by it.
std::string limit_of(const Result& one, const std::vector<Finding>& findings);

/// The least share of its time for which a case's ideal bound tells what limited it.
inline constexpr double kNearIdeal = 0.8;

}  // namespace asyncmark
