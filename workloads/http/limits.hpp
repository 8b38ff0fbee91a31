#pragma once

#include <cstdint>

namespace asyncmark::http {

/// Throws UsageError, with the number that would fit, where this machine has not the descriptors or
/// the ports for as many connections at once to one address.
void check_room_for(std::uint64_t connections);

}  // namespace asyncmark::http
