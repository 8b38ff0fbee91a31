#include "bench/services/service.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <csignal>
#include <fstream>
#include <set>

#include "bench/base/errors.hpp"
#include "bench/testing/rows.hpp"
#include "bench/testing/run_program.hpp"

namespace asyncmark::testing::service_test {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::Each;
using ::testing::Ge;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Le;
using ::testing::SizeIs;

using Words = std::vector<std::string>;

pid_t process_of(const Service& service) { return std::stoi(service.endpoint()); }

TEST(Service, IsUpFromItsBeginningToItsEnd) {
  pid_t process = 0;
  {
    const Service service({"presence"}, {}, program());
    process = process_of(service);
    EXPECT_EQ(process, service.pid());
    EXPECT_EQ(service.how(), "by being there");
    EXPECT_THAT(command_of(process), HasSubstr("serve presence"));
  }
  EXPECT_TRUE(is_gone(process));
}

TEST(Service, TellsWhatItUsedInAWindow) {
  Service service({"presence"}, {}, program());
  const auto whole = service.usage();
  EXPECT_EQ(whole.threads, 1);
  EXPECT_EQ(whole.peak_connections, 1);
  EXPECT_GT(whole.peak_rss_bytes, 100'000);
  EXPECT_GT(whole.cpu, Duration(0)) << "it has started";
  service.start_window();
  const auto idle = service.usage();
  EXPECT_LT(idle.cpu, whole.cpu) << "it has done nothing since";
  EXPECT_EQ(idle.peak_connections, 1);
  EXPECT_EQ(idle.own_time.count(), 0);
}

TEST(Service, KeepsToTheProcessorsThatItIsGiven) {
  const auto ours = own_cpus();
  const Service service({"presence"}, {ours.back()}, program());
  std::ifstream status("/proc/" + service.endpoint() + "/status");
  std::string allowed;
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("Cpus_allowed_list:")) allowed = line.substr(line.find('\t') + 1);
  EXPECT_EQ(allowed, std::to_string(ours.back()));
  EXPECT_EQ(own_cpus(), ours) << "we have stayed there ourselves";
}

TEST(Service, KnowsThatItHasEndedAndHow) {
  Service service({"presence"}, {}, program());
  EXPECT_EQ(service.ended(), "");
  const auto process = service.pid();
  kill(process, SIGKILL);
  EXPECT_TRUE(eventually([&] { return service.ended() == "SIGKILL"; }));
  EXPECT_TRUE(is_gone(process)) << "it is reaped";
  EXPECT_EQ(service.ended(), "SIGKILL") << "again";
}

TEST(Service, ThatHasEndedFailsAllThatWouldCallItAndTheRun) {
  // It ends with the first operation, which is of the warm-up; a busy machine takes its time to say
  // so, and another repetition may come in between.
  const auto ended = asyncmark({"run", "served", "--fault", "leave", "--runner", "sync", "--ops",
                                "10", "--repetitions", "9", "--max-failed", "100%", "--out", "r"});
  EXPECT_EQ(ended.code, 4);
  EXPECT_THAT(ended.err, HasSubstr("the service 'presence --fault leave' ended by itself: exit 0"));
  const auto document = Json::parse(ended.files.at("r"));
  std::vector<std::string> errors;
  for (const auto& row : document.at("benchmarks"))
    if (row.contains("error_message")) errors.push_back(row.at("error_message"));
  EXPECT_THAT(errors, SizeIs(AllOf(Ge(4u), Le(8u))));
  EXPECT_THAT(errors, Each("the service 'presence --fault leave' has ended: exit 0"));
}

TEST(Service, WithoutProcessorTimeLeftRaisesACheck) {
  bool noisy = false;
  const bool found = eventually([&] {
    const auto ended = asyncmark({"run", "served", "--fault", "spin", "--wait", "10ms", "--runner",
                                  "sync", "--ops", "30", "--repetitions", "1"});
    noisy = noisy || ended.out.find("noisy-machine") != std::string::npos;
    return ended.out.find("service-saturated") != std::string::npos;
  });
  if (!found && noisy) GTEST_SKIP() << "others take what it would use";
  EXPECT_TRUE(found);
  const auto idle = asyncmark(
      {"run", "served", "--wait", "10ms", "--runner", "sync", "--ops", "30", "--repetitions", "1"});
  EXPECT_THAT(idle.out, Not(HasSubstr("service-saturated")));
}

TEST(Service, ThatDoesNotComeUpSaysHowItEnded) {
  const auto reason = [](const std::string& fault) -> std::string {
    try {
      const Service service({"presence", "--fault", fault}, {}, program());
      return "it came up";
    } catch (const UsageError& error) {
      return error.what();
    }
  };
  EXPECT_THAT(reason("refuse"), HasSubstr("'presence --fault refuse' did not come up: exit 2"));
  EXPECT_THAT(reason("crash"), HasSubstr("SIGKILL"));
  EXPECT_THAT(reason("mumble"), HasSubstr("does not say that it listens"));
}

TEST(Service, IsStartedOnceForAllCasesAndEndsWithTheRun) {
  const auto ended = asyncmark({"run", "served", "--runner", "sync,thread-pool", "--ops", "10",
                                "--repetitions", "2", "--out", "r"});
  EXPECT_EQ(ended.code, 0) << ended.err;
  EXPECT_THAT(ended.left_running, IsEmpty());
  std::set<std::string> endpoints;
  const auto document = Json::parse(ended.files.at("r"));
  for (const auto& row : document.at("benchmarks")) {
    if (!row.contains("asyncmark")) continue;  // An aggregate.
    endpoints.insert(row.at("asyncmark").at("case").at("endpoint"));
    EXPECT_EQ(number(row, "completed"), 10);
    const auto& used = row["asyncmark"]["measurement"]["observed"]["service"];
    EXPECT_EQ(used.at("threads"), 1);
    EXPECT_EQ(used.at("peak_connections"), 1);
    EXPECT_GT(used.at("peak_rss_bytes"), 100'000);
    EXPECT_THAT(row.at("name").get<std::string>(), Not(HasSubstr("url")));
  }
  EXPECT_THAT(endpoints, SizeIs(1));
}

TEST(Service, IsNotStartedForWhatBringsItsOwnOrIsOnlyListed) {
  const auto own = asyncmark({"run", "served", "--url", std::to_string(getpid()), "--fault",
                              "refuse", "--runner", "sync", "--ops", "10"});
  EXPECT_EQ(own.code, 0) << own.err;
  const auto listed = asyncmark({"run", "served", "--fault", "refuse", "--benchmark_list_tests"});
  EXPECT_EQ(listed.code, 0) << listed.err;
}

TEST(Service, ThatDoesNotComeUpEndsTheRunBeforeItBegins) {
  const auto ended = asyncmark({"run", "served", "--fault", "refuse", "--ops", "10"});
  EXPECT_EQ(ended.code, 2);
  EXPECT_THAT(ended.out, IsEmpty());
  EXPECT_THAT(ended.err, HasSubstr("asyncmark: the service 'presence --fault refuse'"));
}

/// Signals a run whose service is up and whose child waits for a minute.
Ended signalled(int signal) {
  Program run({program(), "run", "served", "--wait", "60s", "--runner", "sync", "--ops", "1",
               "--warmup", "0", "--repetitions", "1"});
  const auto both = [&] {
    const auto children = children_of(run.pid());
    const auto is = [&](const char* command) {
      return std::ranges::any_of(
          children, [&](pid_t one) { return command_of(one).find(command) != std::string::npos; });
    };
    return is("serve presence") && is("run-case");
  };
  EXPECT_TRUE(eventually(both));
  run.send(signal);
  return run.wait();
}

TEST(Service, EndsWithARunThatIsInterrupted) {
  for (const int signal : {SIGINT, SIGTERM}) {
    const auto ended = signalled(signal);
    EXPECT_EQ(ended.code, 130);
    EXPECT_THAT(ended.left_running, IsEmpty());
  }
}

TEST(Service, EndsWithARunThatIsKilled) {
  const auto ended = signalled(SIGKILL);
  EXPECT_EQ(ended.code, 128 + SIGKILL);
  EXPECT_THAT(ended.left_running, IsEmpty());
}

}  // namespace
}  // namespace asyncmark::testing::service_test
