#include "workloads/postgres/hosts.hpp"

#include <fmt/format.h>
#include <libpq-fe.h>
#include <netdb.h>

#include <algorithm>
#include <memory>
#include <string_view>

#include "bench/base/errors.hpp"
#include "bench/base/split.hpp"
#include "workloads/postgres/plan.hpp"
#include "workloads/support/this_machine.hpp"

namespace asyncmark::postgres {
namespace {

using Options = std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)>;

/// libpq refuses this once it has read everything, and before it looks for a host.
constexpr const char* kNoSslMode = "read-only-what-is-set";

std::string value_of(const Options& options, std::string_view keyword) {
  for (const auto* one = options.get(); one && one->keyword; ++one)
    if (keyword == one->keyword) return one->val ? one->val : "";
  return "";
}

/// Of all that libpq heeds.
Options resolved(const std::string& dsn) {
  const char* const keywords[] = {"dbname", "sslmode", nullptr};
  const char* const values[] = {dsn.c_str(), kNoSslMode, nullptr};
  const Connection connection(PQconnectStartParams(keywords, values, 1), PQfinish);
  const std::string message = PQerrorMessage(connection.get());
  if (message.find(kNoSslMode) == message.npos)
    throw UsageError("--dsn: " + one_line(message.c_str()));
  return {PQconninfo(connection.get()), PQconninfoFree};
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
    throw UsageError(fmt::format("--dsn: could not translate host name \"{}\" to address: {}", name,
                                 gai_strerror(code)));
  return {found, freeaddrinfo};
}

bool is_here(const Host& host) {
  if (host.address.empty() && (host.name.empty() || is_folder(host.name))) return true;
  const auto addresses = addresses_of(host);
  for (const auto* one = addresses.get(); one; one = one->ai_next)
    if (!is_this_machine(*one->ai_addr)) return false;
  return true;
}

/// Where a server that the DSN does not name comes from.
std::string source_of(const std::string& dsn) {
  const Options own(PQconninfoParse(dsn.c_str(), nullptr), PQconninfoFree);
  const bool is_named = !value_of(own, "host").empty() || !value_of(own, "hostaddr").empty();
  return is_named ? "" : ", which PGHOST, PGHOSTADDR or a service file names,";
}

}  // namespace

std::vector<Host> hosts_of(const std::string& dsn) {
  const auto options = resolved(dsn);
  const auto list = [&](const char* keyword) {
    const auto text = value_of(options, keyword);
    return text.empty() ? std::vector<std::string>{} : split(text, ',');
  };
  const auto names = list("host"), addresses = list("hostaddr");
  std::vector<Host> all(std::max<std::size_t>({names.size(), addresses.size(), 1}));
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (i < names.size()) all[i].name = names[i];
    if (i < addresses.size()) all[i].address = addresses[i];
  }
  return all;
}

void check_is_here(const std::string& dsn) {
  const auto hosts = hosts_of(dsn);
  for (const auto& host : hosts) {
    if (is_here(host)) continue;
    throw UsageError(fmt::format(
        "--dsn: {}'{}'{} is not this machine; give --allow-remote if you may put this load on it",
        hosts.size() > 1 ? "of several hosts " : "the server ",
        host.address.empty() ? host.name : host.address, source_of(dsn)));
  }
}

}  // namespace asyncmark::postgres
