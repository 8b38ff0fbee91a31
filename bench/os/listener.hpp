#pragma once

#include <sys/types.h>

#include <cstdint>
#include <vector>

namespace asyncmark {

/// The processes of this machine that accept connections on a TCP port, of any of its addresses,
/// with all that they started. Empty where the kernel shows none: no process listens, or another
/// user's processes do, or those of another network namespace.
std::vector<pid_t> listeners_on(std::uint16_t port);

}  // namespace asyncmark
