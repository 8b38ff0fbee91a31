#include "bench/child.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstring>
#include <optional>

#include "bench/errors.hpp"
#include "bench/interruption.hpp"
#include "bench/process.hpp"
#include "bench/process_tree.hpp"
#include "bench/protocol.hpp"
#include "bench/service.hpp"
#include "bench/spawn.hpp"
#include "bench/watcher.hpp"

namespace asyncmark {
namespace {

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

/// The command of the case's process.
std::vector<std::string> command(const ChildSettings& settings) {
  const auto program = settings.program.empty() ? ourselves() : settings.program;
  if (settings.launcher.empty()) return {program, "run-case"};
  std::vector<std::string> words{ourselves(), "launch"};
  words.insert(words.end(), settings.launcher.begin(), settings.launcher.end());
  words.insert(words.end(), {program, "run-case"});
  return words;
}

Process start(const Case& one, const ChildSettings& settings, const std::vector<Passed>& files) {
  // What nobody asked for is inherited, so that a launcher may still choose; what was asked for the
  // child takes itself, whatever the launcher did.
  const KeptTo there(one.cpus.client.empty() ? one.placed().client : Cpus{});
  return spawn(command(settings), files, "its child");
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

Repetition watch(const Case& one, const ChildSettings& settings, Service* service) {
  auto input = Pipe::open("its child");
  auto output = Pipe::open("its child");
  const auto arrivals = arrivals_file(one.load);
  const auto service_cpus = service ? list_text(service->cpus()) : "";
  const auto network_before = network_counts();
  Watcher watcher(Descriptor(memfd_create("window", MFD_CLOEXEC)), one.load.passes,
                  one.load.due ? one.load.due->size() : one.load.ops);
  std::optional<ServiceUsage> used;
  if (service)
    watcher.meet([&](Phase phase) {
      if (phase == Phase::ready) service->start_window();
      if (phase == Phase::over && service->ended().empty()) used = service->usage();
      // Of one that died in the middle the kernel tells no more.
      if (used && (used->threads == 0 || used->cpu < Duration(0))) used.reset();
      if (phase == Phase::over) service->end_window();
    });
  auto child = start(one, settings,
                     {{input.read.get(), STDIN_FILENO},
                      {output.write.get(), kReportDescriptor},
                      {arrivals.get(), kArrivalsDescriptor},
                      {watcher.descriptor(), kWindowDescriptor}});
  const auto group = child.pid();
  fcntl(output.read.get(), F_SETFL, O_NONBLOCK);

  // A case fits the pipe's buffer, so this cannot block; a child that is gone already is no news.
  const auto document = write_case(one);
  [[maybe_unused]] const auto written = write(input.write.get(), document.data(), document.size());
  input.write.reset();

  std::string text;
  const auto until = collect(child, output.read.get(), settings, watcher, text);
  if (until == Until::ended)
    ::kill(-group, SIGKILL);
  else
    end_tree(group);
  const auto ending = child.wait();
  if (until == Until::interrupted) return {{}, "interrupted"};
  if (until == Until::too_late)
    return {{},
            fmt::format("still running after --time-limit {}", exact_text(settings.time_limit))};
  if (ending.how.starts_with("SIG")) return {{}, "killed by " + ending.how};
  auto report = read_report(text);
  if (text.empty() && ending.how != "exit 0") return {{}, "ended by " + ending.how};
  report.measurement.observed = watcher.observed();
  report.measurement.placement.service = service_cpus;
  if (used && !service->sees_requests())
    used->requests = report.measurement.completed + report.measurement.failed;
  report.measurement.observed.service = used;
  report.measurement.observed.network = network_counts() - network_before;
  return {std::move(report.measurement), std::move(report.error), report.how,
          std::move(report.understood)};
}

}  // namespace

Repetition run_in_child(const Case& one, const ChildSettings& settings) {
  auto* service = settings.service ? settings.service(one) : nullptr;
  // Each of its operations would only wait for its time-out.
  if (service && !service->ended().empty())
    return {{}, fmt::format("the service '{}' has ended: {}", service->name(), service->ended())};
  try {
    auto repetition = watch(one, settings, service);
    if (service && !service->ended().empty() && !repetition.died.empty())
      repetition.died +=
          fmt::format("; the service '{}' ended meanwhile: {}", service->name(), service->ended());
    return repetition;
  } catch (const std::exception& error) {
    return {{}, error.what()};
  }
}

}  // namespace asyncmark
