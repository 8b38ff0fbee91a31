// Runs a command: a process an operation, from starting it to its end.

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <unistd.h>

#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <cerrno>
#include <csignal>
#include <cstring>

#include "bench/base/errors.hpp"
#include "bench/base/secrets.hpp"
#include "bench/base/shell_words.hpp"
#include "bench/model/workload.hpp"
#include "bench/model/workload_entry.hpp"
#include "bench/os/process.hpp"
#include "workloads/support/deadlines.hpp"
#include "workloads/support/descriptors.hpp"
#include "workloads/support/waiting.hpp"

namespace asyncmark::exec_workload {
namespace {

/// What every operation starts its process with: no input, no output, no file of ours, its signals
/// as usual, and a process group of its own, so that it can be ended with all it started.
class Spawning {
 public:
  Spawning() : nothing_(open("/dev/null", O_RDWR | O_CLOEXEC)) {
    if (!nothing_)
      throw CaseError(fmt::format("/dev/null cannot be opened: {}", std::strerror(errno)));
    posix_spawn_file_actions_init(&files_);
    for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
      posix_spawn_file_actions_adddup2(&files_, nothing_.get(), stream);
    posix_spawn_file_actions_addclosefrom_np(&files_, STDERR_FILENO + 1);
    posix_spawnattr_init(&attributes_);
    sigset_t signals;
    sigfillset(&signals);
    posix_spawnattr_setsigdefault(&attributes_, &signals);
    sigemptyset(&signals);
    posix_spawnattr_setsigmask(&attributes_, &signals);
    // No session of its own: Linux shares processors out among sessions, and this is to be as from
    // a shell.
    posix_spawnattr_setpgroup(&attributes_, 0);
    posix_spawnattr_setflags(
        &attributes_, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
  }
  ~Spawning() {
    posix_spawn_file_actions_destroy(&files_);
    posix_spawnattr_destroy(&attributes_);
  }
  Spawning(const Spawning&) = delete;
  Spawning& operator=(const Spawning&) = delete;

  /// Gives an errno.
  int start(pid_t& pid, const char* file, char* const* words) const {
    return posix_spawn(&pid, file, &files_, &attributes_, words, environ);
  }

 private:
  Descriptor nothing_;
  posix_spawn_file_actions_t files_;
  posix_spawnattr_t attributes_;
};

/// "start: EAGAIN", but for the lack that a check knows.
FailureReason not_started(int error) {
  if (error == EMFILE || error == ENFILE) return reasons::kNoDescriptor;
  const auto* name = strerrorname_np(error);
  return FailureReason(fmt::format("start: {}", name ? name : "unknown"));
}

/// A command under way, or why it is not.
struct Started {
  Process process;
  FailureReason failure;
};

class Command {
 public:
  explicit Command(const OptionValues& options)
      : words_(shell_words(options.text("command"), "--command")),
        file_(program_file(words_[0], "--command")),
        expected_(fmt::format("exit {}", options.number("expect-exit"))),
        timeout_(options.duration("timeout")) {
    if (options.number("expect-exit") > 255) throw UsageError("--expect-exit: must be 0 to 255");
    if (timeout_ <= Duration(0)) throw UsageError("--timeout: must be more than 0");
    for (auto& word : words_) pointers_.push_back(word.data());
    pointers_.push_back(nullptr);
  }

  Duration timeout() const { return timeout_; }

  Started start() const {
    pid_t pid = 0;
    if (const int error = spawning_.start(pid, file_.c_str(), pointers_.data()))
      return {{}, not_started(error)};
    try {
      return {Process(pid, "a command"), {}};
    } catch (const CaseError&) {  // Which has killed it.
      return {{}, reasons::kNoDescriptor};
    }
  }

  /// Once it has ended, or was killed because it was late. Until it is reaped its number is no one
  /// else's, so what it left in its group ends now.
  Outcome outcome_of(Process& process, bool late) const {
    kill_all_of(process);
    const auto ending = process.wait();
    if (late) return Outcome::failed(failures::kTimeOut);
    return ending.how == expected_ ? Outcome{} : Outcome::failed(FailureReason(ending.how));
  }

  static void kill_all_of(const Process& process) { ::kill(-process.pid(), SIGKILL); }

 private:
  std::vector<std::string> words_;
  std::string file_;
  std::string expected_;  ///< As Ending has it.
  Duration timeout_;
  std::vector<char*> pointers_;
  Spawning spawning_;
};

class BlockingExec final : public BlockingSession {
 public:
  explicit BlockingExec(const Command& command) : command_(command) {}

  Outcome call(std::uint64_t) override {
    const auto until = Clock::now() + command_.timeout();
    auto started = command_.start();
    if (!started.failure.empty()) return Outcome::failed(started.failure);
    const bool ended = wait_for(started.process.pidfd(), Want::readable, until);
    return command_.outcome_of(started.process, !ended);
  }

 private:
  const Command& command_;
};

class AsyncExec final : public AsyncSession, private Deadline {
 public:
  AsyncExec(const Command& command, EventLoop& loop)
      : command_(command), loop_(loop), deadlines_(Deadlines::of(loop)), watch_(loop.executor()) {}
  ~AsyncExec() override { forget(); }

  Async<Outcome> call(std::uint64_t) override {
    late_ = false;
    deadlines_.begin(*this, command_.timeout());
    // Starting a process blocks until it is another program: for a loop, long.
    started_ = co_await loop_.compute([this] { return command_.start(); });
    if (started_.failure.empty()) {
      if (late_) Command::kill_all_of(started_.process);
      watch_.assign(started_.process.pidfd());
      // The end of one that is killed is awaited as well: then nothing of it is left.
      co_await watch_.async_wait(watch_.wait_read, use_async);
      forget();
    }
    deadlines_.end(*this);
    co_return started_.failure.empty() ? command_.outcome_of(started_.process, late_)
                                       : Outcome::failed(started_.failure);
  }

 private:
  void expired() override {
    late_ = true;
    if (watch_.is_open()) Command::kill_all_of(started_.process);
  }

  /// Before the process closes the descriptor, which is its own.
  void forget() {
    if (watch_.is_open()) watch_.release();
  }

  const Command& command_;
  EventLoop& loop_;
  Deadlines& deadlines_;
  Started started_;
  asio::posix::basic_stream_descriptor<EventLoop::Executor> watch_;
  bool late_ = false;
};

class Exec final : public Workload {
 public:
  explicit Exec(const OptionValues& options) : command_(options) {}

  void prepare(std::uint64_t sessions) const override {
    if (const auto fit = allow_descriptors(sessions); sessions > fit)
      throw UsageError(fmt::format(
          "--in-flight: {} commands at once need as many descriptors, and there are {} (ulimit "
          "-n)",
          sessions, fit));
  }
  std::unique_ptr<BlockingSession> open_blocking() const override {
    return std::make_unique<BlockingExec>(command_);
  }
  Async<std::unique_ptr<AsyncSession>> open_async(EventLoop& loop) const override {
    co_return std::make_unique<AsyncExec>(command_, loop);
  }
  bool holds_the_loop() const override { return false; }

 private:
  Command command_;
};

OptionSpec expected_exit() {
  auto spec = count_option("expect-exit", 0, "exit code of success");
  spec.otherwise = std::int64_t{0};
  return spec;
}

OptionSpec command_option() {
  auto option = with_placeholder(
      text_option("command", "true",
                  "command to run, the same as the words after '--'; it is started directly, not "
                  "by a shell, without input or output"),
      "COMMAND");
  option.shown = shown_command;
  return option;
}

const bool registered = Registry<WorkloadEntry>::add({
    .name = "exec",
    .summary = "starts your command, a new process for each operation",
    .options =
        {
            command_option(),
            minor(duration_option(
                "timeout", std::chrono::minutes(1),
                "time limit of an operation; when it expires, its process group is killed")),
            expected_exit(),
        },
    .make = [](const OptionValues& options,
               std::uint64_t) { return std::make_unique<Exec>(options); },
    .rest_option = "command",
    .starts_processes = true,
    .examples =
        {
            {"How long does a command take?", "--ops 100 --runner sync -- grep -q x file"},
            {"How many of them fit at once?", "--ops 100 --in-flight 1,2,4,8 -- gzip -k file"},
        },
});

}  // namespace
}  // namespace asyncmark::exec_workload
