#include "bench/services/local_server.hpp"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
#include <thread>

#include "bench/base/units.hpp"
#include "bench/os/listener.hpp"
#include "bench/os/process.hpp"
#include "bench/testing/run_program.hpp"

namespace asyncmark::local_server_test {
namespace {

using namespace std::chrono_literals;
using ::testing::Contains;
using ::testing::ElementsAre;
using testing::eventually;
using ::testing::IsEmpty;

/// A listening socket on a free port of the loopback interface.
struct Listening {
  int socket;
  std::uint16_t port = 0;

  explicit Listening(int family = AF_INET) : socket(::socket(family, SOCK_STREAM, 0)) {
    sockaddr_storage address{};
    address.ss_family = static_cast<sa_family_t>(family);
    if (family == AF_INET6)
      reinterpret_cast<sockaddr_in6&>(address).sin6_addr = in6addr_loopback;
    else
      reinterpret_cast<sockaddr_in&>(address).sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = family == AF_INET6 ? sizeof(sockaddr_in6) : sizeof(sockaddr_in);
    EXPECT_EQ(bind(socket, reinterpret_cast<sockaddr*>(&address), size), 0);
    EXPECT_EQ(listen(socket, 10), 0);
    getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size);
    port = ntohs(reinterpret_cast<sockaddr_in&>(address).sin_port);
  }
  ~Listening() { close(socket); }
};

TEST(Listeners, AreTheProcessesThatHoldTheSocketAndWhatTheyStarted) {
  const Listening four, six(AF_INET6);
  EXPECT_THAT(listeners_on(four.port), ElementsAre(getpid()));
  EXPECT_THAT(listeners_on(six.port), Contains(getpid()));
  // As a server's worker that accepts on the socket of its parent.
  const auto worker = Process::fork([] { pause(); }, "a worker");
  EXPECT_THAT(listeners_on(four.port), ElementsAre(getpid(), worker.pid()));
}

TEST(Listeners, AreNoneWhereNoProcessListens) {
  std::uint16_t port = 0;
  {
    const Listening gone;
    port = gone.port;
  }
  EXPECT_THAT(listeners_on(port), IsEmpty());
  EXPECT_FALSE(LocalServer(port).usage());
}

TEST(LocalServer, IsSeenToUseProcessorTimeAndMemory) {
  const Listening socket;
  LocalServer server(socket.port);
  server.start_window();
  const auto until = Clock::now() + 200ms;
  std::jthread busy([&] {
    while (Clock::now() < until) {
    }
  });
  busy.join();
  const auto used = server.usage();
  ASSERT_TRUE(used);
  EXPECT_GT(used->cpu, 20ms);
  EXPECT_LT(used->cpu, 10s);
  EXPECT_GE(used->threads, 1u);
  EXPECT_GT(used->peak_rss_bytes, 1 << 20);
  EXPECT_FALSE(server.cpus().empty());
}

TEST(LocalServer, KnowsItsBusiestThread) {
  const Listening socket;
  LocalServer server(socket.port);
  server.start_window();
  const auto end = Clock::now() + 200ms;
  while (Clock::now() < end) {
  }
  const auto used = server.usage();
  ASSERT_TRUE(used);
  EXPECT_GT(used->busiest_thread, 20ms);
  EXPECT_LE(used->busiest_thread, used->cpu + 10ms);
}

}  // namespace
}  // namespace asyncmark::local_server_test
