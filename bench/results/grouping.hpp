#pragma once

#include <string>
#include <vector>

#include "bench/results/result.hpp"

namespace asyncmark {

/// Cases that belong into one table: one workload with one set of options, in plan order.
using Cases = std::vector<const Result*>;
std::vector<Cases> grouped(const std::vector<Result>& results);

/// The runner that the others are compared with; it has 1 in flight by definition.
inline constexpr const char* kBaseline = "sync";

/// Whether all runners but the baseline were given the same caps by --in-flight.
bool equal_cap(const Cases& cases);
/// "equal cap" or "as usually deployed".
std::string comparison(const Cases& cases);

}  // namespace asyncmark
