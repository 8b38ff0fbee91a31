#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <ctime>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "bench/engine/event_loop.hpp"
#include "bench/model/runner_entry.hpp"
#include "bench/model/workload.hpp"
#include "bench/model/workload_entry.hpp"
#include "bench/testing/rows.hpp"
#include "bench/testing/run_program.hpp"
#include "workloads/http/testing/raw_server.hpp"

namespace asyncmark::testing::mixed_test {
namespace {

using namespace std::chrono_literals;
using http::testing::always;
using http::testing::answer;
using http::testing::RawServer;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

using Options = std::map<std::string, std::string>;
using Words = std::vector<std::string>;

const char* const kBroken = "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n";

std::unique_ptr<Workload> mixing(const Options& options) {
  const auto& entry = Registry<WorkloadEntry>::at("mixed");
  OptionValues values(entry.options);
  for (const auto& [name, text] : options) values.set(name, text);
  return entry.make(values, 1);
}

Duration thread_cpu() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return std::chrono::seconds(time.tv_sec) + Duration(time.tv_nsec);
}

Async<void> call_all(EventLoop& loop, const Workload& workload, std::uint64_t ops,
                     std::vector<std::string>& reasons) {
  // A session each, all in flight at once.
  for (std::uint64_t op = 0; op < ops; ++op) {
    auto session = co_await workload.open_async(loop);
    loop.spawn([](std::unique_ptr<AsyncSession> s, std::uint64_t o, auto& to) -> Async<void> {
      const auto outcome = co_await s->call(o);
      to.emplace_back(outcome.failure.code());
    }(std::move(session), op, reasons));
  }
}

/// What came of so many calls at once on a loop; its thread's processor time goes to `own`.
std::vector<std::string> on_a_loop(const Options& options, unsigned executor_threads,
                                   std::uint64_t ops, Duration& own) {
  const auto workload = mixing(options);
  EventLoop loop(executor_threads);
  std::vector<std::string> reasons;
  const auto used = thread_cpu();
  loop.spawn(call_all(loop, *workload, ops, reasons));
  loop.run();
  own = thread_cpu() - used;
  return reasons;
}

TEST(Mixed, CostsWhatItsPartsCostWhereThatIsKnown) {
  const auto sum = *mixing({{"wait", "5ms"}, {"cpu", "2ms"}})->cost(7);
  EXPECT_EQ(sum.wait, 5ms);
  EXPECT_EQ(sum.cpu, 2ms);
  EXPECT_EQ(mixing({{"wait", "0ms"}})->cost(0)->wait, 0ms);
  EXPECT_EQ(mixing({{"cpu", "0ms"}})->cost(0)->cpu, 0ms);
  EXPECT_FALSE(mixing({{"hash-size", "1KiB"}})->cost(0));
  EXPECT_FALSE(mixing({{"url", "http://127.0.0.1:1/"}})->cost(0));
}

TEST(Mixed, HasWaitsAndComputingByDefault) {
  const auto cost = *mixing({})->cost(0);
  EXPECT_GT(cost.wait, 0ms);
  EXPECT_GT(cost.cpu, 0ms);
}

TEST(Mixed, KeepsTheSessionsThatItsPartsNeed) {
  EXPECT_EQ(mixing({})->sessions(), Sessions::shared);
  EXPECT_EQ(mixing({{"hash-size", "1KiB"}})->sessions(), Sessions::one_each);
  EXPECT_EQ(mixing({{"url", "http://127.0.0.1:1/"}})->sessions(), Sessions::one_each);
}

TEST(Mixed, HoldsTheLoopWhereItOnlyComputes) {
  EXPECT_FALSE(mixing({})->holds_the_loop());
  EXPECT_FALSE(mixing({{"cpu", "0ms"}})->holds_the_loop());
  EXPECT_TRUE(mixing({{"wait", "0ms"}})->holds_the_loop());
  EXPECT_TRUE(mixing({{"wait", "0ms"}, {"hash-size", "1KiB"}})->holds_the_loop());
}

TEST(Mixed, WaitsAndThenComputesOnAThread) {
  const auto workload = mixing({{"wait", "10ms"}, {"cpu", "5ms"}});
  const auto session = workload->open_blocking();
  const auto began = Clock::now();
  const auto used = thread_cpu();
  EXPECT_TRUE(session->call(0).ok());
  EXPECT_GE(Clock::now() - began, 15ms);
  EXPECT_GE(thread_cpu() - used, 5ms);
}

TEST(Mixed, ComputesOnThePlainLoopAndOffTheOneWithAnExecutor) {
  const Options options{{"wait", "5ms"}, {"cpu", "20ms"}};
  const std::vector<std::string> succeeded(4);
  Duration own{};
  EXPECT_EQ(on_a_loop(options, 0, 4, own), succeeded);
  EXPECT_GE(own, 80ms);
  EXPECT_EQ(on_a_loop(options, 2, 4, own), succeeded);
  EXPECT_LT(own, 40ms);
}

TEST(Mixed, DoesNotComputeWhereTheWaitFailed) {
  RawServer server(always(kBroken));
  const Options options{{"url", server.url()}, {"cpu", "10s"}};
  const auto began = Clock::now();
  const auto workload = mixing(options);
  EXPECT_EQ(workload->open_blocking()->call(0).failure.code(), "bad status 503");
  Duration own{};
  EXPECT_THAT(on_a_loop(options, 0, 1, own), ::testing::ElementsAre("bad status 503"));
  EXPECT_THAT(on_a_loop(options, 1, 1, own), ::testing::ElementsAre("bad status 503"));
  EXPECT_LT(Clock::now() - began, 10s);
}

/// The rows of every runner.
std::vector<Json> under_every_runner(const Words& more, int code = 0) {
  Words words{"run",      "mixed", "--ops",         "60", "--in-flight", "6",
              "--warmup", "0",     "--repetitions", "1",  "--format",    "json"};
  words.insert(words.end(), more.begin(), more.end());
  const auto ended = asyncmark(words);
  EXPECT_EQ(ended.code, code) << ended.err;
  const auto all = rows(ended);
  EXPECT_EQ(all.size(), built_in_runners().size());
  return all;
}

TEST(Mixed, RunsUnderEveryRunnerAndLosesNothing) {
  RawServer server(always(answer("hello")));
  for (const auto& words : {Words{"--wait", "2ms", "--cpu", "100us"},
                            {"--wait", "0ms"},
                            {"--hash-size", "4KiB"},
                            {"--url", server.url(), "--cpu", "50us"}})
    for (const auto& row : under_every_runner(words)) {
      EXPECT_EQ(number(row, "completed"), 60u) << row.at("name");
      EXPECT_EQ(accounted(row), 60u);
      EXPECT_LE(row.value("efficiency", 0.0), 1.0) << row.at("name");
    }
}

TEST(Mixed, CountsFailedWaitsByTheirReason) {
  std::atomic<int> requests = 0;
  RawServer server([&](http::testing::Connection& connection) {
    while (!connection.read_request().empty())
      connection.write(++requests % 3 == 0 ? kBroken : answer("hello"));
  });
  for (const auto& row : under_every_runner({"--url", server.url(), "--cpu", "10us"}, 4)) {
    EXPECT_EQ(number(row, "failed"), 20u) << row.at("name");
    EXPECT_EQ(accounted(row), 60u);
    EXPECT_EQ(row["asyncmark"]["measurement"]["failures"]["bad status 503"], 20);
  }
}

TEST(MixedOptions, AreLookedAtBeforeTheRun) {
  const auto refused = [](const Words& words, const std::string& begin) {
    Words all{"run", "mixed", "--ops", "1"};
    all.insert(all.end(), words.begin(), words.end());
    const auto ended = asyncmark(all);
    EXPECT_EQ(ended.code, 2) << begin;
    EXPECT_EQ(std::ranges::count(ended.err, '\n'), 1) << ended.err;
    EXPECT_THAT(ended.err, StartsWith("asyncmark: " + begin));
  };
  const std::string url = "http://127.0.0.1:1/";
  refused({"--wait", "10ms", "--url", url}, "--url, --wait: give only one of them");
  refused({"--url", url, "--wait", "1ms"}, "--url, --wait: give only one of them");
  refused({"--cpu", "1ms", "--hash-size", "1KiB"}, "--hash-size, --cpu: give only one");
  refused({"--wait", "0ms", "--cpu", "0ms"}, "--wait, --cpu: one of them");
  refused({"--hash-size", "0B"}, "--hash-size: must be at least 1B");
  refused({"--hash-size", "1000000GiB"}, "--hash-size: 1000000GiB is more than half");
  refused({"--url", ""}, "--url: is empty");
  refused({"--url", "127.0.0.1:8080"}, "--url: '127.0.0.1:8080' has no scheme");
  refused({"--url", url}, "--url: nothing accepts a connection at 127.0.0.1:1");
  refused({"--url", "http://192.0.2.1/"}, "--url: 192.0.2.1 (192.0.2.1) is not this machine");
  refused({"--allow-remote"}, "--allow-remote: needs --url");
  refused({"--wait", "10"}, "--wait: ");
}

TEST(MixedOptions, AreInTheTitleWithTheirDefaultsButNotWithWhatTheyReplace) {
  const auto title = [](const Words& more) {
    Words words{"run", "mixed", "--ops", "10", "--runner", "sync", "--repetitions", "1"};
    words.insert(words.end(), more.begin(), more.end());
    return asyncmark(words).out;
  };
  EXPECT_THAT(title({}), HasSubstr("mixed: wait 10ms, cpu 1ms, 10 operations"));
  EXPECT_THAT(title({"--hash-size", "4KiB"}),
              HasSubstr("mixed: wait 10ms, hash-size 4KiB, 10 operations"));
  const auto help = asyncmark({"run", "mixed", "--help"}).out;
  EXPECT_THAT(help, HasSubstr("(default: 1ms)"));
  EXPECT_THAT(help, Not(HasSubstr("(default: 0B)")));
}

}  // namespace
}  // namespace asyncmark::testing::mixed_test
