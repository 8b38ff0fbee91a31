#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "bench/os/process.hpp"
#include "workloads/http/tls.hpp"

namespace asyncmark::http::testing {

class RawServer;

/// The server's side of one connection, as a script sees it. All it does waits.
class Connection {
 public:
  Connection(RawServer& server, int socket, std::size_t number, SSL_CTX* tls);
  /// In order: it says no more, and waits for the client to close. What is closed with something
  /// left to read is reset.
  ~Connection();

  std::size_t number() const { return number_; }  ///< From 0, in the order of accepting.
  /// The next request whole, header and body; empty when the client has closed.
  std::string read_request();
  /// Whatever comes next; false when the client has closed.
  bool read_some();
  /// False when the client is gone.
  bool write(std::string_view text);
  /// Ends the connection by a reset, instead of in order.
  void reset();
  /// Says nothing until the client closes.
  void hold();

 private:
  long receive(char* into, std::size_t size);

  RawServer& server_;
  int socket_;
  std::size_t number_;
  TlsSession tls_{nullptr, SSL_free};
  std::string unread_;
  bool is_reset_ = false;
};

/// A server of plain sockets on 127.0.0.1, or ::1, that plays a script on each connection, in a
/// thread of its own, and closes the connection at its end. Nothing in it knows HTTP but
/// read_request().
class RawServer {
 public:
  using Script = std::function<void(Connection&)>;

  explicit RawServer(Script script, SSL_CTX* tls = nullptr, bool v6 = false);
  ~RawServer();
  RawServer(const RawServer&) = delete;
  RawServer& operator=(const RawServer&) = delete;

  std::string url(const std::string& target = "/") const;
  std::size_t connections() const { return accepted_; }
  /// That was read last, on any connection.
  std::string last_request() const;
  /// From now on connections are refused; those that there are go on.
  void stop_listening();
  /// As if its process had died: those that there are end as well.
  void go_away();
  /// Listens again, at the same port.
  void come_back() { listen(); }

 private:
  friend class Connection;

  void listen();
  void serve(int listener);
  void play(int socket, std::size_t number);

  Script script_;
  SSL_CTX* tls_;
  bool v6_;
  std::uint16_t port_ = 0;
  Descriptor listener_;
  std::atomic<std::size_t> accepted_{0};
  std::mutex listening_;
  mutable std::mutex mutex_;
  std::string last_request_;
  std::vector<int> sockets_;
  std::vector<std::thread> clients_;
  std::thread acceptor_;
};

/// A good answer with this body.
std::string answer(const std::string& body, const std::string& headers = "");
/// Gives this answer to every request.
RawServer::Script always(const std::string& text);

}  // namespace asyncmark::http::testing
