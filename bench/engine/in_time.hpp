#pragma once

#include <optional>

#include "bench/measure/measurement.hpp"
#include "bench/model/load.hpp"

namespace asyncmark {

/// What became of an open loop's operations by the time the last was due, from those whose times
/// were kept. `one` is what was measured of one pass. Of several, it takes them all to be as the
/// last one, whose times are the ones that are kept.
///
/// An operation that takes a second has not ended a second later because of a queue. So what is
/// still in flight at the end counts as ended as far as the same number was in flight before: a
/// straight line through the backlog (due and not yet ended) over the later part of the schedule
/// parts it into what was there all the time and what grew. docs/achieved.md has the reasons and
/// the figures.
InTime in_time(const Load& load, const Measurement& one);

/// What an operation takes while nothing waits for another, at the most, from those of an open loop
/// that began with the fewest in flight. Absent where that is not known.
std::optional<Duration> unloaded_time(const Load& load, const Measurement& one);

}  // namespace asyncmark
