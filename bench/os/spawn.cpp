#include "bench/os/spawn.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <spawn.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstring>

#include "bench/base/errors.hpp"
#include "bench/os/interruption.hpp"

namespace asyncmark {
namespace {

/// posix_spawn's two attribute objects, freed whatever happens.
struct SpawnPlan {
  posix_spawn_file_actions_t files;
  posix_spawnattr_t attributes;

  SpawnPlan() {
    posix_spawn_file_actions_init(&files);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setpgroup(&attributes, 0);
    sigset_t defaults;
    sigfillset(&defaults);
    posix_spawnattr_setsigdefault(&attributes, &defaults);
    sigset_t none;
    sigemptyset(&none);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setflags(
        &attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
  }
  ~SpawnPlan() {
    posix_spawn_file_actions_destroy(&files);
    posix_spawnattr_destroy(&attributes);
  }
  void pass(int from, int to) { posix_spawn_file_actions_adddup2(&files, from, to); }
};

}  // namespace

Pipe Pipe::open(const std::string& who) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0)
    throw CaseError(fmt::format("{} could not be started: {}", who, std::strerror(errno)));
  return {Descriptor(ends[0]), Descriptor(ends[1])};
}

std::string ourselves() { return fmt::format("/proc/{}/exe", getpid()); }

Process spawn(std::vector<std::string> words, const std::vector<Passed>& files,
              const std::string& who) {
  std::vector<char*> argv;
  for (auto& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);

  SpawnPlan plan;
  plan.pass(STDERR_FILENO, STDOUT_FILENO);  // Standard output is for results.
  int highest = STDERR_FILENO;
  for (const auto& [ours, theirs] : files) highest = std::max(highest, theirs);
  std::vector<Descriptor> moved;
  for (auto [ours, theirs] : files) {
    if (ours < 0) continue;
    // Away from the numbers that others are passed as.
    if (ours <= highest) ours = moved.emplace_back(fcntl(ours, F_DUPFD_CLOEXEC, highest + 1)).get();
    if (ours < 0)
      throw CaseError(fmt::format("{} could not be started: {}", who, std::strerror(errno)));
    plan.pass(ours, theirs);
  }
  pid_t pid = 0;
  if (const int error =
          posix_spawnp(&pid, argv[0], &plan.files, &plan.attributes, argv.data(), environ))
    throw CaseError(fmt::format("{} could not be started: {}", words[0], std::strerror(error)));
  return Process(pid, who);
}

std::string output_of(const std::vector<std::string>& words) {
  std::string text;
  try {
    const Descriptor nowhere(open("/dev/null", O_WRONLY | O_CLOEXEC));
    auto pipe = Pipe::open(words.front());
    const auto process = spawn(
        words, {{pipe.write.get(), STDOUT_FILENO}, {nowhere.get(), STDERR_FILENO}}, words.front());
    pipe.write.reset();
    char buffer[4096];
    for (;;) {
      pollfd watched[] = {{pipe.read.get(), POLLIN, 0}, {Interruption::descriptor(), POLLIN, 0}};
      poll(watched, 2, -1);
      const auto got = watched[1].revents == 0 ? read(pipe.read.get(), buffer, sizeof buffer) : 0;
      if (got <= 0) return text;
      text.append(buffer, static_cast<std::size_t>(got));
    }
  } catch (const CaseError&) {
    return "";
  }
}

}  // namespace asyncmark
