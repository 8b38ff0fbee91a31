#include "workloads/http/tls.hpp"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>

#include <cerrno>
#include <new>

#include "bench/base/errors.hpp"
#include "workloads/http/failures.hpp"

namespace asyncmark::http {
namespace {

/// As OpenSSL's own socket, but for the signal that ends a process which writes to a closed one.
int send_quietly(BIO* bio, const char* data, int size) {
  int socket = -1;
  BIO_get_fd(bio, &socket);
  const auto sent = send(socket, data, static_cast<std::size_t>(size), MSG_NOSIGNAL);
  BIO_clear_retry_flags(bio);
  if (sent < 0 && (errno == EAGAIN || errno == EINTR)) BIO_set_retry_write(bio);
  return static_cast<int>(sent);
}

const BIO_METHOD* quiet_socket() {
  static const BIO_METHOD* const method = [] {
    const auto* plain = BIO_s_socket();
    auto* quiet = BIO_meth_new(BIO_TYPE_SOCKET, "quiet socket");
    if (!quiet) throw std::bad_alloc();
    BIO_meth_set_write(quiet, send_quietly);
    BIO_meth_set_read(quiet, BIO_meth_get_read(plain));
    BIO_meth_set_ctrl(quiet, BIO_meth_get_ctrl(plain));
    BIO_meth_set_create(quiet, BIO_meth_get_create(plain));
    BIO_meth_set_destroy(quiet, BIO_meth_get_destroy(plain));
    return quiet;
  }();
  return method;
}

/// An address is looked for among a certificate's addresses, not among its names.
bool is_address(SSL& session, const std::string& host) {
  return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(&session), host.c_str()) == 1;
}

}  // namespace

TlsContext make_tls_context(const TlsSettings& settings) {
  TlsContext context(SSL_CTX_new(TLS_client_method()), SSL_CTX_free);
  if (!context) throw std::bad_alloc();
  SSL_CTX_set_mode(context.get(), SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                      SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  // Servers that close without saying so are common; HTTP's own framing tells what was cut off.
  SSL_CTX_set_options(context.get(), SSL_OP_IGNORE_UNEXPECTED_EOF);
  SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);
  SSL_CTX_set_verify(context.get(), settings.insecure ? SSL_VERIFY_NONE : SSL_VERIFY_PEER, nullptr);
  if (settings.ca.empty()) {
    SSL_CTX_set_default_verify_paths(context.get());
  } else if (SSL_CTX_load_verify_file(context.get(), settings.ca.c_str()) != 1) {
    ERR_clear_error();
    throw UsageError(
        fmt::format("--ca: '{}' is not a readable file of certificates (PEM)", settings.ca));
  }
  return context;
}

TlsSession make_tls_session(SSL_CTX& context, int socket, const std::string& host) {
  TlsSession session(SSL_new(&context), SSL_free);
  BIO* bio = session ? BIO_new(quiet_socket()) : nullptr;
  if (!bio) throw std::bad_alloc();
  BIO_set_fd(bio, socket, BIO_NOCLOSE);
  SSL_set_bio(session.get(), bio, bio);
  if (!is_address(*session, host)) {
    SSL_set_tlsext_host_name(session.get(), host.c_str());
    SSL_set1_host(session.get(), host.c_str());
  }
  SSL_set_connect_state(session.get());
  return session;
}

FailureReason tls_failure(SSL& session, int result) {
  const int system_error = errno;
  const int kind = SSL_get_error(&session, result);
  const int reason = ERR_GET_REASON(ERR_peek_error());
  ERR_clear_error();
  if (kind == SSL_ERROR_SYSCALL && system_error != 0) return failure_of(system_error);
  if (SSL_get_verify_result(&session) != X509_V_OK &&
      SSL_get_verify_mode(&session) != SSL_VERIFY_NONE)
    return failures::kBadCertificate;
  // Where something else than a record of TLS arrives, OpenSSL takes it for one of another version.
  return kind == SSL_ERROR_SSL && reason == SSL_R_WRONG_VERSION_NUMBER ? failures::kNotHttps
                                                                       : failures::kTls;
}

}  // namespace asyncmark::http
