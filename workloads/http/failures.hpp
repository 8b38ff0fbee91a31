#pragma once

#include "bench/outcome.hpp"

namespace asyncmark::http::failures {

inline constexpr FailureReason kRefused{"refused"};           ///< Nothing listens there.
inline constexpr FailureReason kReset{"reset"};               ///< The server tore it down.
inline constexpr FailureReason kClosedEarly{"closed early"};  ///< Before a byte of the answer.
inline constexpr FailureReason kTruncated{"truncated"};       ///< In the middle of the answer.
inline constexpr FailureReason kTimeOut{"time-out"};          ///< --timeout was over.
inline constexpr FailureReason kBadStatus{"bad status"};      ///< Not what --expect says.
inline constexpr FailureReason kBadFraming{"bad framing"};    ///< Not HTTP, or more than it said.
inline constexpr FailureReason kUnreachable{"unreachable"};   ///< No way to that host.
inline constexpr FailureReason kBadCertificate{"bad certificate"};
inline constexpr FailureReason kTls{"tls"};  ///< Any other failure of TLS.

}  // namespace asyncmark::http::failures

namespace asyncmark::http {

/// What an errno of a socket comes to.
FailureReason failure_of(int error);

}  // namespace asyncmark::http
