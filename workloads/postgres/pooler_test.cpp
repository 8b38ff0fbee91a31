// Before a server may stand a pooler, which takes more clients than the server has connections.

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <stdexcept>
#include <string>
#include <thread>

#include "bench/base/errors.hpp"
#include "bench/model/workload.hpp"
#include "bench/os/process.hpp"
#include "bench/os/scratch.hpp"
#include "workloads/postgres/testing/calls.hpp"

namespace asyncmark::postgres::testing::pooler_test {
namespace {

using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

sockaddr_un at(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  return address;
}

Descriptor unix_socket() { return Descriptor(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)); }

std::string folder_of(const std::string& conninfo) {
  const auto begin = conninfo.find("host=") + 5;
  return conninfo.substr(begin, conninfo.find(' ', begin) - begin);
}

/// Passes on what one client and the shared cluster say, but tells the client another number of its
/// session, as pgbouncer does. For one client at a time.
class Pooler {
 public:
  Pooler() : listener_(unix_socket()) {
    const auto own = at(folder_.path() + "/.s.PGSQL.5432");
    if (bind(listener_.get(), reinterpret_cast<const sockaddr*>(&own), sizeof own) != 0 ||
        listen(listener_.get(), 8) != 0)
      throw std::runtime_error("no listener");
    thread_ = std::thread([this] { serve(); });
  }
  ~Pooler() {
    shutdown(listener_.get(), SHUT_RDWR);
    thread_.join();
  }
  std::string dsn() const {
    return fmt::format("host={} port=5432 user=postgres dbname=postgres", folder_.path());
  }

 private:
  void serve() {
    for (int one; (one = accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC)) >= 0;) {
      const Descriptor client(one), server = unix_socket();
      const auto theirs = at(folder_of(SharedCluster::get().conninfo()) + "/.s.PGSQL.5432");
      if (connect(server.get(), reinterpret_cast<const sockaddr*>(&theirs), sizeof theirs) == 0)
        pass_on(client.get(), server.get());
    }
  }

  static void pass_on(int client, int server) {
    bool told = false;
    for (;;) {
      pollfd watched[] = {{client, POLLIN, 0}, {server, POLLIN, 0}};
      poll(watched, 2, -1);
      const bool from_server = watched[1].revents != 0;
      char buffer[65536];
      const auto got = read(from_server ? server : client, buffer, sizeof buffer);
      if (got <= 0) return;
      if (from_server && !told) told = change_number(buffer, static_cast<std::size_t>(got));
      if (write(from_server ? client : server, buffer, static_cast<std::size_t>(got)) != got)
        return;
    }
  }

  /// In BackendKeyData, which is sent whole with what surrounds it.
  static bool change_number(char* bytes, std::size_t size) {
    const std::string_view key("K\0\0\0\x0c", 5);
    auto* const found = std::search(bytes, bytes + size, key.begin(), key.end());
    if (found == bytes + size) return false;
    found[key.size() + 3] = static_cast<char>(found[key.size() + 3] ^ 1);
    return true;
  }

  Scratch folder_;
  Descriptor listener_;
  std::thread thread_;
};

TEST(SharedClusterPooler, TakesMoreClientsThanTheServerHasConnections) {
  const auto prepare = [](const std::string& dsn) { make_postgres({{"dsn", dsn}})->prepare(1000); };
  EXPECT_THAT([&] { prepare(SharedCluster::get().conninfo()); },
              ThrowsMessage<UsageError>(HasSubstr("--in-flight: up to 1000 connections")));
  const Pooler pooler;
  EXPECT_NO_THROW(prepare(pooler.dsn()));
}

}  // namespace
}  // namespace asyncmark::postgres::testing::pooler_test
