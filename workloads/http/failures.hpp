#pragma once

#include <array>
#include <charconv>
#include <string_view>

#include "workloads/support/waiting.hpp"

namespace asyncmark::http::failures {

using namespace asyncmark::failures;

inline constexpr FailureReason kTruncated{"truncated"};     ///< In the middle of the answer.
inline constexpr FailureReason kBadFraming{"bad framing"};  ///< Not HTTP, or more than it said.
inline constexpr FailureReason kLongHeader{"header > 256KiB"};
inline constexpr FailureReason kBadCertificate{"bad certificate"};
inline constexpr FailureReason kNotHttps{
    "not HTTPS"};                            ///< No TLS at all, where https was asked for.
inline constexpr FailureReason kTls{"tls"};  ///< Any other failure of TLS.

/// A status that is not what --expect says: `bad status 404`.
inline FailureReason bad_status(int status) {
  std::array<char, 14> text{'b', 'a', 'd', ' ', 's', 't', 'a', 't', 'u', 's', ' '};
  std::to_chars(text.data() + 11, text.data() + text.size(), status);
  return FailureReason(std::string_view(text.data(), text.size()));
}

}  // namespace asyncmark::http::failures
