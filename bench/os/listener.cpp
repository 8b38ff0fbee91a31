#include "bench/os/listener.hpp"

#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/un.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <string_view>

#include "bench/base/split.hpp"
#include "bench/os/process_tree.hpp"

namespace asyncmark {
namespace {

namespace fs = std::filesystem;

/// Names of listening sockets as /proc/PID/fd has them: `socket:[1234]`.
using Sockets = std::set<std::string>;

std::string name_of(const std::string& inode) { return fmt::format("socket:[{}]", inode); }

/// Those that listen on an address in one of the kernel's tables, which has it in hexadecimal
/// numbers of 32 bits as they are in memory.
Sockets sockets_in(const char* table, const std::string& address) {
  Sockets sockets;
  std::ifstream file(table);
  for (std::string line; std::getline(file, line);) {
    const auto fields = words_in(line);
    // sl, local address, remote address, state (0A: it listens), five more, the inode.
    if (fields.size() > 9 && fields[3] == "0A" && fields[1] == address)
      sockets.insert(name_of(fields[9]));
  }
  return sockets;
}

std::string written(const in6_addr& address, std::uint16_t port) {
  const auto* words = address.s6_addr32;
  return fmt::format("{:08X}{:08X}{:08X}{:08X}:{:04X}", words[0], words[1], words[2], words[3],
                     ntohs(port));
}

std::string written(std::uint32_t address, std::uint16_t port) {
  return fmt::format("{:08X}:{:04X}", address, ntohs(port));
}

/// As the kernel looks for it: on that address first, and then on all. A socket of IPv6 may serve
/// IPv4 as well.
Sockets sockets_on(std::uint32_t address, std::uint16_t port) {
  if (address == htonl(INADDR_ANY)) address = htonl(INADDR_LOOPBACK);
  in6_addr mapped{};
  mapped.s6_addr32[2] = htonl(0xffff);
  mapped.s6_addr32[3] = address;
  auto sockets = sockets_in("/proc/net/tcp", written(address, port));
  sockets.merge(sockets_in("/proc/net/tcp6", written(mapped, port)));
  if (sockets.empty()) sockets = sockets_in("/proc/net/tcp", written(INADDR_ANY, port));
  if (sockets.empty()) sockets = sockets_in("/proc/net/tcp6", written(in6addr_any, port));
  return sockets;
}

Sockets sockets_on(in6_addr address, std::uint16_t port) {
  if (IN6_IS_ADDR_V4MAPPED(&address)) return sockets_on(address.s6_addr32[3], port);
  if (IN6_IS_ADDR_UNSPECIFIED(&address)) address = in6addr_loopback;
  auto sockets = sockets_in("/proc/net/tcp6", written(address, port));
  if (sockets.empty()) sockets = sockets_in("/proc/net/tcp6", written(in6addr_any, port));
  return sockets;
}

/// The path of a Unix socket as /proc/net/unix has it: an abstract one begins with @.
std::string written(const sockaddr_un& address) {
  const std::string_view path(address.sun_path, sizeof address.sun_path);
  const auto end = std::min(path.find('\0', 1), path.size());
  return path[0] == '\0' ? "@" + std::string(path.substr(1, end - 1))
                         : std::string(path.substr(0, end));
}

Sockets sockets_on(const sockaddr_un& address) {
  const auto path = " " + written(address);
  Sockets sockets;
  std::ifstream file("/proc/net/unix");
  for (std::string line; std::getline(file, line);) {
    const auto fields = words_in(line);
    // Number, references, protocol, flags (with this one it listens), type, state, inode, path.
    if (fields.size() > 7 && fields[3] == "00010000" && line.ends_with(path))
      sockets.insert(name_of(fields[6]));
  }
  return sockets;
}

Sockets sockets_on(const sockaddr_storage& address) {
  switch (address.ss_family) {
    case AF_INET: {
      const auto& four = reinterpret_cast<const sockaddr_in&>(address);
      return sockets_on(four.sin_addr.s_addr, four.sin_port);
    }
    case AF_INET6: {
      const auto& six = reinterpret_cast<const sockaddr_in6&>(address);
      return sockets_on(six.sin6_addr, six.sin6_port);
    }
    case AF_UNIX:
      return sockets_on(reinterpret_cast<const sockaddr_un&>(address));
    default:
      return {};
  }
}

bool holds_one_of(const Sockets& sockets, const fs::path& process) {
  std::error_code gone;
  for (const auto& descriptor : entries_of(process / "fd")) {
    const auto target = fs::read_symlink(descriptor, gone);
    if (!gone && sockets.contains(target.string())) return true;
  }
  return false;
}

}  // namespace

std::vector<pid_t> listeners_on(const sockaddr_storage& address) {
  const auto sockets = sockets_on(address);
  std::vector<pid_t> all;
  if (sockets.empty()) return all;
  for (const auto& process : entries_of("/proc")) {
    const auto name = process.filename().string();
    pid_t pid = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), pid);
    if (error != std::errc() || end != name.data() + name.size()) continue;
    if (!holds_one_of(sockets, process)) continue;
    for (const auto member : process_tree(pid))
      if (std::ranges::find(all, member) == all.end()) all.push_back(member);
  }
  return all;
}

}  // namespace asyncmark
