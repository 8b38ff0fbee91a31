#pragma once

#include "bench/base/units.hpp"
#include "bench/model/outcome.hpp"

namespace asyncmark {

/// What a socket has to become before it is worth trying again.
enum class Want { nothing, readable, writable, either };

/// Waits until the socket becomes that; false when it has not by then.
bool wait_for(int socket, Want want, Clock::time_point until);

/// What an errno of a socket comes to.
FailureReason failure_of(int error);

namespace failures {

inline constexpr FailureReason kRefused{"refused"};           ///< Nothing listens there.
inline constexpr FailureReason kReset{"reset"};               ///< The server tore it down.
inline constexpr FailureReason kClosedEarly{"closed early"};  ///< Before a byte of the answer.
inline constexpr FailureReason kTimeOut{"time-out"};          ///< --timeout was over.
inline constexpr FailureReason kUnreachable{"unreachable"};   ///< No way to that host.

}  // namespace failures
}  // namespace asyncmark
