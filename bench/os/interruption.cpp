#include "bench/os/interruption.hpp"

#include <sys/signalfd.h>
#include <unistd.h>

#include <csignal>
#include <ctime>
#include <initializer_list>

namespace asyncmark {
namespace {

bool happened_before = false;
int pending = -1;
sigset_t watched;

}  // namespace

void Interruption::watch() {
  // Read as a file rather than handled: a handler may be lost where the thread sanitizer puts it
  // off, and could do little.
  sigemptyset(&watched);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    struct sigaction before {};
    sigaction(signal, nullptr, &before);
    // What `nohup` asked to be deaf to stays so.
    if (before.sa_handler != SIG_IGN) sigaddset(&watched, signal);
  }
  sigprocmask(SIG_BLOCK, &watched, nullptr);
  pending = signalfd(pending, &watched, SFD_CLOEXEC | SFD_NONBLOCK);
}

bool Interruption::happened() {
  signalfd_siginfo what;
  if (!happened_before && pending >= 0 && read(pending, &what, sizeof what) > 0) {
    happened_before = true;
    // `timeout` and some shells signal both us and our group: that is one interruption, of which
    // the second half would end us before anything is put away.
    constexpr timespec kMoment{0, 100'000'000};
    nanosleep(&kMoment, nullptr);
    while (read(pending, &what, sizeof what) > 0) {
    }
    sigprocmask(SIG_UNBLOCK, &watched, nullptr);
  }
  return happened_before;
}

void Interruption::end_watch() {
  happened();  // One that has come meanwhile was still ours.
  sigprocmask(SIG_UNBLOCK, &watched, nullptr);
}

int Interruption::descriptor() { return pending; }

}  // namespace asyncmark
