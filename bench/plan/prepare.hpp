#pragma once

#include <vector>

#include "bench/results/result.hpp"

namespace asyncmark {

/// Lets each workload prepare itself, once with each set of its options, for the case that has the
/// most in flight. Throws UsageError.
void prepare_workloads(const std::vector<Result>& cases);

/// Whether operations of the case would keep an event loop from all others.
bool holds_the_loop(const Case& one);

/// What one child needs under the best of circumstances.
Duration least_time(const Result& one);

/// Removes what killed runs left, and at its end what killed processes of ours did.
struct Sweep {
  Sweep();
  ~Sweep();
  Sweep(const Sweep&) = delete;
  Sweep& operator=(const Sweep&) = delete;
};

}  // namespace asyncmark
