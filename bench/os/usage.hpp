#pragma once

#include <sys/resource.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "bench/base/units.hpp"

namespace asyncmark {

/// Running totals of what a process has used.
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

/// As getrusage() and wait4() tell.
Usage usage_from(const rusage& kernel);

/// Of the calling process, all its threads, ended ones included, and of the processes that it
/// started and has reaped, with those that they reaped.
Usage own_usage();

/// Processor time of any process, all its threads, ended ones included, to the nanosecond; 0 once
/// it is gone.
Duration processor_time_of(int pid);

/// For how long the threads that a process has now could have run and no processor took them; those
/// that ended took theirs with them. Absent where the kernel does not tell. It takes some 10 us a
/// thread.
std::optional<Duration> run_queue_wait_of(int pid);
std::optional<Duration> own_run_queue_wait();

/// Both together, absent where one of them is: a part would look like little.
inline std::optional<Duration> sum_of(std::optional<Duration> a, std::optional<Duration> b) {
  return a && b ? std::optional(*a + *b) : std::nullopt;
}

/// The value of a line such as "Pss:   1234 kB" of a file of /proc, in bytes; absent where there is
/// none to read.
std::optional<std::int64_t> bytes_in(const std::string& file, std::string_view key);

/// Resident memory of the calling process in bytes.
std::int64_t resident_bytes();

/// Memory that the calling process shares with no other, in bytes: what it would give back by
/// ending.
std::int64_t private_bytes();

/// The most memory that was resident since forget_peak_resident(), in bytes.
std::int64_t peak_resident_bytes();
std::int64_t peak_resident_bytes_of(int pid);

/// What the kernel holds for a process and its children (a pool's workers).
struct Held {
  std::uint64_t threads = 0;  ///< Of all of them; 0 if the process is gone.
  std::int64_t page_table_bytes = 0;
};
Held held_for(int pid);

/// The kernel's stack of one thread, in bytes. The kernel tells only the sum over the machine, of
/// which other programs' threads soon are the larger part; but all stacks have the one size that it
/// was built with, which for processors of 64 bits is this.
inline constexpr std::int64_t kKernelStackBytes = 16 << 10;

/// Memory on the whole machine that the kernel allocated for small objects of its own and cannot
/// give back (slab), in bytes.
std::int64_t slab_bytes();

/// Lets the kernel's high-water mark start anew from what is resident now.
void forget_peak_resident();
void forget_peak_resident_of(int pid);

}  // namespace asyncmark
