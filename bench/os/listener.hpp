#pragma once

#include <sys/socket.h>
#include <sys/types.h>

#include <vector>

namespace asyncmark {

/// The processes of this machine that accept the connections to an address (IPv4, IPv6 or a Unix
/// socket's), with all that they started. Those that listen on all addresses accept them where none
/// listens on this one. Empty where the kernel shows none: no process listens, or another user's
/// processes do, or those of another network namespace.
std::vector<pid_t> listeners_on(const sockaddr_storage& address);

}  // namespace asyncmark
