#pragma once

#include "reports/tables/rows.hpp"

namespace asyncmark {

/// How long the parts of a run took, a row a case: medians over the finished repetitions. Its notes
/// tell of each runner whether starting threads or processes is timed.
Table phases_table(const Cases& cases, bool partial);

}  // namespace asyncmark
