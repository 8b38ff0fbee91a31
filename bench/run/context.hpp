#pragma once

#include "bench/results/result.hpp"

namespace asyncmark {

/// Looks the machine and this build up: processor, cores, kernel, governor, clock source, cgroup
/// limits, compiler and flags, library versions, commit, load average. `executable` and the
/// keys that Google Benchmark writes bear its names, so that its tools read them.
Context look_around(const std::string& executable, const std::vector<std::string>& command);

/// Processor time of the whole machine since boot, by what it went to.
struct ProcessorTime {
  Duration total{};
  Duration busy{};    ///< Programs, and the kernel on their behalf.
  Duration stolen{};  ///< What the hypervisor gave to other machines.
  Duration ours{};    ///< Of `busy`: this process and its children that have ended.
};
ProcessorTime processor_time();

/// Adds what others took of the processors since `before`, as shares of all processor time:
/// `steal_share` by other virtual machines, `others_share` by other programs on this one; and the
/// load average afterwards. The shares are left out of less than a second of processor time, for
/// the kernel counts it by the hundredth. What services took that the cases of `results` called is
/// no part of it if every run observed it; else `calls_others` tells that it may be.
void add_what_others_took(Context& context, const ProcessorTime& before,
                          const std::vector<Result>& results);

}  // namespace asyncmark
