// `asyncmark run http`: what the built program accepts, and what it makes of servers that go wrong.

#include <gmock/gmock.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <thread>

#include "bench/model/runner_entry.hpp"
#include "bench/testing/rows.hpp"
#include "bench/testing/run_program.hpp"
#include "workloads/http/testing/calls.hpp"
#include "workloads/http/testing/raw_server.hpp"

namespace asyncmark::http::testing::http_program_test {
namespace {

using ::asyncmark::testing::accounted;
using ::asyncmark::testing::asyncmark;
using ::asyncmark::testing::children_of;
using ::asyncmark::testing::command_of;
using ::asyncmark::testing::Ended;
using ::asyncmark::testing::eventually;
using ::asyncmark::testing::is_gone;
using ::asyncmark::testing::number;
using ::asyncmark::testing::Program;
using ::asyncmark::testing::program;
using ::asyncmark::testing::rows;
using ::testing::AllOf;
using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::Pair;
using ::testing::StartsWith;

using Words = std::vector<std::string>;

Ended run(const std::string& url, const Words& more = {}) {
  Words words{"run", "http", "--url", url, "--repetitions", "1", "--benchmark_format=json"};
  if (std::ranges::find(more, "--ops") == more.end()) words.insert(words.end(), {"--ops", "30"});
  words.insert(words.end(), more.begin(), more.end());
  return asyncmark(words);
}

/// One line that begins so, and exit code 2.
void expect_usage_error(const Ended& ended, const std::string& begin) {
  SCOPED_TRACE(begin);
  EXPECT_EQ(ended.code, 2);
  EXPECT_THAT(ended.err, StartsWith("asyncmark: " + begin));
  EXPECT_EQ(std::ranges::count(ended.err, '\n'), 1);
  EXPECT_THAT(ended.out, IsEmpty());
}

TEST(Http, WithoutAUrlCallsAServerOfOursUnderEveryRunner) {
  for (const auto* server : {"event-loop", "thread-pool"}) {
    SCOPED_TRACE(server);
    const auto ended =
        asyncmark({"run", "http", "--server", server, "--delay", "2ms", "--ops", "60",
                   "--in-flight", "6", "--repetitions", "1", "--benchmark_format=json"});
    const auto all = rows(ended);
    EXPECT_GE(all.size(), 5u) << ended.err;
    for (const auto& one : all) {
      EXPECT_EQ(one.at("completed"), 60) << one.at("name");
      EXPECT_GE(one.at("service_p50_ns"), 2e6) << one.at("name");
      EXPECT_GT(one.at("service_cpu_ns_per_op"), 0) << one.at("name");
    }
    EXPECT_THAT(ended.left_running, IsEmpty());
  }
}

TEST(Http, SetsUpTheServerOfOursAsAsked) {
  const auto ended = asyncmark({"run", "http", "--server", "thread-pool", "--server-workers", "2",
                                "--server-stall", "300ms@40", "--ops", "60", "--in-flight", "6",
                                "--runner", "event-loop", "--connect", "per-op", "--repetitions",
                                "1", "--benchmark_format=json"});
  const auto all = rows(ended);
  ASSERT_EQ(all.size(), 1u) << ended.err;
  EXPECT_THAT(all[0].at("name"), HasSubstr("/server_workers:2/server_stall:300ms@40"));
  EXPECT_GE(all[0].at("service_max_ns"), 300e6);
}

TEST(Http, TellsTheTimesThatTheServerOfOursSaw) {
  for (const auto* server : {"event-loop", "thread-pool"}) {
    const auto all = rows(asyncmark({"run", "http", "--server", server, "--server-stall",
                                     "300ms@1000", "--ops", "2000", "--warmup", "0", "--runner",
                                     "sync", "--repetitions", "1", "--format", "json"}));
    ASSERT_EQ(all.size(), 1u);
    EXPECT_GT(all[0].at("service_own_p50_ns"), 0);
    EXPECT_LE(all[0].at("service_own_p50_ns"), all[0].at("service_own_p99_ns"));
    EXPECT_LT(all[0].at("service_own_p50_ns"), all[0].at("service_p50_ns")) << "a part of these";
    const auto& own = all[0]["asyncmark"]["measurement"]["observed"]["service"]["own_time"];
    EXPECT_GE(own.at("max_ns"), 300'000'000);
    std::uint64_t requests = 0;
    for (const auto& bucket : own.at("buckets")) requests += bucket.at(1).get<std::uint64_t>();
    EXPECT_GE(requests, 1000u) << "all but those of the first moments";
    EXPECT_LE(requests, 2000u);
  }
}

TEST(Http, HasNoTimeOfTheServerForWhatThatRefusesUnseen) {
  const auto all = rows(
      asyncmark({"run", "http", "--server", "thread-pool", "--method", "BREW", "--expect", "400",
                 "--ops", "50", "--runner", "sync", "--repetitions", "1", "--format", "json"}));
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all[0].at("completed"), 50);
  const auto& service = all[0]["asyncmark"]["measurement"]["observed"]["service"];
  EXPECT_THAT(service.at("own_time").at("buckets"), IsEmpty());
}

TEST(HttpOptions, OfTheServerOfOursAreLookedAtBeforeTheRun) {
  const auto refused = [](const Words& words, const std::string& begin) {
    Words all{"run", "http", "--ops", "1"};
    all.insert(all.end(), words.begin(), words.end());
    expect_usage_error(asyncmark(all), begin);
  };
  refused({"--server-workers", "2"}, "--server-workers: needs --server thread-pool");
  refused({"--server", "thread-pool", "--server-workers", "10001"}, "--server-workers: 10001 is");
  expect_usage_error(asyncmark({"run", "http", "--ops", "40", "--server", "thread-pool"}),
                     "--server-workers: 32 threads serve as many open connections, and up to 40");
  refused({"--server-stall", "200ms"}, "--server-stall: '200ms' is not DURATION@N");
  const std::string url = "http://127.0.0.1:1/";
  refused({"--url", url, "--server", "thread-pool"}, "--server: is for the built-in server");
  refused({"--url", url, "--delay", "5ms"}, "--delay: is for the built-in server");
  refused({"--url", url, "--server-workers", "2"}, "--server-workers: is for the built-in server");
  refused({"--url", url, "--server-stall", "1ms@2"}, "--server-stall: is for the built-in server");
}

TEST(HttpOptions, NeedAUrlThatCanBeCalled) {
  expect_usage_error(run("127.0.0.1:8080"), "--url: '127.0.0.1:8080' has no scheme");
  expect_usage_error(run("ftp://127.0.0.1/"), "--url: 'ftp://127.0.0.1/' has the scheme ftp");
  expect_usage_error(run("http://:80/"), "--url: 'http://:80/' has no host");
  expect_usage_error(run("http://[::1/"), "--url: 'http://[::1/' has a '['");
  for (const auto* port :
       {"0", "65536", "x", "", "80x", "-1", "65616", "83616", "4294967376", "18446744073709551696"})
    expect_usage_error(run(std::string("http://127.0.0.1:") + port + "/"), "--url: 'http://127");
  expect_usage_error(run("http://" + std::string(70'000, 'a') + "/"),
                     "--url: its host has 70000 characters; a name has at most 253");
  expect_usage_error(run("http://127.0.0.1/a b"), "--url: 'http://127.0.0.1/a b' has a space");
  expect_usage_error(run("http://me:secret@127.0.0.1/"), "--url: contains a user name");
  expect_usage_error(run("http://127.0.0.1/#part"),
                     "--url: 'http://127.0.0.1/#***' contains a '#'");
  expect_usage_error(run("http://no-such-host.invalid/"),
                     "--url: the host 'no-such-host.invalid' is not known");
  expect_usage_error(run("http://192.0.2.1/"), "--url: 192.0.2.1 (192.0.2.1) is not this machine");
}

TEST(HttpOptions, AreLookedAtBeforeTheRun) {
  const RawServer server(always(answer("hello")));
  const auto refused = [&](const Words& words, const std::string& begin) {
    expect_usage_error(run(server.url(), words), begin);
  };
  refused({"--method", "GET it"}, "--method: 'GET it'");
  refused({"--body", "@no-such-file"}, "--body: the file 'no-such-file'");
  refused({"--body", "@."}, "--body: the file '.'");
  refused({"--body", "@/dev/zero"}, "--body: the file '/dev/zero' cannot be read, or is not a reg");
  refused({"--header", "nothing"}, "--header: a header has no colon");
  refused({"--header", "A: b", "--header", "C d: e"}, "--header: one has no name");
  refused({"--header", ": e"}, "--header: one has no name");
  refused({"--header", "A: b\r\nC: d"}, "--header: contains a line break");
  refused({"--header", "A: b\nC: d"}, "--header: contains a line break");
  refused({"--header", "A: \x01"}, "--header: contains a line break or another control character");
  const std::string longest(65'533, 'a');
  refused({"--header", "X: a" + longest}, "--header: one has a value of 65534 bytes; give at most");
  refused({"--header", "X: " + longest + longest}, "--header: one has a value of 131066 bytes");
  refused({"--header", longest + "a: x"}, "--header: one has a name of 65534 bytes; give at most");
  refused({"--header", "connection: close"}, "--header: Connection is set by --connect");
  refused({"--header", "Content-Length: 5"}, "--header: Content-Length is set by --body");
  refused({"--timeout", "0s"}, "--timeout: ");
  refused({"--connect", "sometimes"}, "--connect: ");
  refused({"--client", "curl"}, "--client: ");
  for (const auto* status : {"ok", "99", "600", "20", "2x", "2000", "x00"})
    refused({"--expect", status}, std::string("--expect: '") + status);
  refused({"--insecure"}, "--ca, --insecure: ");
  EXPECT_EQ(server.connections(), 0u);
  expect_usage_error(run("https" + server.url().substr(4), {"--ca", "no-such-file"}),
                     "--ca: 'no-such-file'");
}

TEST(HttpOptions, TakeSeveralHeaders) {
  const RawServer server([](Connection& connection) {
    connection.read_request();
    connection.write(answer("hello", "Connection: close\r\n"));
  });
  EXPECT_EQ(run(server.url(),
                {"--runner", "sync", "--ops", "1", "--header", "A: b, c", "--header", "D: e"})
                .code,
            0);
  EXPECT_THAT(server.last_request(),
              AllOf(HasSubstr("\r\nA: b, c\r\n"), HasSubstr("\r\nD: e\r\n")));
  const auto plan = R"({"cases": [{"workload": "http", "runner": "sync", "ops": 1, "url": ")" +
                    server.url() + R"(", "header": ["F: g, h", "I: j"]}]})";
  EXPECT_EQ(asyncmark({"run", "--plan", "plan.json"}, {.files = {{"plan.json", plan}}}).code, 0);
  EXPECT_THAT(server.last_request(),
              AllOf(HasSubstr("\r\nF: g, h\r\n"), HasSubstr("\r\nI: j\r\n")));
}

TEST(HttpOptions, TakeTheLongestHeader) {
  const RawServer server(always(answer("hello")));
  const auto header = "X: " + std::string(65'533, 'a');
  EXPECT_EQ(run(server.url(), {"--runner", "sync", "--ops", "1", "--header", header}).code, 0);
  EXPECT_THAT(server.last_request(), HasSubstr("\r\n" + header + "\r\n"));
}

TEST(HttpPreflight, SaysHowManyConnectionsFit) {
  const RawServer server(always(answer("hello")));
  const auto ended = run(server.url(), {"--ops", "10000000", "--runner", "event-loop"});
  expect_usage_error(ended, "--in-flight: up to 10000000 connections at once need more ");
  EXPECT_THAT(ended.err, HasSubstr(" or less, or "));
  EXPECT_EQ(server.connections(), 0u);
}

TEST(HttpPreflight, FindsThatNothingListens) {
  RawServer server(always(""));
  server.stop_listening();
  expect_usage_error(run(server.url()), "--url: nothing accepts a connection at 127.0.0.1:");
  EXPECT_EQ(run(server.url(), {"--benchmark_list_tests"}).code, 0);
}

TEST(HttpPreflight, ConnectsOnceAndSendsNothing) {
  std::atomic<std::size_t> first = 1;
  const RawServer server([&](Connection& connection) {
    if (connection.number() == 0) first = connection.read_request().size();
    always(answer("hello"))(connection);
  });
  const auto ended = run(server.url(), {"--runner", "sync"});
  EXPECT_EQ(ended.code, 0) << ended.err;
  EXPECT_EQ(first, 0u);
  EXPECT_EQ(server.connections(), 2u);
}

TEST(HttpLedger, BalancesUnderEveryRunner) {
  for (const auto* connect : {"pooled", "per-op"}) {
    SCOPED_TRACE(connect);
    const RawServer server(always(answer("hello")));
    const auto ended = run(server.url(), {"--connect", connect});
    EXPECT_EQ(ended.code, 0) << ended.err;
    ASSERT_EQ(rows(ended).size(), built_in_runners().size());
    for (const auto& row : rows(ended)) EXPECT_EQ(number(row, "completed"), 30u) << row;
  }
}

TEST(HttpLedger, CountsEveryFailureUnderEveryRunner) {
  // Of each connection the second request and the third: one bad answer, and one that never comes.
  const RawServer server([](Connection& connection) {
    connection.read_request();
    connection.write(answer("hello"));
    connection.read_request();
    connection.write("HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n");
    connection.read_request();
    connection.reset();
  });
  const auto ended = run(server.url(), {"--in-flight", "4", "--timeout", "5s", "--warmup", "0"});
  EXPECT_EQ(ended.code, 4) << ended.err;
  ASSERT_EQ(rows(ended).size(), built_in_runners().size());
  for (const auto& row : rows(ended)) {
    SCOPED_TRACE(row.at("name").get<std::string>());
    EXPECT_EQ(accounted(row), 30u);
    EXPECT_GE(number(row, "completed"), 10u);
    EXPECT_GE(number(row, "failed"), 10u);
    EXPECT_THAT(ended.err, AllOf(HasSubstr("bad status"), HasSubstr("reset")));
  }
}

TEST(HttpLedger, EndsByTimeOutsWhereNothingIsAnswered) {
  const RawServer server([](Connection& connection) { connection.hold(); });
  const auto ended = run(server.url(), {"--in-flight", "30", "--timeout", "300ms", "--warmup", "0",
                                        "--runner", "event-loop,thread-pool,thread-per-op"});
  EXPECT_EQ(ended.code, 4);
  for (const auto& row : rows(ended)) EXPECT_EQ(number(row, "failed"), 30u) << row;
}

/// Of each row: connections made and reused.
std::vector<std::pair<std::uint64_t, std::uint64_t>> connections_of(const Ended& ended) {
  std::vector<std::pair<std::uint64_t, std::uint64_t>> all;
  for (const auto& row : rows(ended))
    all.emplace_back(number(row, "connections_made"), number(row, "connections_reused"));
  return all;
}

TEST(HttpConnections, AreReusedWherePooledAndElseMadeByEachOperation) {
  const RawServer server(always(answer("hello")));
  const auto pooled = connections_of(run(server.url()));
  EXPECT_EQ(pooled.size(), built_in_runners().size());
  EXPECT_THAT(pooled, Each(Pair(0, 30)));
  EXPECT_THAT(connections_of(run(server.url(), {"--connect", "per-op"})), Each(Pair(30, 0)));
}

TEST(HttpConnections, OfHttplibAreMadeByTheFirstOperationOfEach) {
  const RawServer server(always(answer("hello")));
  const auto counted = [&](const Words& more) {
    Words words{"--client", "httplib", "--runner", "sync"};
    words.insert(words.end(), more.begin(), more.end());
    return connections_of(run(server.url(), words));
  };
  EXPECT_THAT(counted({}), Each(Pair(0, 30))) << "the first is of the warm-up";
  EXPECT_THAT(counted({"--warmup", "0"}), Each(Pair(1, 29)));
  EXPECT_THAT(counted({"--connect", "per-op"}), Each(Pair(30, 0)));
}

TEST(HttpConnections, AreMadeAgainWhereTheServerClosesThem) {
  const RawServer server([](Connection& connection) {
    connection.read_request();
    connection.write(answer("hello", "Connection: close\r\n"));
  });
  for (const auto* client : {"beast", "httplib"}) {
    const auto ended = run(server.url(), {"--client", client});
    EXPECT_EQ(ended.code, 0) << ended.err;
    for (const auto& row : rows(ended)) {
      const auto made = number(row, "connections_made");
      // A thread's session that had no part in the warm-up has its first connection yet.
      EXPECT_EQ(made + number(row, "connections_reused"), 30u) << row;
      EXPECT_GT(made, row.at("name").get<std::string>().starts_with("http/sync") ? 29u : 0u) << row;
    }
  }
}

TEST(HttpService, ThatDiesFailsItsOperationsAndWhatComesAfterAtOnce) {
  Program one({program(), "run", "http", "--runner", "sync,event-loop,thread-pool", "--in-flight",
               "4", "--duration", "3s", "--delay", "1ms", "--repetitions", "1", "--out", "r"});
  const auto find = [&](const char* command) {
    for (const auto process : children_of(one.pid()))
      if (command_of(process).find(command) != std::string::npos) return process;
    return 0;
  };
  ASSERT_TRUE(eventually([&] { return find("run-case") != 0; }));
  std::this_thread::sleep_for(std::chrono::milliseconds(900));
  const auto service = find("serve http");
  ASSERT_NE(service, 0);
  kill(service, SIGKILL);
  const auto begin = Clock::now();
  const auto ended = one.wait();
  EXPECT_LT(Clock::now() - begin, std::chrono::seconds(15)) << "no later case waits for time-outs";
  EXPECT_EQ(ended.code, 4);
  EXPECT_THAT(ended.left_running, IsEmpty());
  EXPECT_TRUE(is_gone(service));
  EXPECT_THAT(ended.err, HasSubstr("warning: the service 'http --model event-loop --delay 1ms' "
                                   "ended by itself: SIGKILL"));
  const auto document = Json::parse(ended.files.at("r"));
  const auto& all = document.at("benchmarks");
  ASSERT_EQ(all.size(), 3u);
  EXPECT_GT(number(all[0], "completed"), 0u);
  EXPECT_GT(number(all[0], "failed"), 0u);
  EXPECT_THAT(ended.err, HasSubstr("refused"));
  for (const auto i : {1u, 2u})
    EXPECT_EQ(all[i].at("error_message"),
              "the service 'http --model event-loop --delay 1ms' has ended: SIGKILL");
}

TEST(HttpChecks, FlagRunnersWhoseClientsDiffer) {
  const RawServer server(always(answer("hello")));
  const auto entry = [&](const char* runners, const char* client) {
    return R"({"workload": "http", "ops": 30, "repetitions": 1, "url": ")" + server.url() +
           R"(", "runner": ")" + runners + R"(", "client": ")" + client + R"("})";
  };
  const auto run_both = [](const std::string& one, const std::string& another) {
    const auto plan = R"({"cases": [)" + one + "," + another + "]}";
    return asyncmark({"run", "--plan", "plan.json"}, {.files = {{"plan.json", plan}}}).out;
  };
  EXPECT_THAT(run_both(entry("event-loop", "beast"), entry("thread-pool", "httplib")),
              HasSubstr("mixed-clients"));
  EXPECT_THAT(run_both(entry("event-loop,thread-pool", "beast"), entry("thread-pool", "httplib")),
              Not(HasSubstr("mixed-clients")));
}

TEST(Http, RefusesAHostBeyondAscii) {
  expect_usage_error(run("http://gr\xc3\xb6\xc3\x9f"
                         "e.example/"),
                     "--url: 'http://gr");
}

}  // namespace
}  // namespace asyncmark::http::testing::http_program_test
