#include "workloads/support/this_machine.hpp"

#include <ifaddrs.h>
#include <netinet/in.h>

#include <cstring>
#include <memory>

namespace asyncmark {
namespace {

/// Of either family as 16 bytes, IPv4 as IPv6 maps it.
in6_addr bytes_of(const sockaddr& address) {
  if (address.sa_family == AF_INET6)
    return reinterpret_cast<const sockaddr_in6*>(&address)->sin6_addr;
  in6_addr mapped{};
  mapped.s6_addr[10] = mapped.s6_addr[11] = 0xff;
  std::memcpy(&mapped.s6_addr[12], &reinterpret_cast<const sockaddr_in*>(&address)->sin_addr, 4);
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
        same(bytes_of(*one->ifa_addr), address))
      return true;
  return false;
}

}  // namespace

bool is_this_machine(const sockaddr& address) {
  if (address.sa_family == AF_UNIX) return true;
  const auto bytes = bytes_of(address);
  const bool v4 = IN6_IS_ADDR_V4MAPPED(&bytes);
  const bool loopback = v4 ? bytes.s6_addr[12] == 127 : IN6_IS_ADDR_LOOPBACK(&bytes);
  const bool any = v4 ? bytes.s6_addr32[3] == 0 : IN6_IS_ADDR_UNSPECIFIED(&bytes);
  return loopback || any || is_of_an_interface(bytes);
}

}  // namespace asyncmark
