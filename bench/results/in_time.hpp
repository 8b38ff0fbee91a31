#pragma once

#include "bench/measure/measurement.hpp"
#include "bench/model/load.hpp"

namespace asyncmark {

/// What became of an open loop's operations by the time the last was due, from those whose times
/// were kept. `one` is what a child measured; the figures are sums over its passes.
///
/// An operation that takes a second has not ended a second later because of a queue. So what is
/// still in flight at the end counts as ended as far as the same number was in flight before: a
/// straight line through the backlog (due and not yet ended) over the later part of the schedule
/// parts it into what was there all the time and what grew. docs/achieved.md has the reasons and
/// the figures.
InTime in_time(const Load& load, const Measurement& one);

}  // namespace asyncmark
