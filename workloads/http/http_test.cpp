// The clients of `http` against a server that does what a script says.

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <fstream>
#include <functional>
#include <thread>

#include "bench/base/errors.hpp"
#include "bench/engine/client.hpp"
#include "bench/engine/event_loop.hpp"
#include "bench/engine/window.hpp"
#include "bench/model/workload.hpp"
#include "workloads/http/testing/calls.hpp"
#include "workloads/http/testing/raw_server.hpp"

namespace asyncmark::http::testing::http_test {
namespace {

using ::testing::AllOf;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::SizeIs;
using ::testing::StartsWith;
using ::testing::Values;

const std::string kChunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

class Client : public ::testing::TestWithParam<Waiting> {
 protected:
  std::vector<std::string> reasons(const RawServer& server, std::size_t times, Options more = {}) {
    more["url"] = server.url("/path?query");
    return reasons_of(GetParam(), more, times);
  }
  /// Of operations that are all answered so.
  std::vector<std::string> reasons(const std::string& text, std::size_t times, Options more = {}) {
    const RawServer server(always(text));
    return reasons(server, times, std::move(more));
  }
};

INSTANTIATE_TEST_SUITE_P(Http, Client, Values(Waiting::blocking, Waiting::on_a_loop),
                         [](const auto& one) { return to_string(one.param); });

TEST_P(Client, ReadsAnswersOfEveryFraming) {
  for (const auto& text : {answer("hello"), answer(""), answer(std::string(3'000'000, 'x')),
                           std::string("HTTP/1.1 204 No Content\r\n\r\n"),
                           kChunked + "5\r\nhello\r\n6;a=b\r\n world\r\n0\r\n\r\n",
                           kChunked + "0\r\nTrailer: yes\r\n\r\n",
                           "HTTP/1.1 100 Continue\r\n\r\n" + answer("hello")}) {
    SCOPED_TRACE(text.substr(0, 200));
    EXPECT_THAT(reasons(text, 3), ElementsAre("", "", ""));
  }
}

TEST_P(Client, ReadsAnAnswerThatComesByteByByte) {
  const RawServer server([](Connection& connection) {
    while (!connection.read_request().empty())
      for (const char c : kChunked + "5\r\nhello\r\n0\r\n\r\n") connection.write({&c, 1});
  });
  EXPECT_THAT(reasons(server, 3), ElementsAre("", "", ""));
  EXPECT_EQ(server.connections(), 1u);
}

TEST_P(Client, TakesTheEndOfTheConnectionForTheEndOfAnAnswerWithoutLength) {
  const RawServer server([](Connection& connection) {
    connection.read_request();
    connection.write("HTTP/1.0 200 OK\r\n\r\nhello");
  });
  EXPECT_THAT(reasons(server, 3), ElementsAre("", "", ""));
  EXPECT_EQ(server.connections(), 3u);
}

TEST(HttpClient, CountsConnectionsThatWereRefusedAsTriedOnly) {
  RawServer server([](Connection& connection) {
    connection.read_request();
    connection.write(answer("hello", "Connection: close\r\n"));
  });
  const auto tried = window().connections_tried.load();
  const auto made = window().connections_made.load();
  const auto workload = make_http({{"url", server.url()}});
  const auto session = workload->open_blocking();
  EXPECT_TRUE(session->call(0).ok());
  server.stop_listening();
  EXPECT_EQ(session->call(1).failure, "refused");
  EXPECT_EQ(window().connections_tried - tried, 2u);
  EXPECT_EQ(window().connections_made - made, 1u);
}

TEST_P(Client, ExpectsNoBodyAfterHead) {
  EXPECT_THAT(reasons("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n", 3, {{"method", "HEAD"}}),
              ElementsAre("", "", ""));
}

TEST_P(Client, SendsWhatItIsTold) {
  const RawServer server([](Connection& connection) {
    connection.read_request();
    connection.write(answer("hello"));
  });
  reasons(server, 1, {{"method", "PUT"}, {"body", "some text"}, {"header", "A-B: c|d"}});
  EXPECT_THAT(server.last_request(),
              AllOf(StartsWith("PUT /path?query HTTP/1.1\r\n"), HasSubstr("\r\nHost: 127.0.0.1:"),
                    HasSubstr("\r\nA-B: c|d\r\n"), HasSubstr("\r\nUser-Agent: asyncmark\r\n"),
                    HasSubstr("\r\nContent-Length: 9\r\n"), EndsWith("\r\n\r\nsome text")));
}

TEST_P(Client, SendsABodyThatTheSocketCannotTakeAtOnce) {
  const auto file = fmt::format("{}asyncmark_body_{}", ::testing::TempDir(), getpid());
  std::ofstream(file) << std::string(4'000'000, 'b');
  const RawServer server(always(answer("hello")));
  EXPECT_THAT(reasons(server, 1, {{"method", "POST"}, {"body", "@" + file}}), ElementsAre(""));
  std::remove(file.c_str());
  EXPECT_GT(server.last_request().size(), 4'000'000u);
}

TEST_P(Client, KeepsItsConnection) {
  const RawServer server(always(answer("hello")));
  EXPECT_THAT(reasons(server, 20), Each(""));
  EXPECT_EQ(server.connections(), 1u);
}

TEST_P(Client, ConnectsForEachOperationIfTold) {
  const RawServer server([](Connection& connection) {
    connection.read_request();
    connection.write(answer("hello"));
  });
  EXPECT_THAT(reasons(server, 3, {{"connect", "per-op"}}), ElementsAre("", "", ""));
  EXPECT_EQ(server.connections(), 3u);
  EXPECT_THAT(server.last_request(), HasSubstr("\r\nConnection: close\r\n"));
}

TEST_P(Client, ConnectsAgainWhereTheServerSaysThatItCloses) {
  const RawServer server([](Connection& connection) {
    connection.read_request();
    connection.write(answer("hello", "Connection: close\r\n"));
    connection.hold();
  });
  EXPECT_THAT(reasons(server, 3), ElementsAre("", "", ""));
  EXPECT_EQ(server.connections(), 3u);
}

TEST_P(Client, CountsAnUnannouncedEndOfAKeptConnectionAsAFailure) {
  const RawServer server([](Connection& connection) {
    connection.read_request();
    connection.write(answer("hello"));
  });
  EXPECT_THAT(reasons(server, 4), ElementsAre("", "closed early", "", "closed early"));
  EXPECT_EQ(server.connections(), 2u);
}

TEST_P(Client, TakesAnAnswerThatComesBeforeTheRequestIsSent) {
  const std::string refusal = "HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\n";
  std::atomic<bool> is_over = false;
  struct Server {
    const char* what;
    const char* more;  ///< The end of its header.
    std::function<void(Connection&)> then;
  };
  const Server servers[] = {
      {"reads no more", "\r\n", [&](Connection&) { is_over.wait(false); }},
      {"reads the rest", "Connection: close\r\n\r\n", [](Connection& c) { c.hold(); }},
      {"half closes and reads the rest", "Connection: close\r\n\r\n", [](Connection&) {}},
      {"resets", "\r\n", [](Connection& c) { c.reset(); }}};
  for (const auto& one : servers) {
    SCOPED_TRACE(one.what);
    is_over = false;
    const RawServer server([&](Connection& connection) {
      connection.read_some();
      connection.write(refusal + one.more);
      one.then(connection);
    });
    const Options options{{"body", std::string(8'000'000, 'x')}, {"timeout", "20s"}};
    const auto begun = Clock::now();
    EXPECT_THAT(reasons(server, 2, options), Each("bad status 413"));
    EXPECT_LT(Clock::now() - begun, std::chrono::seconds(10)) << "no time-out";
    is_over = true;
    is_over.notify_all();
  }
}

TEST_P(Client, PercentEncodesWhatIsBeyondAscii) {
  const std::pair<const char*, const char*> targets[] = {{"/gr\xc3\xb6\xc3\x9f"
                                                          "e/%zz?q=\xc3\xbc",
                                                          "/gr%C3%B6%C3%9Fe/%zz?q=%C3%BC"},
                                                         {"/caf\xe9", "/caf%E9"},
                                                         {"?q=[1]|%41'", "/?q=[1]|%41'"}};
  const RawServer server(always(answer("hello")));
  for (const auto& [given, sent] : targets)
    for (const auto* client : {"beast", "httplib"}) {
      EXPECT_THAT(reasons_of(GetParam(), {{"url", server.url(given)}, {"client", client}}, 1),
                  ElementsAre(""));
      EXPECT_THAT(server.last_request(), StartsWith(fmt::format("GET {} HTTP/1.1\r\n", sent)));
    }
}

TEST_P(Client, CallsAnAddressOfIpv6) {
  const RawServer server(always(answer("hello")), nullptr, /*v6=*/true);
  const auto host = server.url("").substr(7);
  for (const auto* client : {"beast", "httplib"}) {
    EXPECT_THAT(reasons_of(GetParam(), {{"url", server.url()}, {"client", client}}, 2),
                ElementsAre("", ""));
    EXPECT_THAT(server.last_request(), HasSubstr(fmt::format("\r\nHost: {}\r\n", host)));
  }
}

/// Does that to the first request, and answers those on later connections.
RawServer::Script once(std::function<void(Connection&)> wrong) {
  return [wrong](Connection& connection) {
    if (connection.number() != 0) return always(answer("hello"))(connection);
    connection.read_request();
    wrong(connection);
  };
}

TEST_P(Client, TellsWhyAnOperationFailedAndGoesOnWithAnotherConnection) {
  const std::pair<const char*, RawServer::Script> faults[] = {
      {"closed early", [](Connection&) {}},
      {"reset", [](Connection& connection) { connection.reset(); }},
      {"truncated", [](Connection& c) { c.write("HTTP/1.1 200 OK\r\nContent-Le"); }},
      {"truncated", [](Connection& c) { c.write(answer("hello").substr(0, 40)); }},
      {"truncated", [](Connection& c) { c.write(kChunked + "5\r\nhello\r\n"); }},
      {"bad framing", [](Connection& c) { c.write("SSH-2.0-OpenSSH_9.2\r\n"), c.hold(); }},
      {"bad framing", [](Connection& c) { c.write(answer("hello") + "more"), c.hold(); }},
      {"bad framing", [](Connection& c) { c.write(kChunked + "nonsense\r\n"), c.hold(); }},
      {"header > 256KiB",
       [](Connection& c) {
         c.write("HTTP/1.1 200 OK\r\n");
         while (c.write("Endless: " + std::string(4000, 'x') + "\r\n")) {
         }
       }},
      {"bad framing",
       [](Connection& c) {
         c.write(kChunked + "5;");
         while (c.write("endless=" + std::string(4000, 'x') + ";")) {
         }
       }},
      {"time-out", [](Connection& c) { c.hold(); }},
      {"time-out", [](Connection& c) { c.write(answer("hello").substr(0, 40)), c.hold(); }},
      {"time-out",
       [](Connection& c) {
         c.write("HTTP/1.1 200 OK\r\nDribbling: ");
         while (c.write("x")) std::this_thread::sleep_for(std::chrono::milliseconds(5));
       }},
  };
  int number = 0;
  for (const auto& [reason, script] : faults) {
    SCOPED_TRACE(fmt::format("{}: {}", number++, reason));
    const RawServer server(once(script));
    EXPECT_THAT(reasons(server, 3, {{"timeout", "500ms"}}), ElementsAre(reason, "", ""));
    EXPECT_EQ(server.connections(), 2u);
  }
}

TEST_P(Client, KeepsTheConnectionOfAnAnswerWithTheWrongStatus) {
  const RawServer server(always("HTTP/1.1 500 Oops\r\nContent-Length: 2\r\n\r\nno"));
  EXPECT_THAT(reasons(server, 3), Each("bad status 500"));
  EXPECT_EQ(server.connections(), 1u);
  EXPECT_THAT(reasons(server, 3, {{"expect", "500"}}), Each(""));
  EXPECT_THAT(reasons(server, 3, {{"expect", "5xx"}}), Each(""));
  EXPECT_THAT(reasons(server, 3, {{"expect", "501"}}), Each("bad status 500"));
}

TEST_P(Client, IsRefusedWhereTheServerWentAway) {
  std::atomic<RawServer*> running = nullptr;
  RawServer server([&](Connection& connection) {
    connection.read_request();
    running.load()->stop_listening();
  });
  running = &server;
  EXPECT_THAT(reasons(server, 3), ElementsAre("closed early", "refused", "refused"));
}

TEST_P(Client, CannotOpenASessionWhereNothingListens) {
  RawServer server(always(""));
  server.stop_listening();
  EXPECT_THROW(reasons(server, 1), CaseError);
  EXPECT_THAT(reasons(server, 2, {{"connect", "per-op"}}), ElementsAre("refused", "refused"));
}

TEST_P(Client, IsDoneLongBeforeTheTimeOutWhenAllIsAnswered) {
  const auto begun = Clock::now();
  EXPECT_THAT(reasons(answer("hello"), 3, {{"timeout", "60s"}}), Each(""));
  EXPECT_LT(Clock::now() - begun, std::chrono::seconds(30));
}

Async<void> call_once(EventLoop& loop, const Workload& workload,
                      std::vector<std::string>& reasons) {
  const auto session = co_await workload.open_async(loop);
  reasons.emplace_back((co_await session->call(0)).failure.code());
}

TEST(LoopClients, RunIntoTheirTimeOutsTogether) {
  const RawServer server([](Connection& connection) { connection.hold(); });
  const auto workload = make_http({{"url", server.url()}, {"timeout", "1s"}});
  EventLoop loop;
  std::vector<std::string> reasons;
  const auto begun = Clock::now();
  for (int i = 0; i < 50; ++i) loop.spawn(call_once(loop, *workload, reasons));
  loop.run();
  EXPECT_THAT(reasons, AllOf(SizeIs(50), Each("time-out")));
  EXPECT_GE(Clock::now() - begun, std::chrono::seconds(1));
  EXPECT_LT(Clock::now() - begun, std::chrono::seconds(20));
}

TEST(LoopClients, HoldTheLoopOnlyWithHttplib) {
  const RawServer server(always(answer("hello")));
  EXPECT_FALSE(make_http({{"url", server.url()}})->holds_the_loop());
  EXPECT_TRUE(make_http({{"url", server.url()}, {"client", "httplib"}})->holds_the_loop());
}

TEST_P(Client, OfHttplibTellsFailuresFromSuccess) {
  const Options httplib{{"client", "httplib"}, {"timeout", "500ms"}};
  const RawServer good(always(answer("hello")));
  EXPECT_THAT(reasons(good, 3, httplib), Each(""));
  EXPECT_EQ(good.connections(), 1u);
  EXPECT_THAT(reasons("HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n", 2, httplib),
              Each("bad status 404"));
  const RawServer silent([](Connection& connection) { connection.hold(); });
  EXPECT_THAT(reasons(silent, 1, httplib), Each("time-out"));
  const RawServer closing([](Connection& connection) { connection.read_request(); });
  EXPECT_THAT(reasons(closing, 1, httplib), Each("read failed"));
}

}  // namespace
}  // namespace asyncmark::http::testing::http_test
