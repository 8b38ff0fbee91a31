#pragma once

#include <cstdint>

namespace asyncmark {

/// What the kernel counted of TCP's troubles in this network namespace, whoever had them.
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
