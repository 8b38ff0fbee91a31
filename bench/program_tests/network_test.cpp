#include "bench/os/network.hpp"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "bench/os/process.hpp"
#include "bench/testing/rows.hpp"
#include "bench/testing/run_program.hpp"

namespace asyncmark::network_test {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;

Descriptor tcp_socket(int flags) { return Descriptor(socket(AF_INET, SOCK_STREAM | flags, 0)); }

/// Lets many connections come to a listener that has room for two and accepts none.
void overflow_a_listener() {
  sockaddr_in here{};
  here.sin_family = AF_INET;
  here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  auto* address = reinterpret_cast<sockaddr*>(&here);
  socklen_t size = sizeof here;
  const auto listener = tcp_socket(SOCK_CLOEXEC);
  ASSERT_EQ(bind(listener.get(), address, size), 0);
  ASSERT_EQ(listen(listener.get(), 1), 0);
  ASSERT_EQ(getsockname(listener.get(), address, &size), 0);
  std::vector<Descriptor> clients;
  for (int i = 0; i < 16; ++i) {
    clients.push_back(tcp_socket(SOCK_NONBLOCK | SOCK_CLOEXEC));
    connect(clients.back().get(), address, size);
  }
}

TEST(NetworkCounts, CountWhatAListenersQueueHadNoRoomFor) {
  const auto before = network_counts();
  overflow_a_listener();
  const auto during = network_counts() - before;
  EXPECT_GE(during.listen_overflows, 1u);
  EXPECT_GE(during.listen_drops, during.listen_overflows);
}

TEST(NetworkCounts, AddUpAndDiffer) {
  NetworkCounts sum{1, 2, 3, 4};
  sum += {10, 20, 30, 40};
  EXPECT_EQ(sum.retransmitted_segments, 44u);
  EXPECT_EQ((sum - NetworkCounts{1, 2, 3, 4}).tcp_timeouts, 30u);
}

TEST(NetworkCounts, OfAChildAreInItsMeasurementAndRaiseACheck) {
  // What fails may have failed for that reason; where all is well it was another program's trouble.
  testing::Program run({testing::program(), "run", "faulty", "--fault", "fail", "--every", "3",
                        "--wait", "600ms", "--runner", "sync", "--ops", "3", "--repetitions", "1",
                        "--out", "r.json", "--launcher",
                        R"(sh -c 'echo >> started; exec "$@"' sh)"});
  ASSERT_TRUE(
      testing::eventually([&] { return std::filesystem::exists(run.folder() + "/started"); }));
  overflow_a_listener();
  const auto ended = run.wait();
  EXPECT_EQ(ended.code, 4) << ended.err;
  const auto json = Json::parse(ended.files.at("r.json"));
  const auto& network = json["benchmarks"][0]["asyncmark"]["measurement"]["observed"]["network"];
  EXPECT_GE(network["listen_overflows"].get<int>(), 1);
  EXPECT_GE(network["listen_drops"].get<int>(), 1);
  std::vector<std::string> codes;
  for (const auto& one : json["checks"]) codes.push_back(one["code"]);
  EXPECT_THAT(codes, Contains("network-trouble"));
  EXPECT_THAT(ended.out, HasSubstr("listen overflow"));
}

}  // namespace
}  // namespace asyncmark::network_test
