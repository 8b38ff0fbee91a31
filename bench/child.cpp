#include "bench/child.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <spawn.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstring>

#include "bench/errors.hpp"
#include "bench/interruption.hpp"
#include "bench/process.hpp"
#include "bench/protocol.hpp"
#include "bench/watcher.hpp"

namespace asyncmark {
namespace {

struct Pipe {
  Descriptor read;
  Descriptor write;

  static Pipe open() {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0)
      throw CaseError(fmt::format("its child could not be started: {}", std::strerror(errno)));
    return {Descriptor(ends[0]), Descriptor(ends[1])};
  }
};

/// The arrivals as a file without a name; empty when the load has none.
Descriptor arrivals_file(const Load& load) {
  if (!load.due) return {};
  Descriptor file(memfd_create("arrivals", MFD_CLOEXEC));
  const auto size = load.due->size() * sizeof(std::int64_t);
  if (!file || write(file.get(), load.due->data(), size) != static_cast<ssize_t>(size))
    throw CaseError(fmt::format("its arrivals could not be passed: {}", std::strerror(errno)));
  lseek(file.get(), 0, SEEK_SET);
  return file;
}

/// posix_spawn's two attribute objects, freed whatever happens.
struct SpawnPlan {
  posix_spawn_file_actions_t files;
  posix_spawnattr_t attributes;

  SpawnPlan() {
    posix_spawn_file_actions_init(&files);
    posix_spawnattr_init(&attributes);
    // A process group of its own: Ctrl-C reaches us alone, and we end a launcher with all it
    // started.
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

struct Passed {
  int input;
  int report;
  int arrivals;  ///< Or -1.
  int window;
};

Process spawn(const ChildSettings& settings, const Passed& passed) {
  // Not the path that we were started by: the file there may have been built anew meanwhile.
  const auto ourselves = fmt::format("/proc/{}/exe", getpid());
  std::vector<std::string> words{ourselves, "run-case"};
  if (!settings.launcher.empty()) {
    words.insert(words.begin(), settings.launcher.begin(), settings.launcher.end());
    words.insert(words.begin(), {ourselves, "launch"});
  }
  std::vector<char*> argv;
  for (auto& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);

  SpawnPlan plan;
  plan.pass(passed.input, STDIN_FILENO);
  plan.pass(STDERR_FILENO, STDOUT_FILENO);  // Standard output is for results.
  plan.pass(passed.report, kReportDescriptor);
  if (passed.arrivals >= 0) plan.pass(passed.arrivals, kArrivalsDescriptor);
  plan.pass(passed.window, kWindowDescriptor);
  pid_t pid = 0;
  if (const int error =
          posix_spawnp(&pid, argv[0], &plan.files, &plan.attributes, argv.data(), environ))
    throw CaseError(fmt::format("{} could not be started: {}", words[0], std::strerror(error)));
  return Process(pid, "its child");
}

/// Keeps descriptors that are about to be passed away from the numbers they are passed as.
Descriptor above_passed(Descriptor file) {
  if (!file || file.get() > kWindowDescriptor) return file;
  return Descriptor(fcntl(file.get(), F_DUPFD_CLOEXEC, kWindowDescriptor + 1));
}

enum class Until { ended, too_late, interrupted };

/// Collects the report until the child has ended, the limit is reached or somebody interrupts.
Until collect(const Process& child, int report, const ChildSettings& settings, Watcher& watcher,
              std::string& text) {
  const auto limit = Clock::now() + settings.time_limit;
  auto next_tick = Clock::now();
  for (;;) {
    pollfd watched[] = {
        {child.pidfd(), POLLIN, 0}, {report, POLLIN, 0}, {Interruption::descriptor(), POLLIN, 0}};
    const auto left = std::max(Duration(0), std::min(limit, watcher.next()) - Clock::now());
    const timespec until{left.count() / 1'000'000'000, left.count() % 1'000'000'000};
    ppoll(watched, 3, &until, nullptr);
    watcher.look();
    char buffer[65536];
    for (ssize_t got; (got = read(report, buffer, sizeof buffer)) > 0;)
      text.append(buffer, static_cast<std::size_t>(got));
    if (Interruption::happened()) return Until::interrupted;
    if (watched[0].revents != 0) return Until::ended;
    if (Clock::now() >= limit) return Until::too_late;
    if (!settings.tick || Clock::now() < next_tick) continue;
    settings.tick();
    next_tick = Clock::now() + std::chrono::milliseconds(500);
  }
}

Repetition watch(const Case& one, const ChildSettings& settings) {
  auto input = Pipe::open();
  auto output = Pipe::open();
  const auto in = above_passed(std::move(input.read));
  const auto out = above_passed(std::move(output.write));
  const auto arrivals = above_passed(arrivals_file(one.load));
  const auto network_before = network_counts();
  Watcher watcher(above_passed(Descriptor(memfd_create("window", MFD_CLOEXEC))), one.load.passes,
                  one.load.due ? one.load.due->size() : one.load.ops);
  auto child = spawn(settings, {in.get(), out.get(), arrivals.get(), watcher.descriptor()});
  const auto group = child.pid();
  fcntl(output.read.get(), F_SETFL, O_NONBLOCK);

  // A case fits the pipe's buffer, so this cannot block; a child that is gone already is no news.
  const auto document = write_case(one);
  [[maybe_unused]] const auto written = write(input.write.get(), document.data(), document.size());
  input.write.reset();

  std::string text;
  const auto until = collect(child, output.read.get(), settings, watcher, text);
  ::kill(-group, SIGKILL);
  const auto ending = child.wait();
  if (until == Until::interrupted) return {{}, "interrupted"};
  if (until == Until::too_late)
    return {{},
            fmt::format("still running after --time-limit {}", exact_text(settings.time_limit))};
  if (ending.how.starts_with("SIG")) return {{}, "killed by " + ending.how};
  auto report = read_report(text);
  if (text.empty() && ending.how != "exit 0") return {{}, "ended by " + ending.how};
  report.measurement.observed = watcher.observed();
  report.measurement.observed.network = network_counts() - network_before;
  return {std::move(report.measurement), std::move(report.error)};
}

}  // namespace

Repetition run_in_child(const Case& one, const ChildSettings& settings) {
  try {
    return watch(one, settings);
  } catch (const std::exception& error) {
    return {{}, error.what()};
  }
}

}  // namespace asyncmark
