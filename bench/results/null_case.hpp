#pragma once

#include <optional>

#include "bench/results/result.hpp"

namespace asyncmark {

/// The case that shows what the harness itself takes of `one`: nothing to do, under the same runner
/// with the same options on the same processors, in a closed loop of at most 32 in flight for a few
/// milliseconds.
Case null_case(const Result& one);

/// How much longer the slower set of the A/A pair took than the faster, as a share; absent where it
/// was not measured.
std::optional<double> aa_difference(const Json& calibration);

}  // namespace asyncmark
