#include "bench/os/process.hpp"

#include <fmt/format.h>
#include <linux/futex.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <climits>
#include <csignal>
#include <cstring>

#include "bench/base/errors.hpp"

namespace asyncmark {

void Descriptor::reset() {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

Process::Process(pid_t pid, const std::string& who) : pid_(pid) {
  pidfd_ = Descriptor(static_cast<int>(syscall(SYS_pidfd_open, pid, 0)));
  if (pidfd_) return;
  const auto reason = std::strerror(errno);
  kill();
  wait();
  throw CaseError(fmt::format("{} cannot be watched: {}", who, reason));
}

Process::~Process() {
  kill();
  wait();
}

Process Process::fork(const std::function<void()>& life, const std::string& who) {
  const auto parent = getpid();
  const auto pid = ::fork();
  if (pid < 0)
    throw CaseError(fmt::format("{} could not be forked: {}", who, std::strerror(errno)));
  if (pid == 0) {
    die_with_parent();
    if (getppid() != parent) _exit(1);
    life();
    _exit(0);
  }
  return Process(pid, who);
}

void Process::kill() {
  if (pid_ != 0) ::kill(pid_, SIGKILL);
}

Ending Process::wait() {
  if (pid_ == 0) return {};
  int status = 0;
  rusage used{};
  while (wait4(pid_, &status, 0, &used) < 0 && errno == EINTR) {
  }
  pid_ = 0;
  pidfd_.reset();
  auto how = WIFSIGNALED(status) ? signal_name(WTERMSIG(status))
                                 : fmt::format("exit {}", WEXITSTATUS(status));
  return {std::move(how), usage_from(used), std::int64_t{used.ru_maxrss} << 10};
}

std::string signal_name(int signal) {
  const auto* name = sigabbrev_np(signal);
  return name ? fmt::format("SIG{}", name) : fmt::format("signal {}", signal);
}

void die_with_parent() { prctl(PR_SET_PDEATHSIG, SIGKILL); }

std::uint32_t Futex::wait_for(std::uint32_t least) {
  auto value = value_.load(std::memory_order_acquire);
  while (value < least) {
    syscall(SYS_futex, &value_, FUTEX_WAIT, value, nullptr, nullptr, 0);
    value = value_.load(std::memory_order_acquire);
  }
  return value;
}

void Futex::set_and_wake_all(std::uint32_t value) {
  value_.store(value, std::memory_order_release);
  syscall(SYS_futex, &value_, FUTEX_WAKE, INT_MAX, nullptr, nullptr, 0);
}

}  // namespace asyncmark
