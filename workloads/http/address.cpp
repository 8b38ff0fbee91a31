#include "workloads/http/address.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <netdb.h>

#include <cstring>
#include <memory>

#include "bench/base/errors.hpp"
#include "workloads/http/channel.hpp"
#include "workloads/support/this_machine.hpp"

namespace asyncmark::http {
std::string Address::host() const {
  char name[NI_MAXHOST];
  if (getnameinfo(get(), size, name, sizeof name, nullptr, 0, NI_NUMERICHOST) != 0) return "?";
  return name;
}

std::string Address::text() const {
  char port[NI_MAXSERV] = "?";
  getnameinfo(get(), size, nullptr, 0, port, sizeof port, NI_NUMERICSERV);
  const bool v6 = storage.ss_family == AF_INET6;
  return fmt::format("{}{}{}:{}", v6 ? "[" : "", host(), v6 ? "]" : "", port);
}

bool Address::is_here() const { return is_this_machine(*get()); }

std::vector<Address> resolve(const Url& url, bool remote) {
  addrinfo hints{}, *found = nullptr;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICSERV;
  const auto port = std::to_string(url.port);
  if (const int error = getaddrinfo(url.host.c_str(), port.c_str(), &hints, &found); error != 0)
    throw UsageError(
        fmt::format("--url: the host '{}' is not known: {}", url.host, gai_strerror(error)));
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owner(found, freeaddrinfo);
  std::vector<Address> addresses;
  for (const auto* one = found; one; one = one->ai_next) {
    Address address;
    address.size = one->ai_addrlen;
    std::memcpy(&address.storage, one->ai_addr, one->ai_addrlen);
    if (!remote && !address.is_here())
      throw UsageError(fmt::format(
          "--url: {} ({}) is not this machine; add --allow-remote if you are allowed to put "
          "load on it",
          url.host, address.host()));
    addresses.push_back(address);
  }
  return addresses;
}

std::vector<sockaddr_storage> addresses_on_this_machine(const std::string& text) try {
  std::vector<sockaddr_storage> all;
  for (const auto& address : resolve(Url::parse(text), false)) all.push_back(address.storage);
  return all;
} catch (const UsageError&) {  // One is elsewhere.
  return {};
}

Address first_that_answers(const std::vector<Address>& addresses, Duration limit) {
  std::vector<std::string> tried;
  for (const auto& address : addresses) {
    const auto failure = Channel::probe(address, limit);
    if (failure.empty()) return address;
    tried.push_back(fmt::format("{} ({})", address.text(), failure.code()));
  }
  throw UsageError(fmt::format("--url: nothing accepts a connection at {}; start the server first",
                               fmt::join(tried, " nor at ")));
}

}  // namespace asyncmark::http
