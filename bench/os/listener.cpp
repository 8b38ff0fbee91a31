#include "bench/os/listener.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>

#include "bench/base/split.hpp"
#include "bench/os/process_tree.hpp"

namespace asyncmark {
namespace {

namespace fs = std::filesystem;

/// Names of the listening sockets as /proc/PID/fd has them: `socket:[1234]`.
std::set<std::string> sockets_on(std::uint16_t port) {
  const auto suffix = fmt::format(":{:04X}", port);
  std::set<std::string> sockets;
  for (const auto* table : {"/proc/net/tcp", "/proc/net/tcp6"}) {
    std::ifstream file(table);
    for (std::string line; std::getline(file, line);) {
      const auto fields = words_in(line);
      // sl, local address, remote address, state (0A: it listens), five more, the inode.
      if (fields.size() > 9 && fields[3] == "0A" && fields[1].ends_with(suffix))
        sockets.insert(fmt::format("socket:[{}]", fields[9]));
    }
  }
  return sockets;
}

bool holds_one_of(const std::set<std::string>& sockets, const fs::path& process) {
  std::error_code gone;
  for (const auto& descriptor : fs::directory_iterator(process / "fd", gone)) {
    const auto target = fs::read_symlink(descriptor.path(), gone);
    if (!gone && sockets.contains(target.string())) return true;
  }
  return false;
}

}  // namespace

std::vector<pid_t> listeners_on(std::uint16_t port) {
  const auto sockets = sockets_on(port);
  std::vector<pid_t> all;
  if (sockets.empty()) return all;
  std::error_code gone;
  for (const auto& process : fs::directory_iterator("/proc", gone)) {
    const auto name = process.path().filename().string();
    pid_t pid = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), pid);
    if (error != std::errc() || end != name.data() + name.size()) continue;
    if (!holds_one_of(sockets, process.path())) continue;
    for (const auto member : process_tree(pid))
      if (std::ranges::find(all, member) == all.end()) all.push_back(member);
  }
  return all;
}

}  // namespace asyncmark
