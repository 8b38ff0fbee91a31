#include "bench/interruption.hpp"

#include <sys/eventfd.h>

#include <csignal>
#include <initializer_list>

namespace asyncmark {
namespace {

volatile std::sig_atomic_t happened_flag = 0;
int event = -1;

extern "C" void note_interruption(int) {
  happened_flag = 1;
  eventfd_write(event, 1);
}

}  // namespace

void Interruption::watch() {
  if (event < 0) event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  struct sigaction action {};
  action.sa_handler = note_interruption;
  action.sa_flags = static_cast<int>(SA_RESETHAND) | SA_RESTART;
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    struct sigaction before {};
    sigaction(signal, nullptr, &before);
    // What `nohup` asked to be deaf to stays so.
    if (before.sa_handler != SIG_IGN) sigaction(signal, &action, nullptr);
  }
}

bool Interruption::happened() { return happened_flag != 0; }

int Interruption::descriptor() { return event; }

}  // namespace asyncmark
