#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>
#include <iostream>
#include <iterator>
#include <system_error>

#include "bench/child.hpp"
#include "bench/errors.hpp"
#include "bench/process.hpp"
#include "bench/protocol.hpp"
#include "bench/usage.hpp"
#include "bench/window.hpp"

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

Measurement carry_out(Case one) {
  grow_stack();
  // Before there is a thread, or memory near another processor.
  if (!one.cpus.client.empty()) keep_to(one.cpus.client);
  if (one.load.rate) one.load.due = read_arrivals();
  const auto workload = one.make_workload();
  const auto runner = one.make_runner();
  workload->set_up();
  window().pid = static_cast<std::uint32_t>(getpid());
  window().slab_bytes_before = slab_bytes();
  window().page_table_bytes_before = held_for(getpid()).page_table_bytes;
  window().phase = Phase::set_up;
  forget_peak_resident();
  const auto stood_before = resident_bytes();
  auto measurement = runner->run(*workload, one.load);
  measurement.resources.grown_bytes += measurement.resources.peak_rss_bytes - stood_before;
  measurement.placement.client = list_text(own_cpus());
  return measurement;
}

void send(const Report& report) {
  const auto text = write_report(report);
  for (std::size_t done = 0; done < text.size();) {
    const auto put = write(kReportDescriptor, text.data() + done, text.size() - done);
    if (put <= 0) return;
    done += static_cast<std::size_t>(put);
  }
}

/// Whether the parent died before we could ask to die with it.
bool nobody_listens() {
  pollfd report{kReportDescriptor, 0, 0};
  return poll(&report, 1, 0) == 1 && (report.revents & POLLERR) != 0;
}

}  // namespace

int launch(char** command) {
  die_with_parent();
  execvp(command[0], command);
  fmt::print(stderr, "{} could not be started: {}\n", command[0], std::strerror(errno));
  return 127;
}

int run_case() {
  die_with_parent();
  if (fcntl(kReportDescriptor, F_GETFD) < 0) {
    fmt::print(stderr,
               "run-case: reads a case from standard input and writes its report to "
               "descriptor 3, which is not open\n");
    return 2;
  }
  if (nobody_listens()) return 1;
  show_through(kWindowDescriptor);
  const std::string text{std::istreambuf_iterator<char>(std::cin), {}};
  try {
    send({carry_out(read_case(text)), ""});
    return 0;
  } catch (const UsageError& error) {
    send({{}, error.what()});
    return 2;
  } catch (const std::bad_alloc&) {
    send({{}, "there is not enough memory"});
  } catch (const std::exception& error) {
    send({{}, error.what()});
  }
  return 4;
}

}  // namespace asyncmark
