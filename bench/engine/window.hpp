#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace asyncmark {

enum class Phase : std::uint32_t { starting, set_up, warm_up, ready, timed, over };

/// What one thread counts of the operations that it alone carries out, where threads share nothing.
struct alignas(64) LaneCounts {
  std::atomic<std::uint64_t> in_flight{0};
  std::atomic<std::uint64_t> claimed{0};
};

/// How many threads can do so in one process.
inline constexpr std::size_t kMostLanes = 256;

/// What a child lets its parent see while it runs: memory that both map, passed on descriptor 5.
/// The parent samples it from outside, so that watching takes neither a thread nor time of the
/// child, and the figures do not come from the records that they are to check. Its layout is part
/// of the protocol.
struct Window {
  std::atomic<std::uint64_t> in_flight{0};  ///< Without those of the lanes.
  std::atomic<Phase> phase{Phase::starting};
  std::atomic<std::uint32_t> pid{0};  ///< Of the child itself, not of a launcher before it.
  /// Whether the parent has something to look at when the child is ready to begin its timed part,
  /// and when that is over: the child then waits at both until `met` is its phase.
  std::atomic<bool> meets{false};
  std::atomic<Phase> met{Phase::starting};
  /// slab_bytes(), and the page tables of the child, before the first session.
  std::atomic<std::int64_t> slab_bytes_before{0};
  std::atomic<std::int64_t> page_table_bytes_before{0};
  /// Threads of the child that carry out nothing.
  std::atomic<std::uint32_t> threads_of_harness{0};
  /// Where the recorders lie in the memory of the child, how many there are and the size of each:
  /// the parent reads them there to show progress, without any work of the child.
  std::atomic<std::uint32_t> recorders{0};
  std::atomic<std::uint64_t> recorders_at{0};
  std::atomic<std::uint32_t> recorder_bytes{0};
  /// How many operations of the pass were claimed, without those of the lanes, and a few more at
  /// its end: each client that finds nothing left has counted once in vain. On a cache line of its
  /// own, for every claim writes it.
  alignas(64) std::atomic<std::uint64_t> claimed{0};
  /// Connections that sessions began to make, and those that came to stand: counted by workloads
  /// that have some, here so that it costs nothing where none is made.
  alignas(64) std::atomic<std::uint64_t> connections_tried{0};
  std::atomic<std::uint64_t> connections_made{0};
  /// Of those tried: in place of one that the other side had closed while nothing was asked over
  /// it.
  std::atomic<std::uint64_t> connections_reopened{0};
  std::array<LaneCounts, kMostLanes> lanes;

  std::uint64_t all_in_flight() const;
  std::uint64_t all_claimed() const;
};

// Programs of before had the same size, and parent and child may be of two builds.
static_assert(sizeof(Window) == (3 + kMostLanes) * 64);

/// Enters a phase, and waits until the parent has looked, if it wants to; a second at the most.
void meet(Phase phase);

/// The window of this process: the one its parent watches, or else one without a watcher.
Window& window();

/// From here on window() is the page behind this descriptor, if it is one.
void show_through(int descriptor);

}  // namespace asyncmark
