#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "bench/base/units.hpp"

namespace asyncmark {

/// A process and its descendants, parents first, but for `apart` and its own; empty once it is
/// gone.
std::vector<pid_t> process_tree(pid_t root, pid_t apart = 0);

/// Returns what is in a folder of /proc: less, or nothing, where its process ends meanwhile. A
/// directory_iterator in a range-for would throw then.
std::vector<std::filesystem::path> entries_of(const std::filesystem::path& folder);

/// Returns the fields of /proc/PID/stat behind the name, the state first; none once it is gone.
std::vector<std::string> stat_of(pid_t process);

/// Kills a group of processes with all that they started, in groups of their own or not. (Not what
/// has lost its parent since.)
void end_tree(pid_t group);

/// The same for all that this process started.
void end_descendants();

/// What the processes of a tree have used in their lives.
struct TreeTimes {
  /// Of those that live to the nanosecond; with it that of the children that each has reaped, which
  /// the kernel tells to a hundredth of a second.
  Duration cpu{};
  Duration user{};    ///< To a hundredth of a second.
  Duration system{};  ///< The same.
};
TreeTimes times_of(const std::vector<pid_t>& tree);

/// What a thread has used in its life, to the nanosecond.
struct ThreadTimes {
  Duration cpu{};
  Duration waited{};  ///< For a processor, while it could have run.
};

/// The times of each of their threads; without those that have ended.
std::map<pid_t, ThreadTimes> thread_times_of(const std::vector<pid_t>& tree);

/// Returns the processor time of the thread that used most between the two.
Duration busiest_since(const std::map<pid_t, ThreadTimes>& before,
                       const std::map<pid_t, ThreadTimes>& now);

/// Returns the time that all threads waited for a processor between the two.
Duration waited_since(const std::map<pid_t, ThreadTimes>& before,
                      const std::map<pid_t, ThreadTimes>& now);

/// Threads that they have now.
std::uint64_t threads_of(const std::vector<pid_t>& tree);

/// Memory that is resident for all of them now, in bytes: of a single process its RSS. Of several
/// it is the sum of what each has of its own, and of files and shared memory, which they mostly
/// have in common, the most that one has. (Not their proportional shares: those are less where a
/// stranger maps the same files.)
std::int64_t resident_bytes_of(const std::vector<pid_t>& tree);

}  // namespace asyncmark
