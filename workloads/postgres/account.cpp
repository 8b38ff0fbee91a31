#include "workloads/postgres/account.hpp"

#include <fcntl.h>
#include <grp.h>
#include <linux/close_range.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>

#include "bench/base/errors.hpp"

namespace asyncmark::postgres {

Account::Account() : ours_(geteuid() != 0), name_("postgres"), uid_(geteuid()), gid_(getegid()) {
  if (ours_) return;
  const auto* user = getpwnam(name_.c_str());
  if (!user)
    throw UsageError(
        "PostgreSQL does not run as root, and the user 'postgres' does not exist; create it, or "
        "run "
        "asyncmark as another user");
  uid_ = user->pw_uid;
  gid_ = user->pw_gid;
}

const char* Account::become(const std::string& folder) const {
  if (!ours_) {
    if (initgroups(name_.c_str(), gid_) != 0 || setgid(gid_) != 0 || setuid(uid_) != 0)
      return "cannot become the user 'postgres'";
  }
  if (chdir(folder.c_str()) != 0)
    return "the user 'postgres' cannot enter the folder; set TMPDIR to another one";
  return nullptr;
}

Process Account::start(const std::vector<std::string>& words, const std::string& folder, int output,
                       int signal) const {
  std::vector<char*> argv;
  for (const auto& word : words) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  const auto parent = getpid();
  const auto life = [&] {
    dup2(open("/dev/null", O_RDONLY | O_CLOEXEC), STDIN_FILENO);
    dup2(output, STDOUT_FILENO);
    dup2(output, STDERR_FILENO);
    close_range(STDERR_FILENO + 1, ~0U, CLOSE_RANGE_CLOEXEC);
    setsid();
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
    if (const char* failed = become(folder)) {
      dprintf(STDERR_FILENO, "FATAL:  %s: %s: %s\n", failed, folder.c_str(), std::strerror(errno));
      _exit(1);
    }
    prctl(PR_SET_PDEATHSIG, signal);  // Changing the user has undone it.
    if (getppid() != parent) _exit(1);
    execvp(argv[0], argv.data());
    dprintf(STDERR_FILENO, "FATAL:  %s cannot be started: %s\n", argv[0], std::strerror(errno));
    _exit(127);
  };
  return Process::fork(life, words[0]);
}

}  // namespace asyncmark::postgres
