#pragma once

#include "bench/compare/comparison.hpp"
#include "reports/tables/rows.hpp"

namespace asyncmark {

/// A row a case: the verdict, how far the contender is from the baseline and how sure that is, by
/// time and by processor time, and the shares of slow passes and processes.
Table comparison_table(const Comparison& comparison);

/// What the control said, in one sentence; empty where there was none.
std::string control_text(const Comparison& comparison);

/// Who was compared, a (heading, text) line a side.
std::vector<std::pair<std::string, std::string>> side_lines(const Comparison& comparison);

/// "99.8 %": how sure the intervals are, both ends together.
inline constexpr const char* kSure = "99.8 %";

}  // namespace asyncmark
