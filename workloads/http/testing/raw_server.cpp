#include "workloads/http/testing/raw_server.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
#include <stdexcept>

namespace asyncmark::http::testing {

Connection::Connection(RawServer& server, int socket, std::size_t number, SSL_CTX* tls)
    : server_(server), socket_(socket), number_(number) {
  const int on = 1;
  setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (!tls) return;
  tls_.reset(SSL_new(tls));
  SSL_set_fd(tls_.get(), socket_);
  SSL_accept(tls_.get());
}

Connection::~Connection() {
  if (is_reset_) return;
  shutdown(socket_, SHUT_WR);
  hold();
}

long Connection::receive(char* into, std::size_t size) {
  return tls_ ? SSL_read(tls_.get(), into, static_cast<int>(size)) : recv(socket_, into, size, 0);
}

std::string Connection::read_request() {
  for (;;) {
    if (const auto end = unread_.find("\r\n\r\n"); end != std::string::npos) {
      const auto length = unread_.find("Content-Length: ");
      const auto body = length < end ? std::stoul(unread_.substr(length + 16, 20)) : 0;
      if (const auto whole = end + 4 + body; unread_.size() >= whole) {
        const auto request = unread_.substr(0, whole);
        unread_.erase(0, whole);
        const std::scoped_lock lock(server_.mutex_);
        server_.last_request_ = request;
        return request;
      }
    }
    char piece[65536];
    const auto got = receive(piece, sizeof piece);
    if (got <= 0) return "";
    unread_.append(piece, static_cast<std::size_t>(got));
  }
}

bool Connection::read_some() {
  char piece[4096];
  return receive(piece, sizeof piece) > 0;
}

bool Connection::write(std::string_view text) {
  while (!text.empty()) {
    const auto put = tls_ ? SSL_write(tls_.get(), text.data(), static_cast<int>(text.size()))
                          : send(socket_, text.data(), text.size(), MSG_NOSIGNAL);
    if (put <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(put));
  }
  return true;
}

void Connection::reset() {
  // Its owner closes it, and that is then a reset.
  is_reset_ = true;
  const linger now{1, 0};
  setsockopt(socket_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
}

void Connection::hold() {
  char piece[4096];
  while (recv(socket_, piece, sizeof piece, 0) > 0) {
  }
}

RawServer::RawServer(Script script, SSL_CTX* tls, bool v6)
    : script_(std::move(script)), tls_(tls), v6_(v6) {
  listen();
}

RawServer::~RawServer() {
  go_away();
  for (auto& one : clients_) one.join();
}

void RawServer::listen() {
  const std::scoped_lock lock(listening_);
  listener_ = Descriptor(socket(v6_ ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const int on = 1;  // Connections of before, not yet forgotten, would be in its way.
  setsockopt(listener_.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in v4{};
  v4.sin_family = AF_INET;
  v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  v4.sin_port = htons(port_);
  sockaddr_in6 v6{};
  v6.sin6_family = AF_INET6;
  v6.sin6_addr = in6addr_loopback;
  v6.sin6_port = v4.sin_port;
  socklen_t size = v6_ ? sizeof v6 : sizeof v4;
  auto* const plain = v6_ ? reinterpret_cast<sockaddr*>(&v6) : reinterpret_cast<sockaddr*>(&v4);
  if (bind(listener_.get(), plain, size) != 0 || ::listen(listener_.get(), 1024) != 0 ||
      getsockname(listener_.get(), plain, &size) != 0)
    throw std::runtime_error("the test server cannot listen");
  if (port_ == 0) port_ = ntohs(v6_ ? v6.sin6_port : v4.sin_port);
  acceptor_ = std::thread([this, listener = listener_.get()] { serve(listener); });
}

void RawServer::stop_listening() {
  const std::scoped_lock lock(listening_);
  if (!acceptor_.joinable()) return;
  shutdown(listener_.get(), SHUT_RDWR);
  acceptor_.join();
  listener_.reset();
}

void RawServer::go_away() {
  stop_listening();
  const std::scoped_lock lock(mutex_);
  for (const int one : sockets_) shutdown(one, SHUT_RDWR);
}

std::string RawServer::last_request() const {
  const std::scoped_lock lock(mutex_);
  return last_request_;
}

std::string RawServer::url(const std::string& target) const {
  return fmt::format("{}://{}:{}{}", tls_ ? "https" : "http", v6_ ? "[::1]" : "127.0.0.1", port_,
                     target);
}

void RawServer::play(int socket, std::size_t number) {
  // OpenSSL writes to what the client has closed. Of this thread alone, or programs that the test
  // starts would inherit it.
  sigset_t broken_pipe;
  sigemptyset(&broken_pipe);
  sigaddset(&broken_pipe, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &broken_pipe, nullptr);
  {
    Connection connection(*this, socket, number, tls_);
    script_(connection);
  }
  const std::scoped_lock closing(mutex_);
  std::erase(sockets_, socket);
  close(socket);
}

void RawServer::serve(int listener) {
  for (;;) {
    const int socket = accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
    if (socket < 0) return;
    const std::scoped_lock lock(mutex_);
    sockets_.push_back(socket);
    clients_.emplace_back([this, socket, number = accepted_++] { play(socket, number); });
  }
}

std::string answer(const std::string& body, const std::string& headers) {
  return fmt::format("HTTP/1.1 200 OK\r\n{}Content-Length: {}\r\n\r\n{}", headers, body.size(),
                     body);
}

RawServer::Script always(const std::string& text) {
  return [text](Connection& connection) {
    while (!connection.read_request().empty() && connection.write(text)) {
    }
  };
}

}  // namespace asyncmark::http::testing
