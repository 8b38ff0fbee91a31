#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <functional>
#include <iostream>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "bench/base/errors.hpp"
#include "bench/base/standard_error.hpp"
#include "bench/child/child.hpp"
#include "bench/child/protocol.hpp"
#include "bench/engine/hard_end.hpp"
#include "bench/engine/window.hpp"
#include "bench/model/runner.hpp"
#include "bench/model/workload.hpp"
#include "bench/os/process.hpp"
#include "bench/os/process_tree.hpp"
#include "bench/os/usage.hpp"

namespace asyncmark {
namespace {

std::shared_ptr<const std::vector<std::int64_t>> read_arrivals() {
  struct stat file {};
  if (fstat(kArrivalsDescriptor, &file) != 0)
    throw UsageError("case: load.rate_per_s needs the arrivals on descriptor 4");
  auto due = std::make_shared<std::vector<std::int64_t>>(static_cast<std::size_t>(file.st_size) /
                                                         sizeof(std::int64_t));
  auto* into = reinterpret_cast<char*>(due->data());
  for (std::size_t done = 0; done < static_cast<std::size_t>(file.st_size);) {
    const auto got = read(kArrivalsDescriptor, into + done, file.st_size - done);
    if (got <= 0) throw UsageError("case: the arrivals on descriptor 4 cannot be read");
    done += static_cast<std::size_t>(got);
  }
  return due;
}

/// Where address space has run out the stack cannot grow either, and who throws because of that
/// would end by SIGSEGV instead of saying so.
[[gnu::noinline]] void grow_stack() {
  volatile char room[256 << 10];
  for (std::size_t at = 0; at < sizeof room; at += 4096) room[at] = 0;
}

/// Sends the one report that there is: who comes later waits for the end, which is near.
void send(std::string_view text) {
  static std::atomic_flag sent;
  if (sent.test_and_set())
    for (;;) pause();
  while (!text.empty()) {
    const auto put = write(kReportDescriptor, text.data(), text.size());
    if (put <= 0) return;
    text.remove_prefix(static_cast<std::size_t>(put));
  }
}

/// What is sent when nothing can be made any more, and by which process: workers have no report.
std::string no_memory;
pid_t sender = 0;

/// Asio allocates where it takes coroutines down as well, in destructors, which cannot throw
/// out of: then this ends here, and not where it would be caught. What was thrown cannot be asked
/// any more, but whether there is memory can.
[[noreturn]] void terminated() {
  constexpr std::size_t kSome = 1 << 20;
  const auto* more =
      mmap(nullptr, kSome, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (more == MAP_FAILED && getpid() == sender) {
    send(no_memory);
    _exit(4);
  }
  std::abort();
}

/// Ends this process and all that it started, whatever its threads are doing.
[[noreturn]] void end_with(const Report& report) {
  send(write_report(report));
  end_descendants();
  _exit(report.error.empty() ? 0 : 4);
}

/// What a load that lasts for a time is left to if its operations do not end in time.
void end_hard(const Load& load, std::function<Report(Measurement)> report_of) {
  HardEnd::watch([&load, report_of = std::move(report_of)](std::optional<Measurement> measured) {
    try {
      if (measured) end_with(report_of(std::move(*measured)));
      end_with({{},
                fmt::format("a pass before the last one did not end within its --drain of {}",
                            exact_text(load.drain))});
    } catch (const std::exception& error) {
      end_with({{}, error.what()});
    }
  });
}

Report carry_out(Case one) {
  grow_stack();
  // Before there is a thread, or memory near another processor.
  if (!one.cpus.client.empty()) keep_to(one.cpus.client);
  if (one.load.rate) one.load.due = read_arrivals();
  const auto workload = one.make_workload();
  const auto runner = one.make_runner();
  const auto how = concurrency_here(*runner, one);
  workload->set_up();
  window().pid = static_cast<std::uint32_t>(getpid());
  window().slab_bytes_before = slab_bytes();
  window().page_table_bytes_before = held_for(getpid()).page_table_bytes;
  window().phase = Phase::set_up;
  forget_peak_resident();
  std::int64_t stood_before = 0;
  const auto report_of = [&](Measurement measurement) {
    measurement.resources.grown_bytes += measurement.resources.peak_rss_bytes - stood_before;
    measurement.placement.client = list_text(own_cpus());
    return Report{std::move(measurement), "", how, to_json(one)};
  };
  if (has_drain(one.load)) end_hard(one.load, report_of);
  stood_before = resident_bytes();
  return report_of(runner->run(*workload, one.load));
}

/// Whether the parent died before we could ask to die with it.
bool is_orphaned() {
  pollfd report{kReportDescriptor, 0, 0};
  return poll(&report, 1, 0) == 1 && (report.revents & POLLERR) != 0;
}

}  // namespace

int launch(char** command) {
  die_with_parent();
  execvp(command[0], command);
  to_standard_error("{} could not be started: {}\n", command[0], std::strerror(errno));
  return 127;
}

int run_case() {
  die_with_parent();
  if (fcntl(kReportDescriptor, F_GETFD) < 0) {
    to_standard_error(
        "run-case: reads a case from standard input and writes its report to "
        "descriptor 3, which is not open\n");
    return 2;
  }
  if (is_orphaned()) return 1;
  std::signal(SIGXFSZ, SIG_IGN);  // A file that may not grow is an error as any other.
  show_through(kWindowDescriptor);
  no_memory = write_report({{}, "there is not enough memory"});
  sender = getpid();
  std::set_terminate(terminated);
  const std::string text{std::istreambuf_iterator<char>(std::cin), {}};
  try {
    send(write_report(carry_out(read_case(text))));
    return 0;
  } catch (const UsageError& error) {
    send(write_report({{}, error.what()}));
    return 2;
  } catch (const std::bad_alloc&) {
    send(no_memory);
  } catch (const std::exception& error) {
    send(write_report({{}, error.what()}));
  }
  return 4;
}

}  // namespace asyncmark
