#pragma once

#include <cstdint>
#include <optional>

#include "bench/base/units.hpp"
#include "bench/engine/window.hpp"

namespace asyncmark {

/// How far a child is, as its parent sees it from outside. Another program shows nothing of it and
/// stays in Phase::starting.
struct Live {
  Phase phase = Phase::starting;
  Duration timed{};           ///< Since the pass that runs began.
  std::uint64_t claimed = 0;  ///< Operations of that pass that were handed out.
  std::uint64_t in_flight = 0;
  std::uint64_t ended = 0;  ///< Operations of all passes, those of the warm-up included.
  std::optional<std::uint64_t> failed = {};  ///< Absent where the child's memory cannot be read.
  /// Of the service times so far, or of the response times in an open loop; absent where there are
  /// too few.
  std::optional<Duration> p50 = {};
};

/// Reads the window, and the recorders in the memory of the child that it belongs to. The child
/// does nothing for that: it takes no lock, no system call and no thread there.
Live read_live(const Window& window, bool open_loop);

}  // namespace asyncmark
