#pragma once

#include <span>
#include <string_view>

#include "bench/os/process.hpp"
#include "workloads/http/address.hpp"
#include "workloads/http/tls.hpp"
#include "workloads/support/waiting.hpp"

namespace asyncmark::http {

/// Where connections lead, and how.
struct Endpoint {
  Address address;
  std::string host;                       ///< As the certificate has to name it.
  TlsContext tls{nullptr, SSL_CTX_free};  ///< Empty: plain HTTP.
};

/// A connection that waits for nothing: each call goes as far as it gets at once, and says what to
/// wait for before it is called again. So the same code serves a thread and an event loop.
class Channel {
 public:
  struct Progress {
    std::size_t bytes = 0;
    Want want = Want::nothing;  ///< Nothing: the call has done what it could, or failed.
    FailureReason failure = {};
    bool ended = false;  ///< The other side sends no more.
  };

  explicit Channel(const Endpoint& endpoint) : endpoint_(endpoint) {}

  const Endpoint& endpoint() const { return endpoint_; }
  bool is_open() const { return static_cast<bool>(socket_); }
  int socket() const { return socket_.get(); }

  /// Opens the connection, without Nagle's delay, and shakes hands. To be called until it wants
  /// nothing more.
  Progress open();
  Progress send(std::string_view data);
  Progress receive(std::span<char> into);
  /// Whether receive() would give more without the socket becoming readable.
  bool holds_more() const { return tls_ && SSL_pending(tls_.get()) > 0; }
  /// Whether a connection that waits for nothing is still good: the other side has neither closed
  /// it nor sent bytes that no request is waiting for.
  bool stands();
  void close();

  /// Connects there and closes again, without a byte. Gives the reason when it cannot.
  static FailureReason probe(const Address& address, Duration limit);

 private:
  Progress begin();
  Progress tls_progress(int result);

  const Endpoint& endpoint_;
  Descriptor socket_;
  TlsSession tls_{nullptr, SSL_free};
  bool connected_ = false;
};

}  // namespace asyncmark::http
