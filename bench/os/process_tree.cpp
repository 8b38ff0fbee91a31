#include "bench/os/process_tree.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <fstream>
#include <string>
#include <string_view>

#include "bench/base/split.hpp"
#include "bench/os/usage.hpp"

namespace asyncmark {
namespace {

std::vector<std::filesystem::path> tasks_of(pid_t process) {
  return entries_of(fmt::format("/proc/{}/task", process));
}

/// Of each of its threads.
std::vector<pid_t> children_of(pid_t process) {
  std::vector<pid_t> all;
  for (const auto& thread : tasks_of(process)) {
    std::ifstream children(thread / "children");
    for (pid_t child = 0; children >> child;) all.push_back(child);
  }
  return all;
}

/// User and system time of a process and of the children that it has reaped, as /proc tells them.
struct Ticks {
  std::int64_t user = 0;
  std::int64_t system = 0;
  std::int64_t reaped_user = 0;
  std::int64_t reaped_system = 0;
};

Ticks ticks_of(pid_t process) {
  const auto fields = stat_of(process);
  if (fields.size() < 15) return {};
  return {std::stoll(fields[11]), std::stoll(fields[12]), std::stoll(fields[13]),
          std::stoll(fields[14])};
}

void end_all_but(pid_t root, const std::vector<pid_t>& tree) {
  for (const auto process : tree) {
    if (process == root) continue;
    // The leader of a group may have members in it whose own parents are gone.
    if (getpgid(process) == process) kill(-process, SIGKILL);
    kill(process, SIGKILL);
  }
}

}  // namespace

std::vector<std::filesystem::path> entries_of(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> all;
  std::error_code gone;
  for (std::filesystem::directory_iterator entry(folder, gone), end; !gone && entry != end;
       entry.increment(gone))
    all.push_back(entry->path());
  return all;
}

std::vector<std::string> stat_of(pid_t process) {
  std::ifstream file(fmt::format("/proc/{}/stat", process));
  std::string text;  // An iterator would throw if the process ends meanwhile.
  std::getline(file, text, '\0');
  return words_in(std::string_view(text).substr(std::min(text.size(), text.rfind(')') + 1)));
}

std::vector<pid_t> process_tree(pid_t root, pid_t apart) {
  std::vector<pid_t> all;
  if (root == apart || access(fmt::format("/proc/{}", root).c_str(), F_OK) != 0) return all;
  all.push_back(root);
  for (std::size_t i = 0; i < all.size(); ++i)
    for (const auto child : children_of(all[i]))
      if (child != apart) all.push_back(child);
  return all;
}

void end_tree(pid_t group) {
  kill(-group, SIGSTOP);  // Nothing new is started from here on.
  const auto tree = process_tree(group);
  kill(-group, SIGKILL);
  end_all_but(group, tree);
}

void end_descendants() { end_all_but(getpid(), process_tree(getpid())); }

TreeTimes times_of(const std::vector<pid_t>& tree) {
  const Duration tick(1'000'000'000 / sysconf(_SC_CLK_TCK));
  TreeTimes times;
  for (const auto process : tree) {
    const auto ticks = ticks_of(process);
    times.cpu += processor_time_of(process) + (ticks.reaped_user + ticks.reaped_system) * tick;
    times.user += (ticks.user + ticks.reaped_user) * tick;
    times.system += (ticks.system + ticks.reaped_system) * tick;
  }
  return times;
}

std::map<pid_t, ThreadTimes> thread_times_of(const std::vector<pid_t>& tree) {
  std::map<pid_t, ThreadTimes> times;
  for (const auto process : tree) {
    for (const auto& thread : tasks_of(process)) {
      std::ifstream file(thread / "schedstat");
      std::int64_t cpu = 0, waited = 0;
      if (file >> cpu >> waited)
        times[std::stoi(thread.filename().string())] = {Duration(cpu), Duration(waited)};
    }
  }
  return times;
}

Duration busiest_since(const std::map<pid_t, ThreadTimes>& before,
                       const std::map<pid_t, ThreadTimes>& now) {
  Duration most{};
  for (const auto& [thread, times] : now) {
    const auto found = before.find(thread);
    most = std::max(most, found == before.end() ? times.cpu : times.cpu - found->second.cpu);
  }
  return most;
}

Duration waited_since(const std::map<pid_t, ThreadTimes>& before,
                      const std::map<pid_t, ThreadTimes>& now) {
  Duration all{};
  for (const auto& [thread, times] : now) {
    const auto found = before.find(thread);
    all += found == before.end() ? times.waited : times.waited - found->second.waited;
  }
  return all;
}

std::uint64_t threads_of(const std::vector<pid_t>& tree) {
  std::uint64_t threads = 0;
  for (const auto process : tree) threads += tasks_of(process).size();
  return threads;
}

std::int64_t resident_bytes_of(const std::vector<pid_t>& tree) {
  std::int64_t sum = 0;
  std::int64_t most_of_others = 0;
  for (const auto process : tree) {
    const auto folder = fmt::format("/proc/{}/", process);
    const auto bytes = [&](const char* key) {
      return bytes_in(folder + "status", key).value_or(0);
    };
    sum += bytes("RssAnon:");
    most_of_others = std::max(most_of_others, bytes("RssFile:") + bytes("RssShmem:"));
  }
  return sum + most_of_others;
}

}  // namespace asyncmark
