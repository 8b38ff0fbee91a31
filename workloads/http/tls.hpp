#pragma once

#include <openssl/ssl.h>

#include <memory>
#include <string>

#include "bench/model/outcome.hpp"

namespace asyncmark::http {

using TlsContext = std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)>;
using TlsSession = std::unique_ptr<SSL, decltype(&SSL_free)>;

struct TlsSettings {
  std::string ca;         ///< A file of certificates to trust; empty: those of the system.
  bool insecure = false;  ///< Whether any certificate will do.
};

/// What all connections share. No session is kept for later connections, so that every handshake
/// is a whole one. Throws UsageError naming --ca.
TlsContext make_tls_context(const TlsSettings& settings);

/// The client's side of a connection to `host` (a name or an address) over a connected socket.
TlsSession make_tls_session(SSL_CTX& context, int socket, const std::string& host);

/// What a failure of OpenSSL's comes to, and forgets it. `result` is that of its call.
FailureReason tls_failure(SSL& session, int result);

}  // namespace asyncmark::http
