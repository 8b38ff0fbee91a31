#pragma once

#include <cstdint>

namespace asyncmark {

/// Lets this process, and those that it starts, have so many descriptors beside the few of any
/// process of ours, as far as it may. Gives how many it then may have. Throws UsageError where that
/// is none.
std::uint64_t allow_descriptors(std::uint64_t wanted);

}  // namespace asyncmark
