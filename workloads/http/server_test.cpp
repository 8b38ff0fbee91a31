// Both servers as a client sees them, by plain sockets: not through the client that they are to
// test.

#include <arpa/inet.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <csignal>
#include <fstream>
#include <functional>
#include <optional>
#include <sstream>

#include "bench/services/service.hpp"
#include "bench/testing/run_program.hpp"
#include "bench/testing/sanitized.hpp"

namespace asyncmark::testing::server_test {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::ContainsRegex;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

using Words = std::vector<std::string>;

const std::string kGet = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";

/// A pool takes another connection only when this one is over.
const std::string kGetAndClose = "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";

class Connection {
 public:
  explicit Connection(const std::string& endpoint) : file_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    to.sin_port =
        htons(static_cast<std::uint16_t>(std::stoi(endpoint.substr(endpoint.rfind(':') + 1))));
    if (connect(file_.get(), reinterpret_cast<sockaddr*>(&to), sizeof to) != 0)
      throw std::runtime_error("cannot connect");
  }

  void send(const std::string& text) const {
    if (::send(file_.get(), text.data(), text.size(), MSG_NOSIGNAL) < 0)
      throw std::runtime_error("cannot send");
  }
  /// One whole answer, or what came before the connection or our patience ended.
  std::string receive(std::chrono::milliseconds patience = 20s) {
    const auto limit = Clock::now() + patience;
    while (!whole()) {
      pollfd file{file_.get(), POLLIN, 0};
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(limit - Clock::now());
      char buffer[65536];
      if (left <= 0ms || poll(&file, 1, static_cast<int>(left.count())) != 1) break;
      const auto got = recv(file_.get(), buffer, sizeof buffer, 0);
      if (got <= 0) break;
      text_.append(buffer, static_cast<std::size_t>(got));
    }
    return std::exchange(text_, "");
  }
  std::string ask(const std::string& request = kGet) {
    send(request);
    return receive();
  }
  bool is_closed() const {
    pollfd file{file_.get(), POLLIN, 0};
    char byte = 0;
    return poll(&file, 1, 20'000) == 1 && recv(file_.get(), &byte, 1, 0) <= 0;
  }

 private:
  bool whole() const {
    const auto end = text_.find("\r\n\r\n");
    const auto length = text_.find("Content-Length: ");
    return end != std::string::npos && length < end &&
           text_.size() >= end + 4 + std::stoul(text_.substr(length + 16, 20));
  }

  Descriptor file_;
  std::string text_;
};

const std::string kAnswered = "HTTP/1.1 200 OK\r\n";

/// One request on each of so many connections, all at once: how long until all are answered.
Duration burst(const std::string& endpoint, std::size_t n) {
  std::vector<Connection> all;
  for (std::size_t i = 0; i < n; ++i) all.emplace_back(endpoint);
  const auto begin = Clock::now();
  for (const auto& one : all) one.send(kGetAndClose);
  std::size_t answered = 0;
  for (auto& one : all) answered += one.receive().starts_with(kAnswered);
  EXPECT_EQ(answered, n);
  return Clock::now() - begin;
}

Duration time_of(const std::function<void()>& work) {
  const auto begin = Clock::now();
  work();
  return Clock::now() - begin;
}

class EachModel : public ::testing::TestWithParam<std::string> {
 protected:
  Words words(const Words& more = {}) const {
    Words all{"http", "--model", GetParam()};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }
  void start(const Words& more = {}) { service_.emplace(words(more), Cpus{}, program()); }
  const Service& service() const { return *service_; }
  Connection connection() const { return Connection(service_->endpoint()); }

 private:
  std::optional<Service> service_;
};

INSTANTIATE_TEST_SUITE_P(HttpServer, EachModel, ::testing::Values("event-loop", "thread-pool"),
                         [](const auto& test) {
                           return test.param == "event-loop" ? "EventLoop" : "ThreadPool";
                         });

TEST_P(EachModel, AnswersManyRequestsOnOneConnection) {
  start({"--payload", "100B"});
  auto one = connection();
  for (int i = 0; i < 200; ++i)
    ASSERT_THAT(one.ask(),
                AllOf(StartsWith(kAnswered), EndsWith("\r\n\r\n" + std::string(100, 'x'))));
  EXPECT_EQ(service().usage().requests, 200);
  EXPECT_EQ(service().usage().peak_connections, 1);
}

TEST_P(EachModel, AnswersOtherMethodsAndReadsTheirBodies) {
  start();
  auto one = connection();
  for (const auto* method : {"POST", "PUT", "PATCH"}) {
    const auto request =
        fmt::format("{} /a?b=c HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello", method);
    EXPECT_THAT(one.ask(request), StartsWith(kAnswered)) << method;
  }
  EXPECT_THAT(one.ask("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
                      "5\r\nhello\r\n0\r\n\r\n"),
              StartsWith(kAnswered));
  EXPECT_THAT(one.ask("DELETE / HTTP/1.1\r\nHost: x\r\n\r\n"), StartsWith(kAnswered));
}

TEST_P(EachModel, ClosesWhenAskedTo) {
  start();
  auto one = connection();
  EXPECT_THAT(one.ask(kGetAndClose), AllOf(StartsWith(kAnswered), HasSubstr("Connection: close")));
  EXPECT_TRUE(one.is_closed());
}

TEST_P(EachModel, RefusesRubbishAndEndlessHeaders) {
  start();
  auto one = connection();
  EXPECT_THAT(one.ask("rubbish\r\n\r\n"), StartsWith("HTTP/1.1 400"));
  auto another = connection();
  EXPECT_THAT(another.ask("GET / HTTP/1.1\r\nX: " + std::string(60'000, 'a') + "\r\n\r\n"),
              Not(StartsWith(kAnswered)));
  EXPECT_THAT(connection().ask(), StartsWith(kAnswered)) << "it serves others";
}

TEST_P(EachModel, KeepsTheDelayAndBurnsTheProcessorTime) {
  start({"--delay", "50ms"});
  auto one = connection();
  const auto seen = time_of([&] { one.ask(); });
  EXPECT_GE(seen, 50ms);
  // It notes the time when the answer has gone, which may have come here by then.
  ASSERT_TRUE(eventually([&] { return service().usage().own_time.count() == 1; }));
  EXPECT_GE(service().usage().own_time.max(), 50ms);
  start({"--cpu", "50ms"});
  auto another = connection();
  another.ask();
  EXPECT_GE(service().usage().cpu, 50ms);
}

TEST_P(EachModel, AnswersNobodyDuringAStall) {
  start({"--stall", "600ms@3"});
  auto one = connection();
  auto other = connection();
  one.ask();
  one.ask();
  const auto begin = Clock::now();
  one.send(kGet);  // The third.
  EXPECT_THAT(one.receive(100ms), IsEmpty());
  other.ask();
  EXPECT_GE(Clock::now() - begin, 600ms) << "the other waits as well";
  EXPECT_THAT(one.receive(), StartsWith(kAnswered));
  EXPECT_LT(time_of([&] { one.ask(); }), 500ms) << "it is over";
}

TEST_P(EachModel, HoldsBackThoseWhoWaitedBeforeTheStall) {
  start({"--delay", "1500ms", "--stall", "2500ms@2"});
  auto one = connection();
  auto other = connection();
  const auto begin = Clock::now();
  one.send(kGet);
  ASSERT_TRUE(eventually([&] { return service().usage().requests == 1; }));
  other.send(kGet);  // The second: none is answered now.
  EXPECT_THAT(one.receive(), StartsWith(kAnswered));
  EXPECT_GE(Clock::now() - begin, 2500ms) << "its own delay was over long before";
  EXPECT_THAT(other.receive(), StartsWith(kAnswered));
}

TEST_P(EachModel, AnswersWithMoreThanASocketHolds) {
  start({"--payload", "8MiB"});
  auto one = connection();
  const auto answer = one.ask();
  EXPECT_GT(answer.size(), std::size_t{8} << 20);
  EXPECT_THAT(one.ask(), StartsWith(kAnswered));
}

TEST_P(EachModel, LogsWhatItServedAndStopsWhenToldTo) {
  Words all{program(), "serve"};
  const auto more = words({"--delay", "20ms", "--log", "log"});
  all.insert(all.end(), more.begin(), more.end());
  for (const int signal : {SIGTERM, SIGINT}) {
    Program server(all);
    std::string endpoint;
    const auto out = server.folder() + "/../out";
    ASSERT_TRUE(eventually([&] {
      std::ifstream printed(out);
      return (printed >> endpoint >> endpoint >> endpoint) && !printed.eof();
    }));
    Connection idle(endpoint);
    Connection one(endpoint);
    const auto begin = Clock::now();
    for (int i = 0; i < 3; ++i) one.ask();
    server.send(signal);
    const auto ended = server.wait();
    EXPECT_EQ(ended.code, 0);
    EXPECT_THAT(ended.err, IsEmpty());
    std::istringstream log(ended.files.at("log"));
    std::string heading;
    std::getline(log, heading);
    EXPECT_EQ(heading, "arrived_ns completed_ns");
    std::int64_t arrived = 0;
    std::int64_t completed = 0;
    auto last = begin.time_since_epoch().count();
    int lines = 0;
    for (; log >> arrived >> completed; ++lines) {
      EXPECT_GE(arrived, last);
      EXPECT_GE(completed - arrived, Duration(20ms).count());
      last = completed;
    }
    EXPECT_EQ(lines, 3);
    EXPECT_LE(last, Clock::now().time_since_epoch().count());
  }
}

TEST_P(EachModel, StopsWithoutWaitingForRequestsThatItHolds) {
  start({"--delay", "1m"});
  auto one = connection();
  one.send(kGet);
  ASSERT_TRUE(eventually([&] { return service().usage().requests == 1; }));
  const auto process = service().pid();
  kill(process, SIGTERM);
  EXPECT_TRUE(eventually([&] { return is_zombie(process); }));
}

TEST_P(EachModel, RefusesWhatCannotBe) {
  start();
  const auto port = service().endpoint().substr(service().endpoint().rfind(':') + 1);
  const auto expect_refused = [&](const Words& more, const std::string& says) {
    Words all{"serve"};
    const auto given = words(more);
    all.insert(all.end(), given.begin(), given.end());
    const auto ended = asyncmark(all);
    EXPECT_EQ(ended.code, 2) << says;
    EXPECT_THAT(ended.out, IsEmpty());
    EXPECT_THAT(ended.err, AllOf(StartsWith("asyncmark: "), HasSubstr(says)));
    EXPECT_EQ(std::ranges::count(ended.err, '\n'), 1) << ended.err;
    EXPECT_THAT(ended.files, IsEmpty());
  };
  expect_refused({"--port", port, "--log", "log"},
                 "--port: cannot listen on 127.0.0.1:" + port + ": Address already in use");
  expect_refused({"--port", "65536"}, "--port: 65536");
  expect_refused({"--port", "-1"}, "--port");
  expect_refused({"--delay", "46"}, "--delay");
  expect_refused({"--stall", "46ms"}, "--stall");
  expect_refused({"--payload", "2GiB"}, "--payload");
  expect_refused({"--log", "no/such/folder"}, "--log");
  expect_refused({"--workers", GetParam() == "event-loop" ? "2" : "10001"}, "--workers");
  expect_refused({"--model", "magic"}, "--model");
  expect_refused({"more"}, "'more'");
}

TEST(HttpServer, OfAPoolWhoseThreadsCannotBeStartedSaysSo) {
  if (kSanitized) GTEST_SKIP() << "sanitizers need terabytes of address space";
  for (const auto* bytes : {"200000000", "400000000"}) {
    const auto ended = run_program({"prlimit", std::string("--as=") + bytes, program(), "serve",
                                    "http", "--model", "thread-pool", "--workers", "500"});
    EXPECT_EQ(ended.code, 2);
    EXPECT_THAT(ended.err, ContainsRegex("^asyncmark: --workers: [0-9]+ of 500 threads could not "
                                         "be started: .*\n$"));
  }
}

TEST(HttpServer, OfOneThreadWaitsForAThousandAtOnce) {
  const Service server({"http", "--delay", "46ms"}, {}, program());
  const auto took = burst(server.endpoint(), 1000);
  EXPECT_GE(took, 46ms);
  EXPECT_LT(took, 2s) << "46 s one after the other";
  EXPECT_EQ(server.usage().threads, 1);
  EXPECT_GT(server.usage().peak_connections, 200);
}

TEST(HttpServer, OfAPoolHoldsBackWhatIsMoreThanItsWorkers) {
  const Service two({"http", "--model", "thread-pool", "--workers", "2", "--delay", "50ms"}, {},
                    program());
  EXPECT_GE(burst(two.endpoint(), 8), 4 * 50ms);
  const Service enough({"http", "--model", "thread-pool", "--workers", "300", "--delay", "50ms"},
                       {}, program());
  EXPECT_LT(burst(enough.endpoint(), 300), 300 * 50ms / 3);
  EXPECT_GE(enough.usage().threads, 301);
  EXPECT_GT(enough.usage().peak_connections, 100);
}

TEST(HttpServer, OfAPoolHoldsAWorkerForEachConnectionThatStays) {
  const Service server({"http", "--model", "thread-pool", "--workers", "1"}, {}, program());
  std::optional<Connection> first(server.endpoint());
  first->ask();
  Connection second(server.endpoint());
  second.send(kGet);
  EXPECT_THAT(second.receive(100ms), IsEmpty());
  first.reset();
  EXPECT_THAT(second.receive(), StartsWith(kAnswered));
}

}  // namespace
}  // namespace asyncmark::testing::server_test
