// Before a server may stand a pooler, which takes more clients than the server has connections.

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

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

/// Hands out a single connection to the shared cluster, by turns and message by message, as
/// pgbouncer does in its mode `transaction`: it greets all clients as the server greeted the first,
/// with another number of the session, and leaves prepared statements on the connection.
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
    for (;;) {
      std::vector<pollfd> watched{{listener_.get(), POLLIN, 0}};
      for (const auto& client : clients_) watched.push_back({client.get(), POLLIN, 0});
      poll(watched.data(), watched.size(), -1);
      for (std::size_t i = watched.size(); --i > 0;)
        if (watched[i].revents != 0 && !pass_on(clients_[i - 1].get()))
          clients_.erase(clients_.begin() + static_cast<std::ptrdiff_t>(i - 1));
      if (watched[0].revents == 0) continue;
      const int one = accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC);
      if (one < 0) return;
      clients_.emplace_back(one);
      greet(one);
    }
  }

  /// What a client asks, and all that the server answers. False once it takes its leave.
  bool pass_on(int client) {
    const auto asked = some_of(client);
    if (asked.empty() || asked.front() == 'X') return false;
    return tell(server_.get(), asked) && tell(client, answer());
  }

  void greet(int client) {
    const auto startup = some_of(client);
    if (greeting_.empty()) {
      const auto theirs = at(folder_of(SharedCluster::get().conninfo()) + "/.s.PGSQL.5432");
      if (connect(server_.get(), reinterpret_cast<const sockaddr*>(&theirs), sizeof theirs) != 0)
        return;
      tell(server_.get(), startup);
      greeting_ = with_another_number(answer());
    }
    tell(client, greeting_);
  }

  /// Until the server is ready for more.
  std::string answer() {
    constexpr std::string_view kReady("Z\0\0\0\x05", 5);
    std::string all;
    do {
      const auto more = some_of(server_.get());
      if (more.empty()) break;
      all += more;
    } while (all.size() <= kReady.size() ||
             all.compare(all.size() - kReady.size() - 1, kReady.size(), kReady) != 0);
    return all;
  }

  static std::string some_of(int socket) {
    char buffer[65536];
    const auto got = read(socket, buffer, sizeof buffer);
    return got > 0 ? std::string(buffer, static_cast<std::size_t>(got)) : "";
  }

  static bool tell(int socket, const std::string& text) {
    return send(socket, text.data(), text.size(), MSG_NOSIGNAL) ==
           static_cast<ssize_t>(text.size());
  }

  /// In BackendKeyData.
  static std::string with_another_number(std::string greeting) {
    constexpr std::string_view kKey("K\0\0\0\x0c", 5);
    if (const auto at = greeting.find(kKey); at != greeting.npos)
      greeting[at + kKey.size() + 3] = static_cast<char>(greeting[at + kKey.size() + 3] ^ 1);
    return greeting;
  }

  Scratch folder_;
  Descriptor listener_;
  Descriptor server_ = unix_socket();
  std::vector<Descriptor> clients_;
  std::string greeting_;
  std::thread thread_;
};

TEST(SharedClusterPooler, TakesMoreClientsThanTheServerHasConnections) {
  const auto prepare = [](const std::string& dsn) { make_postgres({{"dsn", dsn}})->prepare(1000); };
  EXPECT_THAT([&] { prepare(SharedCluster::get().conninfo()); },
              ThrowsMessage<UsageError>(HasSubstr("--in-flight: needs up to 1000 connections")));
  const Pooler pooler;
  EXPECT_NO_THROW(prepare(pooler.dsn()));
}

TEST(SharedClusterPooler, IsRefusedForPreparedStatementsThatItMixesUp) {
  const Pooler pooler;
  const auto prepare = [&](const std::string& mode) {
    make_postgres({{"dsn", pooler.dsn()}, {"mode", mode}})->prepare(4);
  };
  for (const auto* mode : {"prepared", "pipeline"})
    EXPECT_THAT([&] { prepare(mode); },
                ThrowsMessage<UsageError>("--mode: the pooler before the server does not support "
                                          "prepared statements; use --mode simple or extended"));
  for (const auto* mode : {"simple", "extended"}) EXPECT_NO_THROW(prepare(mode)) << mode;
}

TEST(SharedClusterPooler, IsBlamedBySessionsWhoseStatementsItMixesUp) {
  const Pooler pooler;
  for (const auto waiting : {Waiting::blocking, Waiting::on_a_loop}) {
    const auto call = [&] {
      Caller(waiting, {{"dsn", pooler.dsn()}, {"mode", "prepared"}}).call(0);
      Caller(waiting, {{"dsn", pooler.dsn()}, {"mode", "prepared"}}).call(0);
    };
    EXPECT_THAT(call, ThrowsMessage<CaseError>("the pooler before the server does not support "
                                               "prepared statements; use --mode simple or "
                                               "extended"));
  }
}

}  // namespace
}  // namespace asyncmark::postgres::testing::pooler_test
