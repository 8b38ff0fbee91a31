#pragma once

#include "bench/result.hpp"

namespace asyncmark {

/// Looks the machine and this build up: processor, cores, kernel, governor, clock source, cgroup
/// limits, compiler and flags, library versions, commit, load average, steal. `executable` and the
/// keys that Google Benchmark writes bear its names, so that its tools read them.
Context look_around(const std::string& executable, const std::vector<std::string>& command);

}  // namespace asyncmark
