// Connections that were idle between two operations.

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <thread>

#include "bench/engine/window.hpp"
#include "bench/model/workload.hpp"
#include "workloads/http/testing/calls.hpp"
#include "workloads/http/testing/raw_server.hpp"

namespace asyncmark::http::testing::idle_connections_test {
namespace {

using ::asyncmark::testing::Caller;
using ::testing::Values;

/// Longer than the pause after which a connection is looked at.
constexpr auto kIdle = std::chrono::milliseconds(40);

class IdleConnections : public ::testing::TestWithParam<Waiting> {};

INSTANTIATE_TEST_SUITE_P(Http, IdleConnections, Values(Waiting::blocking, Waiting::on_a_loop),
                         [](const auto& one) { return to_string(one.param); });

/// Ends each connection after an answer without saying so, and tells how many it has ended.
class ClosingServer {
 public:
  ClosingServer()
      : server_([this](Connection& connection) {
          connection.read_request();
          connection.write(answer("hello"));
          ++ended_;
        }) {}

  std::string url() const { return server_.url(); }
  std::size_t connections() const { return server_.connections(); }
  /// Until it has ended so many, and then for longer than the pause after which a client looks.
  void wait_for_end_of(std::size_t connections) const {
    while (ended_ < connections) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    std::this_thread::sleep_for(kIdle);
  }

 private:
  std::atomic<std::size_t> ended_ = 0;
  RawServer server_;
};

TEST_P(IdleConnections, AreMadeAnewWhereTheServerClosedThem) {
  const ClosingServer server;
  const auto reopened = window().connections_reopened.load();
  Caller caller(GetParam(), make_http({{"url", server.url()}}));
  for (std::size_t i = 1; i <= 3; ++i) {
    EXPECT_EQ(caller.call(0).failure, "") << i;
    server.wait_for_end_of(i);
  }
  EXPECT_EQ(window().connections_reopened - reopened, 2u);
  EXPECT_EQ(server.connections(), 3u);
}

TEST_P(IdleConnections, AreMadeAnewWhereSomethingCameThatNobodyAskedFor) {
  std::atomic<bool> has_said = false;
  const RawServer server([&](Connection& connection) {
    connection.read_request();
    connection.write(answer("hello"));
    if (connection.number() == 0) {
      std::this_thread::sleep_for(kIdle);
      connection.write("HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n");
      has_said = true;
    }
    connection.hold();
  });
  Caller caller(GetParam(), make_http({{"url", server.url()}}));
  EXPECT_EQ(caller.call(0).failure, "");
  while (!has_said) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  EXPECT_EQ(caller.call(0).failure, "");
  EXPECT_EQ(server.connections(), 2u);
}

TEST_P(IdleConnections, AreKeptWhereTheyStand) {
  const RawServer server(always(answer("hello")));
  const auto reopened = window().connections_reopened.load();
  Caller caller(GetParam(), make_http({{"url", server.url()}}));
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(caller.call(0).failure, "") << i;
    std::this_thread::sleep_for(kIdle);
  }
  EXPECT_EQ(window().connections_reopened - reopened, 0u);
  EXPECT_EQ(server.connections(), 1u);
}

TEST(IdleConnectionsOfHttplib, AreCountedWhereTheyWereClosed) {
  const ClosingServer server;
  const auto reopened = window().connections_reopened.load();
  const auto workload = make_http({{"url", server.url()}, {"client", "httplib"}});
  const auto session = workload->open_blocking();
  for (std::size_t i = 1; i <= 3; ++i) {
    EXPECT_EQ(session->call(0).failure, "") << i;
    server.wait_for_end_of(i);
  }
  EXPECT_EQ(window().connections_reopened - reopened, 2u);
}

}  // namespace
}  // namespace asyncmark::http::testing::idle_connections_test
