#pragma once

#include <cstdint>

namespace asyncmark {

/// The kernel's counts of TCP errors in this network namespace, of all its processes.
struct NetworkCounts {
  std::uint64_t listen_overflows =
      0;                           ///< Connections that a listener's full queue had no room for.
  std::uint64_t listen_drops = 0;  ///< These, and those dropped for other reasons.
  std::uint64_t tcp_timeouts = 0;  ///< Times that nothing was acknowledged in time.
  std::uint64_t retransmitted_segments = 0;

  NetworkCounts operator-(const NetworkCounts& before) const;
  NetworkCounts& operator+=(const NetworkCounts& other);
};

/// Since boot. Zero where the kernel does not tell.
NetworkCounts network_counts();

}  // namespace asyncmark
