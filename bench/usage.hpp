#pragma once

#include <sys/resource.h>

#include <cstdint>

#include "bench/units.hpp"

namespace asyncmark {

/// Running totals of what a process has used, from getrusage() or wait4().
struct Usage {
  Duration user{};
  Duration system{};
  std::uint64_t voluntary_switches = 0;
  std::uint64_t involuntary_switches = 0;
  std::uint64_t minor_faults = 0;
  std::uint64_t major_faults = 0;

  Duration cpu() const { return user + system; }
  Usage& operator+=(const Usage& other);
  Usage operator-(const Usage& other) const;
};

Usage usage_from(const rusage& kernel);

/// Of the calling process, all its threads, ended ones included.
Usage own_usage();

/// Resident memory of the calling process in bytes.
std::int64_t resident_bytes();

/// Memory that the calling process shares with no other, in bytes: what it would give back by
/// ending.
std::int64_t private_bytes();

/// The most memory that was resident since forget_peak_resident(), in bytes.
std::int64_t peak_resident_bytes();

/// Memory that the kernel holds for its own ends on the whole machine: stacks of threads, page
/// tables and slab that it cannot give back, in bytes.
std::int64_t kernel_memory_bytes();

/// How many threads a process has, with its children (a pool's workers) counted too; 0 if it is
/// gone.
std::uint64_t threads_of(int pid);

/// Lets the kernel's high-water mark start anew from what is resident now.
void forget_peak_resident();

}  // namespace asyncmark
