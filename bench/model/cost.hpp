#pragma once

#include "bench/base/units.hpp"

namespace asyncmark {

/// What an operation is known to take before it is run.
struct Cost {
  Duration wait{};  ///< Time in which it needs no processor.
  Duration cpu{};   ///< Processor time.
};

}  // namespace asyncmark
