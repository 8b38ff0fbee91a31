#include "workloads/postgres/hosts.hpp"

#include <fmt/format.h>
#include <libpq-fe.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/un.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>

#include "bench/base/errors.hpp"
#include "bench/base/split.hpp"
#include "workloads/postgres/plan.hpp"
#include "workloads/support/this_machine.hpp"

namespace asyncmark::postgres {
namespace {

using Options = std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)>;

constexpr const char* kUsualPort = "5432";

/// libpq refuses this once it has read everything, and before it looks for a host.
constexpr const char* kNoSslMode = "read-only-what-is-set";

std::string value_of(const Options& options, std::string_view keyword) {
  for (const auto* one = options.get(); one && one->keyword; ++one)
    if (keyword == one->keyword) return one->val ? one->val : "";
  return "";
}

/// All that libpq heeds, and the host that it would try first.
struct Resolved {
  Options options;
  std::string first_host;
};

Resolved resolved(const std::string& dsn) {
  const char* const keywords[] = {"dbname", "sslmode", nullptr};
  const char* const values[] = {dsn.c_str(), kNoSslMode, nullptr};
  const Connection connection(PQconnectStartParams(keywords, values, 1), PQfinish);
  const std::string message = PQerrorMessage(connection.get());
  if (message.find(kNoSslMode) == message.npos)
    throw UsageError("--dsn: " + one_line(message.c_str()));
  const auto* host = PQhost(connection.get());
  return {Options(PQconninfo(connection.get()), PQconninfoFree), host ? host : ""};
}

std::vector<std::string> list_of(const Options& options, const char* keyword) {
  const auto text = value_of(options, keyword);
  return text.empty() ? std::vector<std::string>{} : split(text, ',');
}

bool is_folder(const std::string& host) { return host.starts_with('/') || host.starts_with('@'); }

using Addresses = std::unique_ptr<addrinfo, decltype(&freeaddrinfo)>;

Addresses addresses_of(const Host& host) {
  addrinfo wanted{};
  wanted.ai_socktype = SOCK_STREAM;
  const bool is_number = !host.address.empty();
  if (is_number) wanted.ai_flags = AI_NUMERICHOST;
  const auto& name = is_number ? host.address : host.name;
  addrinfo* found = nullptr;
  if (const int code = getaddrinfo(name.c_str(), nullptr, &wanted, &found); code != 0)
    throw UsageError(
        fmt::format("--dsn: the host name \"{}\" has no address: {}", name, gai_strerror(code)));
  return {found, freeaddrinfo};
}

bool is_here(const Host& host) {
  if (host.address.empty() && (host.name.empty() || is_folder(host.name))) return true;
  const auto addresses = addresses_of(host);
  for (const auto* one = addresses.get(); one; one = one->ai_next)
    if (!is_this_machine(*one->ai_addr)) return false;
  return true;
}

/// The socket of a server in a folder, which in the abstract namespace begins with @.
sockaddr_storage socket_in(const std::string& folder, const std::string& port) {
  sockaddr_storage address{};
  auto& socket = reinterpret_cast<sockaddr_un&>(address);
  socket.sun_family = AF_UNIX;
  const auto path = fmt::format("{}/.s.PGSQL.{}", folder, port);
  path.copy(socket.sun_path, sizeof socket.sun_path - 1);
  if (path[0] == '@') socket.sun_path[0] = '\0';
  return address;
}

/// Those of one host. One without a name has libpq's own folder, which is `first_host` then.
std::vector<sockaddr_storage> addresses_at(const Host& host, const std::string& port,
                                           const std::string& first_host) {
  if (host.address.empty() && (host.name.empty() || is_folder(host.name)))
    return {socket_in(host.name.empty() ? first_host : host.name, port)};
  std::vector<sockaddr_storage> all;
  const auto number = htons(static_cast<std::uint16_t>(std::stoi(port)));
  const auto found = addresses_of(host);
  for (const auto* one = found.get(); one; one = one->ai_next) {
    auto& address = all.emplace_back();
    std::memcpy(&address, one->ai_addr, one->ai_addrlen);
    // In the same place for both families.
    reinterpret_cast<sockaddr_in&>(address).sin_port = number;
  }
  return all;
}

std::vector<Host> hosts_in(const Options& options) {
  const auto names = list_of(options, "host"), addresses = list_of(options, "hostaddr");
  std::vector<Host> all(std::max<std::size_t>({names.size(), addresses.size(), 1}));
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (i < names.size()) all[i].name = names[i];
    if (i < addresses.size()) all[i].address = addresses[i];
  }
  return all;
}

/// Where a server that the DSN does not name comes from.
std::string source_of(const std::string& dsn) {
  const Options own(PQconninfoParse(dsn.c_str(), nullptr), PQconninfoFree);
  const bool is_named = !value_of(own, "host").empty() || !value_of(own, "hostaddr").empty();
  return is_named ? "" : ", which PGHOST, PGHOSTADDR or a service file names,";
}

}  // namespace

std::vector<Host> hosts_of(const std::string& dsn) { return hosts_in(resolved(dsn).options); }

std::vector<sockaddr_storage> addresses_on_this_machine(const std::string& dsn) try {
  const auto [options, first_host] = resolved(dsn);
  const auto hosts = hosts_in(options);
  const auto ports = list_of(options, "port");
  std::vector<sockaddr_storage> all;
  for (std::size_t i = 0; i < hosts.size(); ++i) {
    if (!is_here(hosts[i])) return {};
    // A single port is that of all hosts.
    const auto port = ports.empty() ? "" : ports[std::min(i, ports.size() - 1)];
    const auto added = addresses_at(hosts[i], port.empty() ? kUsualPort : port, first_host);
    all.insert(all.end(), added.begin(), added.end());
  }
  return all;
} catch (const UsageError&) {  // No host is known by such a name.
  return {};
}

void check_is_here(const std::string& dsn) {
  const auto hosts = hosts_of(dsn);
  for (const auto& host : hosts) {
    if (is_here(host)) continue;
    throw UsageError(
        fmt::format("--dsn: {}'{}'{} is not this machine; add --allow-remote if you are allowed to "
                    "put load on it",
                    hosts.size() > 1 ? "of several hosts " : "the server ",
                    host.address.empty() ? host.name : host.address, source_of(dsn)));
  }
}

}  // namespace asyncmark::postgres
