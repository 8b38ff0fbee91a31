// A server that is not this machine is refused before any load, unless that is allowed.

#include <arpa/inet.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <cstring>
#include <stdexcept>
#include <thread>
#include <vector>

#include "bench/base/errors.hpp"
#include "workloads/postgres/testing/calls.hpp"
#include "workloads/support/this_machine.hpp"

namespace asyncmark::postgres::testing::remote_test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;
using ::testing::ThrowsMessage;

sockaddr_in address(const char* text, std::uint16_t port = 0) {
  sockaddr_in one{};
  one.sin_family = AF_INET;
  one.sin_port = htons(port);
  inet_pton(AF_INET, text, &one.sin_addr);
  return one;
}

bool is_here(const char* text) {
  const auto one = address(text);
  return is_this_machine(reinterpret_cast<const sockaddr&>(one));
}

TEST(ThisMachine, IsWhatNeverLeavesIt) {
  EXPECT_TRUE(is_here("127.0.0.1"));
  EXPECT_TRUE(is_here("127.9.9.9"));
  EXPECT_TRUE(is_here("0.0.0.0"));
  EXPECT_FALSE(is_here("192.0.2.7"));
  sockaddr_un socket{};
  socket.sun_family = AF_UNIX;
  EXPECT_TRUE(is_this_machine(reinterpret_cast<const sockaddr&>(socket)));
}

/// Brings up a network of the calling thread's own, in which all of 192.0.2.0/24 ends here, as if
/// it were another machine. False where only root may have one.
bool enter_own_network() {
  if (unshare(CLONE_NEWNET) != 0) return false;
  const Descriptor any(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  ifreq request{};
  std::strcpy(request.ifr_name, "lo");
  request.ifr_flags = IFF_UP;
  if (ioctl(any.get(), SIOCSIFFLAGS, &request) != 0) return false;
  std::strcpy(request.ifr_name, "lo:1");
  const auto set = [&](unsigned long what, const char* text) {
    const auto one = address(text);
    std::memcpy(&request.ifr_addr, &one, sizeof one);
    return ioctl(any.get(), what, &request) == 0;
  };
  return set(SIOCSIFADDR, "192.0.2.1") && set(SIOCSIFNETMASK, "255.255.255.0");
}

/// Accepts every connection, and never sends more.
class SilentServer {
 public:
  explicit SilentServer(const char* at)
      : listener_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    auto one = address(at);
    socklen_t size = sizeof one;
    auto* name = reinterpret_cast<sockaddr*>(&one);
    if (bind(listener_.get(), name, size) != 0 || listen(listener_.get(), 8) != 0 ||
        getsockname(listener_.get(), name, &size) != 0)
      throw std::runtime_error("no listener");
    port_ = ntohs(one.sin_port);
    thread_ = std::thread([this] { serve(); });
  }
  ~SilentServer() {
    shutdown(listener_.get(), SHUT_RDWR);
    thread_.join();
  }
  std::uint16_t port() const { return port_; }
  int accepted() const { return accepted_; }

 private:
  void serve() {
    std::vector<Descriptor> clients;
    for (int one; (one = accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC)) >= 0;) {
      clients.emplace_back(one);
      ++accepted_;
      // Authentication is over, and it is ready for a query.
      const char welcome[] = "R\0\0\0\x08\0\0\0\0Z\0\0\0\x05I";
      EXPECT_EQ(write(one, welcome, sizeof welcome - 1), 15);
    }
  }

  Descriptor listener_;
  std::uint16_t port_ = 0;
  std::atomic<int> accepted_ = 0;
  std::thread thread_;
};

TEST(PostgresRemote, IsRefusedUnlessItIsAllowed) {
  bool done = false;
  std::thread([&] {
    if (!enter_own_network()) return;
    done = true;
    const SilentServer server("192.0.2.7");
    const auto prepare = [&](const std::string& hosts, Options more) {
      more["dsn"] = fmt::format("host={} port={} user=me sslmode=disable gssencmode=disable", hosts,
                                server.port());
      prepare_postgres(more);
    };
    for (const std::string hosts : {"192.0.2.7", "127.0.0.1,192.0.2.7"})
      EXPECT_THAT([&] { prepare(hosts, {}); },
                  ThrowsMessage<UsageError>(
                      AllOf(StartsWith("--dsn: "),
                            HasSubstr("'192.0.2.7' is not this machine; add --allow-remote"))));
    EXPECT_EQ(server.accepted(), 0) << "nothing was sent, not even to connect";
    EXPECT_THAT(
        [&] {
          prepare("192.0.2.7", {{"allow-remote", "true"}});
        },
        ThrowsMessage<UsageError>(HasSubstr("does not answer within 10s")));
    EXPECT_EQ(server.accepted(), 1);
  }).join();
  if (!done) GTEST_SKIP() << "only root may have a network of its own";
}

}  // namespace
}  // namespace asyncmark::postgres::testing::remote_test
