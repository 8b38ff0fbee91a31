#include "bench/services/local_server.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstring>
#include <thread>

#include "bench/base/units.hpp"
#include "bench/os/listener.hpp"
#include "bench/os/process.hpp"
#include "bench/os/scratch.hpp"
#include "bench/testing/run_program.hpp"

namespace asyncmark::local_server_test {
namespace {

using namespace std::chrono_literals;
using ::testing::Contains;
using ::testing::ElementsAre;
using testing::eventually;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

sockaddr_storage at(const std::string& host, std::uint16_t port = 0) {
  sockaddr_storage address{};
  auto& four = reinterpret_cast<sockaddr_in&>(address);
  auto& six = reinterpret_cast<sockaddr_in6&>(address);
  address.ss_family = AF_INET;
  if (inet_pton(AF_INET, host.c_str(), &four.sin_addr) != 1) {
    address.ss_family = AF_INET6;
    EXPECT_EQ(inet_pton(AF_INET6, host.c_str(), &six.sin6_addr), 1) << host;
  }
  four.sin_port = htons(port);  // In the same place for both.
  return address;
}

sockaddr_storage at_path(const std::string& path) {
  sockaddr_storage address{};
  address.ss_family = AF_UNIX;
  auto* own = reinterpret_cast<sockaddr_un&>(address).sun_path;
  path.copy(own, sizeof(sockaddr_un::sun_path) - 1);
  if (path[0] == '@') own[0] = '\0';
  return address;
}

/// A listening socket; of TCP on a port that is free, unless it is told.
class Listening {
 public:
  explicit Listening(sockaddr_storage address = at("127.0.0.1"))
      : socket_(::socket(address.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    const int on = 1;
    setsockopt(socket_.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    setsockopt(socket_.get(), SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
    socklen_t size = size_of(address);
    EXPECT_EQ(bind(socket_.get(), reinterpret_cast<sockaddr*>(&address), size), 0) << errno;
    EXPECT_EQ(listen(socket_.get(), 10), 0);
    getsockname(socket_.get(), reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(reinterpret_cast<sockaddr_in&>(address).sin_port);
  }

  std::uint16_t port() const { return port_; }

 private:
  static socklen_t size_of(const sockaddr_storage& address) {
    const auto& path = reinterpret_cast<const sockaddr_un&>(address).sun_path;
    switch (address.ss_family) {
      case AF_INET:
        return sizeof(sockaddr_in);
      case AF_INET6:
        return sizeof(sockaddr_in6);
      default:  // The zeros behind an abstract name would be of it.
        return static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + std::strlen(path + 1));
    }
  }

  Descriptor socket_;
  std::uint16_t port_ = 0;
};

/// A process that listens there as well.
Process another(const sockaddr_storage& address) {
  auto process = Process::fork(
      [&] {
        const Listening listening(address);
        pause();
      },
      "another");
  EXPECT_TRUE(eventually([&] { return !listeners_on(address).empty(); }));
  return process;
}

TEST(Listeners, AreTheProcessesThatHoldTheSocketAndWhatTheyStarted) {
  const Listening four, six(at("::1"));
  EXPECT_THAT(listeners_on(at("127.0.0.1", four.port())), ElementsAre(getpid()));
  EXPECT_THAT(listeners_on(at("::1", six.port())), ElementsAre(getpid()));
  // As a server's worker that accepts on the socket of its parent.
  const auto worker = Process::fork([] { pause(); }, "a worker");
  EXPECT_THAT(listeners_on(at("127.0.0.1", four.port())),
              UnorderedElementsAre(getpid(), worker.pid()));
}

TEST(Listeners, OnOtherAddressesOfThatPortAreOthers) {
  const Listening own;
  const auto here = at("127.0.0.1", own.port());
  for (const auto* address : {"127.0.0.2", "::1"}) {
    const auto other = another(at(address, own.port()));
    EXPECT_THAT(listeners_on(here), UnorderedElementsAre(getpid(), other.pid()))
        << "it is our child";
    EXPECT_THAT(listeners_on(at(address, own.port())), ElementsAre(other.pid()));
  }
}

TEST(Listeners, OnAllAddressesComeAfterThoseOnThisOne) {
  const Listening own;
  const auto all = another(at("0.0.0.0", own.port()));
  EXPECT_TRUE(eventually([&] { return !listeners_on(at("127.0.0.2", own.port())).empty(); }));
  EXPECT_THAT(listeners_on(at("127.0.0.2", own.port())), ElementsAre(all.pid()));
  EXPECT_THAT(listeners_on(at("127.0.0.1", own.port())), Contains(getpid()));
  EXPECT_THAT(listeners_on(at("0.0.0.0", own.port())), Contains(getpid())) << "that is this one";
}

TEST(Listeners, OfIPv6MayBeThoseOfIPv4) {
  const Listening both(at("::"));
  for (const auto* address : {"127.0.0.1", "::1", "::ffff:127.0.0.1", "::"})
    EXPECT_THAT(listeners_on(at(address, both.port())), ElementsAre(getpid())) << address;
  const Listening mapped(at("::ffff:127.0.0.1"));
  EXPECT_THAT(listeners_on(at("127.0.0.1", mapped.port())), ElementsAre(getpid()));
  EXPECT_THAT(listeners_on(at("127.0.0.2", mapped.port())), IsEmpty());
}

TEST(Listeners, OfAUnixSocketAreThoseAtItsPath) {
  const Scratch folder;
  const auto path = folder.path() + "/.s.PGSQL.5432";
  EXPECT_THAT(listeners_on(at_path(path)), IsEmpty());
  const Listening named(at_path(path));
  EXPECT_THAT(listeners_on(at_path(path)), ElementsAre(getpid()));
  EXPECT_THAT(listeners_on(at_path(path + "1")), IsEmpty());
  const auto abstract = fmt::format("@asyncmark-test-{}", getpid());
  const Listening unnamed(at_path(abstract));
  EXPECT_THAT(listeners_on(at_path(abstract)), ElementsAre(getpid()));
}

TEST(Listeners, AreNoneWhereNoProcessListens) {
  std::uint16_t port = 0;
  {
    const Listening gone;
    port = gone.port();
  }
  EXPECT_THAT(listeners_on(at("127.0.0.1", port)), IsEmpty());
  EXPECT_FALSE(LocalServer({at("127.0.0.1", port)}).usage());
  EXPECT_FALSE(LocalServer({}).usage());
}

TEST(LocalServer, IsAtTheFirstOfItsAddressesWhereSomebodyListens) {
  const Listening socket;
  LocalServer server({at("::1", socket.port()), at("127.0.0.1", socket.port())});
  server.start_window();
  EXPECT_TRUE(server.usage());
}

TEST(LocalServer, IsSeenToUseProcessorTimeAndMemory) {
  const Listening socket;
  LocalServer server({at("127.0.0.1", socket.port())});
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
  LocalServer server({at("127.0.0.1", socket.port())});
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
