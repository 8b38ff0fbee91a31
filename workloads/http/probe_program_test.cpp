// `asyncmark probe http` on services whose limits are known.

#include <gmock/gmock.h>

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "bench/base/options.hpp"
#include "bench/testing/run_program.hpp"
#include "workloads/http/testing/raw_server.hpp"

namespace asyncmark::http::testing::probe_program_test {
namespace {

using namespace std::chrono_literals;
using ::asyncmark::testing::asyncmark;
using ::asyncmark::testing::program;
using ::asyncmark::testing::run_program;
using ::testing::AllOf;
using ::testing::HasSubstr;

using Words = std::vector<std::string>;

/// So many places for operations, as a pool of threads or connections has.
class Places {
 public:
  explicit Places(int free) : free_(free) {}

  void work(std::chrono::milliseconds time) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return free_ > 0; });
    --free_;
    lock.unlock();
    std::this_thread::sleep_for(time);
    lock.lock();
    ++free_;
    changed_.notify_one();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int free_;
};

/// Answers each request after 20 ms in one of the places.
RawServer::Script working_in(Places& places) {
  return [&](Connection& connection) {
    while (!connection.read_request().empty()) {
      places.work(20ms);
      if (!connection.write(answer("ok"))) return;
    }
  };
}

Json probed(const RawServer& server, const Words& more = {}) {
  Words words{"probe", "http", "--url", server.url("/here"), "--budget", "15s", "--format", "json"};
  words.insert(words.end(), more.begin(), more.end());
  const auto ended = asyncmark(words);
  EXPECT_EQ(ended.code, 0) << ended.err;
  return Json::parse(ended.out).at("endpoints").at(0);
}

// With nothing beside them: a limit is not found where other programs take the processors.
TEST(SlowProbe, FindsThatAServiceServesOneAtATime) {
  Places places(1);
  const RawServer server(working_in(places));
  const auto found = probed(server);
  EXPECT_EQ(found.at("name"), "/here");
  EXPECT_EQ(found.at("at_once"), "1");
  EXPECT_EQ(found.at("bottleneck"), "blocked");
}

TEST(SlowProbe, FindsTheSizeOfAPool) {
  Places places(6);
  const RawServer server(working_in(places));
  const auto found = probed(server, {"--slo", "p90=50ms"});
  EXPECT_EQ(found.at("bottleneck"), "pool size");
  EXPECT_NEAR(std::stoi(found.at("at_once").get<std::string>()), 6, 1);
  EXPECT_NEAR(found.at("connections").get<int>(), 6, 2);
  EXPECT_THAT(found.at("sentence").get<std::string>(), HasSubstr("p90 <= 50.0 ms up to "));
}

TEST(SlowProbe, FindsNoLimitWhereThereIsNone) {
  Places places(1000);
  const RawServer server(working_in(places));
  const auto found = probed(server, {"--in-flight", "16"});
  EXPECT_EQ(found.at("at_once"), ">=16");
  EXPECT_EQ(found.at("bottleneck"), "none found");
}

TEST(Probe, PrintsASentenceAndARowForEachEndpointAndKeepsTheCases) {
  Places places(1000);
  const RawServer server(working_in(places));
  const auto ended = run_program(
      {"/usr/bin/env", "GITHUB_ACTIONS=true", "GITHUB_STEP_SUMMARY=summary.md", program(), "probe",
       "http", "--url", server.url("/a"), "--url", server.url("/b"), "--budget", "3s",
       "--in-flight", "4", "--explain", "--out", "cases.json", "--junit", "j.xml"});
  EXPECT_EQ(ended.code, 0) << ended.err;
  EXPECT_THAT(ended.files.at("j.xml"), HasSubstr("tests=\"2\" failures=\"0\" errors=\"0\""));
  EXPECT_THAT(ended.files.at("summary.md"),
              AllOf(HasSubstr("### Limits of each endpoint"), HasSubstr("| /b ")));
  // On a busy machine a sentence says that there is no verdict, or fewer loops are tried.
  EXPECT_THAT(ended.out, AllOf(HasSubstr("Limits of each endpoint"),
                               HasSubstr("\n/a: closed loops"), HasSubstr("\n/b: closed loops")));
  const auto shown = asyncmark({"report", "cases.json"},
                               {.files = {{"cases.json", ended.files.at("cases.json")}}});
  EXPECT_EQ(shown.code, 0) << shown.err;
}

TEST(Probe, HasNoVerdictIfEveryOperationFails) {
  const RawServer server(always("HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n"));
  const auto ended = asyncmark({"probe", "http", "--url", server.url("/here"), "--budget", "15s",
                                "--format", "json", "--fail-on", "blocked", "--junit", "j.xml"});
  EXPECT_EQ(ended.code, 4);
  EXPECT_THAT(ended.err, HasSubstr("warning: /here: no operation succeeds (bad status 503)"));
  EXPECT_THAT(ended.files.at("j.xml"),
              HasSubstr("<error message=\"no operation succeeds (bad status 503)\"/>"));
  const auto found = Json::parse(ended.out).at("endpoints").at(0);
  EXPECT_EQ(found.at("bottleneck"), "errors");
  EXPECT_THAT(found.at("sentence").get<std::string>(), HasSubstr("no operation succeeds"));
}

TEST(Probe, RefusesWhatCannotBeProbedInOneLine) {
  for (const auto& [words, why] :
       {std::pair{Words{"probe", "sleep"}, "call no service"},
        {Words{"probe", "mixed"}, "call no service"},
        {Words{"probe", "http", "--budget", "1ms"}, "--budget: must be at least 1s"},
        {Words{"probe", "http", "--slo", "fast"}, "--slo"},
        {Words{"probe", "http", "--url", "http://192.0.2.1/"}, "--allow-remote"},
        {Words{"probe", "http", "--nonsense"}, "--nonsense"},
        {Words{"probe", "http", "--out", "a", "--junit", "a"}, "give two files"},
        {Words{"probe", "nothing"}, "nothing"},
        {Words{"probe"}, "give a workload"}}) {
    const auto ended = asyncmark(words);
    EXPECT_EQ(ended.code, 2) << ended.err;
    EXPECT_THAT(ended.err, HasSubstr(why));
    EXPECT_EQ(std::count(ended.err.begin(), ended.err.end(), '\n'), 1) << ended.err;
  }
}

}  // namespace
}  // namespace asyncmark::http::testing::probe_program_test
