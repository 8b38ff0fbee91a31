#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <string>
#include <vector>

#include "bench/base/units.hpp"
#include "workloads/http/url.hpp"

namespace asyncmark::http {

/// An IPv4 or IPv6 address with its port.
struct Address {
  sockaddr_storage storage{};
  socklen_t size = 0;

  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
  /// "127.0.0.1" or "::1".
  std::string host() const;
  /// "127.0.0.1:8080" or "[::1]:8080".
  std::string text() const;
  /// Whether what is sent there never leaves this machine.
  bool is_here() const;
};

/// All addresses of the URL's host, which must be of this machine unless `remote` is allowed.
/// Throws UsageError naming --url.
std::vector<Address> resolve(const Url& url, bool remote);

/// All addresses of the URL's host where they are of this machine, else none. Throws nothing.
std::vector<sockaddr_storage> addresses_on_this_machine(const std::string& url);

/// The first of the addresses at which something accepts a connection, having closed that again
/// without a byte. Throws UsageError naming --url when there is none within `limit` each.
Address first_that_answers(const std::vector<Address>& addresses, Duration limit);

}  // namespace asyncmark::http
