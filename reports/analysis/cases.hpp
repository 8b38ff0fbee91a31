#pragma once

#include <string>
#include <utility>
#include <vector>

#include "bench/results/grouping.hpp"
#include "bench/results/summary.hpp"

namespace asyncmark {

/// Texts by their names, in the order in which they are shown.
using Texts = std::vector<std::pair<std::string, std::string>>;

/// The load but for its cap: ("ops", "1000"), ("passes", "3"), ... Defaults are left out, `ops` or
/// `duration` excepted.
Texts load_texts(const Case& one);

/// Whether all of load_texts() are the same.
bool same_load(const Case& one, const Case& other);

/// `sleep, wait 46ms`: the workload with every option that does something, defaults included, for a
/// reader of results does not know them.
std::string workload_text(const Case& one);

/// Of each its runner, with whatever else tells the case from others of that runner, but for an
/// open loop's rate.
std::vector<std::string> labels(const Cases& cases);

/// The baseline's case under the same load as `one`, if it finished; that may be `one` itself.
const Result* baseline_of(const Result& one, const Cases& cases);

/// How many times the successes per second of the baseline; absent without one, and in an open
/// loop, where the load decides them.
std::optional<double> times_baseline(const Result& one, const Cases& cases);

/// Returns `a`, `a and b`, or `a, b and c`.
std::string enumerated(const std::vector<std::string>& names);

/// `0.0046x`, `3.41x`, `21.4x`, `975x`.
std::string ratio_text(double ratio);

}  // namespace asyncmark
