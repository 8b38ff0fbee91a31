#pragma once

#include <sys/socket.h>

#include <string>
#include <vector>

namespace asyncmark::postgres {

/// A server that libpq may connect to: by its address where one is given, else by its name, a host
/// or the folder of a socket. Both are empty where libpq takes its own folder.
struct Host {
  std::string name;
  std::string address;

  friend bool operator==(const Host&, const Host&) = default;
};

/// Where libpq would look for the server: by the DSN, a service file, PGHOST, PGHOSTADDR and
/// whatever else it heeds. Sends nothing and looks no name up. Throws UsageError, in libpq's words,
/// where it would not get so far.
std::vector<Host> hosts_of(const std::string& dsn);

/// Where on this machine libpq would look for the server, in its order; none where a host may be
/// elsewhere or is not known. Sends nothing to them.
std::vector<sockaddr_storage> addresses_on_this_machine(const std::string& dsn);

/// Throws UsageError unless all of them are this machine. Sends nothing to them.
void check_is_here(const std::string& dsn);

}  // namespace asyncmark::postgres
