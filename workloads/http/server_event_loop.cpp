#include <fmt/format.h>

#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/buffers_suffix.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <tuple>

#include "bench/engine/event_loop.hpp"
#include "bench/os/interruption.hpp"
#include "workloads/http/server.hpp"

namespace asyncmark::http_server {
namespace {

namespace http = boost::beast::http;
using Socket = asio::basic_stream_socket<asio::ip::tcp, EventLoop::Executor>;
using Acceptor = asio::basic_socket_acceptor<asio::ip::tcp, EventLoop::Executor>;
using Parser = http::request_parser<http::string_body>;

/// More than any sensible request has, and little enough to hold.
constexpr std::uint64_t kMostBody = 64 << 20;

/// Errors as values: a client that goes is nothing out of the ordinary.
constexpr auto as_error = asio::as_tuple(use_async);

class Server {
 public:
  explicit Server(Answering& answering)
      : answering_(answering),
        acceptor_(loop_.executor()),
        interruption_(loop_.executor(), Interruption::descriptor()) {
    const auto head = [&](const char* connection) {
      return fmt::format(
          "HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nContent-Length: {}\r\n"
          "Connection: {}\r\n\r\n",
          answering.settings.body.size(), connection);
    };
    head_ = head("keep-alive");
    last_head_ = head("close");
    listen();
  }
  ~Server() { interruption_.release(); }

  void serve() {
    announce(
        endpoint(acceptor_.local_endpoint().port()),
        fmt::format("event-loop: 1 thread, listen backlog {}, keep-alive without end, no-delay",
                    longest_listen_backlog()));
    interruption_.async_wait(
        decltype(interruption_)::wait_read,
        [&](const boost::system::error_code&) { loop_.executor().context().stop(); });
    loop_.spawn(accept());
    loop_.run();
  }

 private:
  void listen() {
    try {
      acceptor_.open(asio::ip::tcp::v4());
      acceptor_.set_option(Acceptor::reuse_address(true));
      acceptor_.set_option(asio::ip::tcp::no_delay(true));  // Which those accepted inherit.
      acceptor_.bind({asio::ip::address_v4::loopback(), answering_.settings.port});
      acceptor_.listen(longest_listen_backlog());
    } catch (const boost::system::system_error& error) {
      throw_cannot_listen(answering_.settings, error.code().message());
    }
  }

  Async<void> accept() {
    for (;;) {
      auto [error, socket] = co_await acceptor_.async_accept(as_error);
      if (!error)
        loop_.spawn(serve(std::move(socket)));
      else  // No descriptor is left; those who wait are served when one is.
        co_await sleep_until(loop_, Clock::now() + std::chrono::milliseconds(5));
    }
  }

  Async<void> serve(Socket socket) {
    const CountedConnection counted(answering_.counts);
    boost::system::error_code cannot;  // Then its writes wait, and all is well but slower.
    socket.non_blocking(true, cannot);
    boost::beast::flat_buffer buffer;
    AsyncTimer timer(loop_.executor());
    for (bool open = true; open;) {
      Parser request;
      request.body_limit(kMostBody);
      const auto [error, size] = co_await http::async_read(socket, buffer, request, as_error);
      if (error) {
        if (is_malformed(error)) co_await refuse(socket);
        break;
      }
      const auto arrived = Clock::now();
      for (auto due = answering_.begin(); answering_.must_wait(due);) {
        timer.expires_at(due);
        co_await timer.async_wait(as_error);
      }
      open = co_await answer(socket, request.get());
      answering_.end(arrived);
    }
    boost::system::error_code gone;
    socket.shutdown(Socket::shutdown_both, gone);
  }

  /// False when the connection is over.
  Async<bool> answer(Socket& socket, const Parser::value_type& request) {
    const bool stays = request.keep_alive();
    const std::array<asio::const_buffer, 2> parts{asio::buffer(stays ? head_ : last_head_),
                                                  request.method() == http::verb::head
                                                      ? asio::const_buffer()
                                                      : asio::buffer(answering_.settings.body)};
    // At once, as far as it goes: an awaited write would be noted only when all that is ready on
    // the loop has had its turn.
    boost::system::error_code error;
    boost::beast::buffers_suffix<std::array<asio::const_buffer, 2>> rest(parts);
    rest.consume(socket.write_some(parts, error));
    if (error == asio::error::would_block) error = {};
    if (!error && asio::buffer_size(rest) > 0)
      std::tie(error, std::ignore) = co_await asio::async_write(socket, rest, as_error);
    co_return stays && !error;
  }

  static bool is_malformed(const boost::system::error_code& error) {
    return error != http::error::end_of_stream && error != http::error::partial_message &&
           error.category() == http::make_error_code(http::error::end_of_stream).category();
  }

  static Async<void> refuse(Socket& socket) {
    static const std::string answer =
        "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    co_await asio::async_write(socket, asio::buffer(answer), as_error);
  }

  Answering& answering_;
  EventLoop loop_;
  Acceptor acceptor_;
  asio::posix::basic_stream_descriptor<EventLoop::Executor> interruption_;
  std::string head_;
  std::string last_head_;  ///< On a connection that is closed after it.
};

}  // namespace

void serve_event_loop(Answering& answering) { Server(answering).serve(); }

}  // namespace asyncmark::http_server
