#include "workloads/http/address.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <ifaddrs.h>
#include <netdb.h>
#include <netinet/in.h>

#include <cstring>
#include <memory>

#include "bench/errors.hpp"
#include "workloads/http/channel.hpp"

namespace asyncmark::http {
namespace {

/// Of either family as 16 bytes, IPv4 as IPv6 maps it.
in6_addr bytes_of(const sockaddr* address) {
  if (address->sa_family == AF_INET6)
    return reinterpret_cast<const sockaddr_in6*>(address)->sin6_addr;
  in6_addr mapped{};
  mapped.s6_addr[10] = mapped.s6_addr[11] = 0xff;
  std::memcpy(&mapped.s6_addr[12], &reinterpret_cast<const sockaddr_in*>(address)->sin_addr, 4);
  return mapped;
}

bool same(const in6_addr& left, const in6_addr& right) {
  return std::memcmp(&left, &right, sizeof left) == 0;
}

bool is_of_an_interface(const in6_addr& address) {
  ifaddrs* all = nullptr;
  if (getifaddrs(&all) != 0) return false;
  const std::unique_ptr<ifaddrs, decltype(&freeifaddrs)> owner(all, freeifaddrs);
  for (const auto* one = all; one; one = one->ifa_next)
    if (one->ifa_addr &&
        (one->ifa_addr->sa_family == AF_INET || one->ifa_addr->sa_family == AF_INET6) &&
        same(bytes_of(one->ifa_addr), address))
      return true;
  return false;
}

}  // namespace

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

bool Address::is_here() const {
  const auto bytes = bytes_of(get());
  const bool v4 = IN6_IS_ADDR_V4MAPPED(&bytes);
  const bool loopback = v4 ? bytes.s6_addr[12] == 127 : IN6_IS_ADDR_LOOPBACK(&bytes);
  const bool any = v4 ? bytes.s6_addr32[3] == 0 : IN6_IS_ADDR_UNSPECIFIED(&bytes);
  return loopback || any || is_of_an_interface(bytes);
}

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
      throw UsageError(
          fmt::format("--url: {} ({}) is not this machine; give --allow-remote if you may put this "
                      "load on it",
                      url.host, address.host()));
    addresses.push_back(address);
  }
  return addresses;
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
