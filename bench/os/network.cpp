#include "bench/os/network.hpp"

#include <algorithm>
#include <fstream>
#include <map>
#include <string>

#include "bench/base/split.hpp"

namespace asyncmark {
namespace {

using Values = std::map<std::string, std::uint64_t>;

/// The values of one protocol: a line of names is followed by a line of numbers, both beginning
/// with the protocol.
Values values_of(const char* file, const std::string& protocol) {
  std::ifstream lines(file);
  Values values;
  for (std::string names, numbers; std::getline(lines, names) && std::getline(lines, numbers);) {
    if (!names.starts_with(protocol + ":")) continue;
    const auto keys = words_in(names), texts = words_in(numbers);
    // Some are below zero, such as a limit that there is not.
    for (std::size_t i = 0; i < std::min(keys.size(), texts.size()); ++i)
      if (texts[i].find_first_not_of("0123456789") == std::string::npos)
        values[keys[i]] = std::stoull(texts[i]);
  }
  return values;
}

}  // namespace

NetworkCounts NetworkCounts::operator-(const NetworkCounts& before) const {
  return {listen_overflows - before.listen_overflows, listen_drops - before.listen_drops,
          tcp_timeouts - before.tcp_timeouts,
          retransmitted_segments - before.retransmitted_segments};
}

NetworkCounts& NetworkCounts::operator+=(const NetworkCounts& other) {
  listen_overflows += other.listen_overflows;
  listen_drops += other.listen_drops;
  tcp_timeouts += other.tcp_timeouts;
  retransmitted_segments += other.retransmitted_segments;
  return *this;
}

NetworkCounts network_counts() {
  auto extended = values_of("/proc/net/netstat", "TcpExt");
  auto tcp = values_of("/proc/net/snmp", "Tcp");
  return {extended["ListenOverflows"], extended["ListenDrops"], extended["TCPTimeouts"],
          tcp["RetransSegs"]};
}

}  // namespace asyncmark
