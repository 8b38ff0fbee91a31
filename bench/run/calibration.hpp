#pragma once

#include <vector>

#include "bench/child/child.hpp"
#include "bench/results/result.hpp"

namespace asyncmark {

/// What the instruments that these cases are measured with cost, and how far two of the same
/// measurements are apart here and now:
///
///   clock_ns                      of one reading
///   sleep_overshoot_median_ns     of sleeps of 1 ms, and ..._max_ns
///   timer_slack_ns                that the kernel may be late by, for its ease
///   null                          [{"runner", "case", "ns_per_op"}]: of each null_case()
///   aa_pair                       {"case", "a_ns_per_op", "b_ns_per_op"}: of the first of these,
///                                 by its odd and by its even passes
///
/// Each null case runs once, in a child of several passes, which takes about 25 ms. Stops early
/// when an Interruption happens; what is not known then is left out. A launcher is not used: what
/// it does is for the cases.
Json calibrate(const std::vector<Result>& cases, const ChildSettings& settings);

}  // namespace asyncmark
