#include "workloads/http/testing/faults.hpp"

#include <chrono>
#include <memory>
#include <thread>

namespace asyncmark::http::testing {
namespace {

const std::string kOk = "HTTP/1.1 200 OK\r\n";
const std::string kChunked = kOk + "Transfer-Encoding: chunked\r\n\r\n";

bool say(Connection& connection, const std::string& text) {
  connection.write(text);
  return false;
}

/// Then says no more, but does not close either.
bool say_and_hold(Connection& connection, const std::string& text) {
  connection.write(text);
  connection.hold();
  return false;
}

/// Until the client closes.
bool say_without_end(Connection& connection, const std::string& begin, const std::string& more) {
  for (bool open = connection.write(begin); open;) open = connection.write(more);
  return false;
}

}  // namespace

const std::vector<Fault>& faults() {
  static const std::string megabyte(1 << 20, 'x');
  static const std::string field = "Endless: " + std::string(16 << 10, 'x') + "\r\n";
  static const std::vector<Fault> all{
      {"Resets", "reset", "read failed", [](Connection& one) { return one.reset(), false; }},
      {"ClosesInsteadOfAnswering", "closed early", "read failed",
       [](Connection&) { return false; }},
      {"SaysThatItCloses", "", "",
       [](Connection& one) { return say(one, answer("bye", "Connection: close\r\n")); }},
      {"Answers500", "bad status 500", "bad status 500",
       [](Connection& one) { return one.write("HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n"); }},
      {"SendsGarbage", "bad framing", "read failed",
       [](Connection& one) { return say(one, "SSH-2.0-OpenSSH_9.2p1 Debian\r\n"); }},
      {"SendsMoreThanItSaid", "bad framing", nullptr,
       [](Connection& one) { return say(one, answer("hello") + "world"); }},
      {"NeverEndsItsHeader", "header > 256KiB", nullptr,
       [](Connection& one) { return say_without_end(one, kOk, field); }},
      {"SendsHalfABody", "truncated", "read failed",
       [](Connection& one) { return say(one, kOk + "Content-Length: 100\r\n\r\nhalf"); }},
      {"BreaksAChunk", "bad framing", "read failed",
       [](Connection& one) { return say_and_hold(one, kChunked + "5\r\nhello\r\nworld\r\n"); }},
      {"EndsInAChunk", "truncated", "read failed",
       [](Connection& one) { return say(one, kChunked + "64\r\nhello"); }},
      {"Stalls", "time-out", "time-out", [](Connection& one) { return say_and_hold(one, ""); }},
      {"StallsInTheBody", "time-out", "time-out",
       [](Connection& one) { return say_and_hold(one, kOk + "Content-Length: 9\r\n\r\nhalf"); }},
      {"NeverEndsItsBody", "time-out", "time-out",
       [](Connection& one) { return say_without_end(one, kOk + "\r\n", megabyte); }},
  };
  return all;
}

RawServer::Script now_and_then(const Fault& fault, std::size_t period) {
  return [play = fault.play, period,
          requests = std::make_shared<std::atomic<std::size_t>>(0)](Connection& connection) {
    for (bool open = true; open && !connection.read_request().empty();)
      open = ++*requests % period == 0 ? play(connection) : connection.write(answer("hello"));
  };
}

}  // namespace asyncmark::http::testing
