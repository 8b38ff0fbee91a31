// Descriptors and ports that are not enough: said before where it can be foreseen, else the reason.

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstring>
#include <fstream>
#include <thread>

#include "bench/base/errors.hpp"
#include "bench/model/runner_entry.hpp"
#include "bench/model/workload.hpp"
#include "bench/testing/rows.hpp"
#include "bench/testing/run_program.hpp"
#include "workloads/http/testing/calls.hpp"
#include "workloads/http/testing/raw_server.hpp"

namespace asyncmark::http::testing::limits_test {
namespace {

using ::asyncmark::testing::Ended;
using ::asyncmark::testing::number;
using ::asyncmark::testing::program;
using ::asyncmark::testing::rows;
using ::asyncmark::testing::run_program;
using ::testing::AllOf;
using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::ThrowsMessage;

/// Under limits set by a shell's `ulimit` with these words.
Ended run_limited(const std::string& limit, const RawServer& server, const std::string& in_flight) {
  return run_program({"sh", "-c", "ulimit " + limit + R"( && exec "$0" "$@")", program(), "run",
                      "http", "--url", server.url(), "--ops", "200", "--in-flight", in_flight,
                      "--repetitions", "1", "--benchmark_format=json"});
}

void expect_all_completed(const Ended& ended) {
  EXPECT_EQ(ended.code, 0) << ended.err;
  EXPECT_THAT(rows(ended), SizeIs(built_in_runners().size()));
  for (const auto& row : rows(ended)) EXPECT_EQ(number(row, "completed"), 200u) << row;
}

TEST(HttpLimits, OfDescriptorsAreForeseenWithTheNumberThatFits) {
  const RawServer server(always(answer("hello")));
  const auto ended = run_limited("-n 64", server, "33");
  EXPECT_EQ(ended.code, 2);
  EXPECT_THAT(ended.err,
              AllOf(HasSubstr("--in-flight: up to 33 connections at once need more descr"),
                    HasSubstr("give --in-flight 32 or less, or raise 'ulimit -Hn'")));
  EXPECT_EQ(server.connections(), 0u);
  expect_all_completed(run_limited("-n 64", server, "32"));
}

TEST(HttpLimits, OfDescriptorsAreRaisedAsFarAsTheyMay) {
  const RawServer server(always(answer("hello")));
  expect_all_completed(run_limited("-Sn 64", server, "100"));
}

TEST(HttpLimits, OfDescriptorsInTheMiddleOfARunAreTheReason) {
  const RawServer server(always(answer("hello")));
  const auto workload = make_http({{"url", server.url()}, {"connect", "per-op"}});
  const auto session = workload->open_blocking();
  EXPECT_EQ(session->call(0).failure.code(), "");
  rlimit before{};
  getrlimit(RLIMIT_NOFILE, &before);
  const int lowest_free = dup(0);
  close(lowest_free);
  const rlimit none{static_cast<rlim_t>(lowest_free), before.rlim_max};
  setrlimit(RLIMIT_NOFILE, &none);
  const auto outcome = session->call(1);
  setrlimit(RLIMIT_NOFILE, &before);
  EXPECT_EQ(outcome.failure.code(), "no descriptor");
  EXPECT_EQ(session->call(2).failure.code(), "");
}

constexpr int kPorts = 8;

/// Carries it out in a thread whose network is its own, with that many ports for clients. False
/// where only root may have one.
bool with_few_ports(const std::function<void()>& body) {
  bool done = false;
  std::thread([&] {
    if (unshare(CLONE_NEWNET) != 0) return;
    ifreq loopback{};
    std::strcpy(loopback.ifr_name, "lo");
    loopback.ifr_flags = IFF_UP;
    const Descriptor any(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    if (ioctl(any.get(), SIOCSIFFLAGS, &loopback) != 0) return;
    std::ofstream range("/proc/sys/net/ipv4/ip_local_port_range");
    if (!(range << 40'001 << ' ' << 40'000 + kPorts << std::flush)) return;
    done = true;
    body();
  }).join();
  return done;
}

TEST(HttpLimits, OfPortsAreForeseenWithTheNumberThatFits) {
  if (!with_few_ports([] {
        const RawServer server(always(answer("hello")));
        const auto workload = make_http({{"url", server.url()}});
        workload->prepare(kPorts);
        EXPECT_THAT([&] { workload->prepare(kPorts + 1); },
                    ThrowsMessage<UsageError>(HasSubstr("give --in-flight 8 or less, or widen")));
      }))
    GTEST_SKIP() << "only root may have a network of its own";
}

TEST(HttpLimits, OfPortsInTheMiddleOfARunAreTheReason) {
  if (!with_few_ports([] {
        const RawServer server(always(answer("hello")));
        const auto pooled = make_http({{"url", server.url()}});
        std::vector<std::unique_ptr<BlockingSession>> sessions;
        const auto take_all = [&] {
          while (sessions.size() <= kPorts) sessions.push_back(pooled->open_blocking());
        };
        EXPECT_THAT(take_all, ThrowsMessage<CaseError>(HasSubstr("no port")));
        // One is the server's own.
        EXPECT_GE(sessions.size(), std::size_t{kPorts} - 1);
        for (const auto waiting : {Waiting::blocking, Waiting::on_a_loop})
          EXPECT_THAT(reasons_of(waiting, {{"url", server.url()}, {"connect", "per-op"}}, 3),
                      Each("no port"));
      }))
    GTEST_SKIP() << "only root may have a network of its own";
}

}  // namespace
}  // namespace asyncmark::http::testing::limits_test
