#include "workloads/http/channel.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>

#include <algorithm>
#include <cerrno>
#include <climits>

#include "workloads/http/failures.hpp"

namespace asyncmark::http {

FailureReason Channel::probe(const Address& address, Duration limit) {
  Endpoint endpoint;
  endpoint.address = address;
  Channel channel(endpoint);
  const auto until = Clock::now() + limit;
  for (auto progress = channel.open(); progress.want != Want::nothing || !progress.failure.empty();
       progress = channel.open()) {
    if (!progress.failure.empty()) return progress.failure;
    if (!wait_for(channel.socket(), progress.want, until)) return failures::kTimeOut;
  }
  return {};
}

Channel::Progress Channel::begin() {
  const auto& address = endpoint_.address;
  socket_ = Descriptor(
      ::socket(address.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!socket_) return {.failure = failure_of(errno)};
  const int on = 1;
  setsockopt(socket_.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (connect(socket_.get(), address.get(), address.size) == 0) {
    connected_ = true;
  } else if (errno == EINPROGRESS) {
    return {.want = Want::writable};
  } else {
    return {.failure = failure_of(errno)};
  }
  return {};
}

Channel::Progress Channel::open() {
  if (!socket_) {
    if (const auto begun = begin(); !connected_) return begun;
  } else if (!connected_) {
    int error = 0;
    socklen_t size = sizeof error;
    getsockopt(socket_.get(), SOL_SOCKET, SO_ERROR, &error, &size);
    if (error != 0) return {.failure = failure_of(error)};
    connected_ = true;
  }
  if (!endpoint_.tls) return {};
  if (!tls_) tls_ = make_tls_session(*endpoint_.tls, socket_.get(), endpoint_.host);
  errno = 0;
  return tls_progress(SSL_do_handshake(tls_.get()));
}

Channel::Progress Channel::tls_progress(int result) {
  if (result > 0) return {.bytes = static_cast<std::size_t>(result)};
  switch (SSL_get_error(tls_.get(), result)) {
    case SSL_ERROR_WANT_READ:
      return {.want = Want::readable};
    case SSL_ERROR_WANT_WRITE:
      return {.want = Want::writable};
    case SSL_ERROR_ZERO_RETURN:
      return {.ended = true};
    default:
      return {.failure = tls_failure(*tls_, result)};
  }
}

Channel::Progress Channel::send(std::string_view data) {
  errno = 0;
  if (tls_)
    return tls_progress(SSL_write(tls_.get(), data.data(),
                                  static_cast<int>(std::min<std::size_t>(data.size(), INT_MAX))));
  const auto sent = ::send(socket_.get(), data.data(), data.size(), MSG_NOSIGNAL);
  if (sent >= 0) return {.bytes = static_cast<std::size_t>(sent)};
  if (errno == EAGAIN || errno == EINTR) return {.want = Want::writable};
  return {.failure = failure_of(errno)};
}

Channel::Progress Channel::receive(std::span<char> into) {
  errno = 0;
  if (tls_) return tls_progress(SSL_read(tls_.get(), into.data(), static_cast<int>(into.size())));
  const auto got = ::recv(socket_.get(), into.data(), into.size(), 0);
  if (got == 0 || (got < 0 && errno == EPIPE)) return {.ended = true};
  if (got > 0) return {.bytes = static_cast<std::size_t>(got)};
  if (errno == EAGAIN || errno == EINTR) return {.want = Want::readable};
  return {.failure = failure_of(errno)};
}

bool Channel::stands() {
  char byte = 0;
  errno = 0;
  if (!tls_) return recv(socket_.get(), &byte, 1, MSG_PEEK) < 0 && errno == EAGAIN;
  // What is there may be no more than a session ticket.
  const int got = SSL_peek(tls_.get(), &byte, 1);
  return got <= 0 && tls_progress(got).want == Want::readable;
}

void Channel::close() {
  tls_.reset();
  socket_.reset();
  connected_ = false;
}

}  // namespace asyncmark::http
