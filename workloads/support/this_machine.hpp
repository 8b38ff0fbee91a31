#pragma once

#include <sys/socket.h>

namespace asyncmark {

/// Whether what is sent to this address (IPv4, IPv6 or a Unix socket's) never leaves this machine.
bool is_this_machine(const sockaddr& address);

}  // namespace asyncmark
