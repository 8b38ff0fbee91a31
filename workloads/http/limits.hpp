#pragma once

#include <cstdint>

namespace asyncmark::http {

/// Lets this process, and those that it starts, have the descriptors for as many connections at
/// once, as far as it may. Throws UsageError, with the number that would fit, where the machine has
/// not these or the ports for as many to one address.
void make_room_for(std::uint64_t connections);

}  // namespace asyncmark::http
