#include "bench/child/child.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstring>
#include <iterator>
#include <optional>
#include <utility>

#include "bench/base/errors.hpp"
#include "bench/child/plausible.hpp"
#include "bench/child/protocol.hpp"
#include "bench/child/watcher.hpp"
#include "bench/model/runner_entry.hpp"
#include "bench/os/interruption.hpp"
#include "bench/os/process.hpp"
#include "bench/os/process_tree.hpp"
#include "bench/os/spawn.hpp"
#include "bench/services/local_server.hpp"
#include "bench/services/service.hpp"

namespace asyncmark {
namespace {

/// A file without a name. Throws CaseError naming `what` it holds.
Descriptor file_of(std::string_view bytes, const char* what) {
  Descriptor file(memfd_create("asyncmark", MFD_CLOEXEC));
  if (!file || write(file.get(), bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size()))
    throw CaseError(fmt::format("{} could not be passed: {}", what, std::strerror(errno)));
  lseek(file.get(), 0, SEEK_SET);
  return file;
}

/// Empty when the load has none.
Descriptor arrivals_file(const Load& load) {
  if (!load.due) return {};
  return file_of(
      {reinterpret_cast<const char*>(load.due->data()), load.due->size() * sizeof(std::int64_t)},
      "its arrivals");
}

/// Of a runner that is another program; null for our own.
const Program* program_of(const Case& one) {
  const auto& program = runner_entry(one.runner).program;
  return program ? &*program : nullptr;
}

/// The command of the case's process. Another program does not know to end with us: `launch` does.
std::vector<std::string> command(const Program* program, const ChildSettings& settings) {
  const std::vector<std::string> ours{settings.program.empty() ? ourselves() : settings.program,
                                      "run-case"};
  if (settings.launcher.empty() && !program) return ours;
  std::vector<std::string> words{ourselves(), "launch"};
  words.insert(words.end(), settings.launcher.begin(), settings.launcher.end());
  const auto& last = program ? program->words : ours;
  words.insert(words.end(), last.begin(), last.end());
  return words;
}

Process start(const Case& one, const ChildSettings& settings, std::vector<Passed> files) {
  const auto* program = program_of(one);
  // A setting without a flag is inherited, so that a launcher may still choose; what was asked for
  // our own child takes itself, whatever the launcher did.
  const bool takes_itself = !program && !one.cpus.client.empty();
  const KeptTo there(takes_itself ? Cpus{} : one.placed().client);
  const auto script =
      program && !program->text.empty() ? file_of(program->text, "its program") : Descriptor();
  files.push_back({script.get(), kScriptDescriptor});
  return spawn(command(program, settings), files, "its child");
}

/// How often progress is shown: often enough for a curve, and less than a thousandth of the time.
constexpr auto kBetweenTicks = std::chrono::milliseconds(250);

enum class Until { ended, too_late, too_much, interrupted };

/// Writes into a pipe what its reader has room for: it may take its time, or never read.
class Feed {
 public:
  Feed(Descriptor to, std::string text) : to_(std::move(to)), text_(std::move(text)) {
    fcntl(to_.get(), F_SETFL, O_NONBLOCK);
    go_on();
  }

  void go_on() {
    while (to_ && done_ < text_.size()) {
      const auto put = write(to_.get(), text_.data() + done_, text_.size() - done_);
      if (put < 0) return;
      done_ += static_cast<std::size_t>(put);
    }
    to_.reset();  // So the reader sees its end.
  }
  /// Negative, which poll() passes over, when all is written.
  int descriptor() const { return to_.get(); }

 private:
  Descriptor to_;
  std::string text_;
  std::size_t done_ = 0;
};

/// Gives the child its case and collects the report, until the child has ended, the limit is
/// reached or an interrupt arrives.
Until collect(const Process& child, Feed feed, int report, const ChildSettings& settings,
              Watcher& watcher, std::string& text) {
  const auto limit = Clock::now() + settings.time_limit;
  auto next_tick = Clock::now() + kBetweenTicks;
  for (;;) {
    pollfd watched[] = {{child.pidfd(), POLLIN, 0},
                        {report, POLLIN, 0},
                        {Interruption::descriptor(), POLLIN, 0},
                        {feed.descriptor(), POLLOUT, 0}};
    const auto left = std::max(Duration(0), std::min(limit, watcher.next()) - Clock::now());
    const timespec until{left.count() / 1'000'000'000, left.count() % 1'000'000'000};
    ppoll(watched, std::size(watched), &until, nullptr);
    if (watched[3].revents != 0) feed.go_on();
    watcher.look();
    char buffer[65536];
    for (ssize_t got;
         text.size() <= kMostReported && (got = read(report, buffer, sizeof buffer)) > 0;)
      text.append(buffer, static_cast<std::size_t>(got));
    if (text.size() > kMostReported) return Until::too_much;
    if (Interruption::happened()) return Until::interrupted;
    if (watched[0].revents != 0) return Until::ended;
    if (Clock::now() >= limit) return Until::too_late;
    if (!settings.tick || Clock::now() < next_tick) continue;
    settings.tick(watcher.live());
    next_tick = Clock::now() + kBetweenTicks;
  }
}

const char* const kOfWholeProcess =
    "of its whole process, its start included: it does not tell its own";

/// What docs/protocol.md knows of a report: the rest is told of our own children alone, whose code
/// we know.
Measurement as_documented(Measurement&& m) {
  const auto& used = m.resources;
  Measurement known;
  known.service_time = std::move(m.service_time);
  known.response_time = std::move(m.response_time);
  known.completed = m.completed;
  known.failed = m.failed;
  known.never_started = m.never_started;
  known.failures = std::move(m.failures);
  known.passes = std::move(m.passes);
  known.phases = {.set_up = m.phases.set_up,
                  .connect = m.phases.connect,
                  .warm_up = m.phases.warm_up,
                  .timed = m.phases.timed};
  known.warm_up_failed = m.warm_up_failed;
  known.resources = {.user = used.user,
                     .system = used.system,
                     .voluntary_switches = used.voluntary_switches,
                     .involuntary_switches = used.involuntary_switches,
                     .minor_faults = used.minor_faults,
                     .major_faults = used.major_faults,
                     .connections_reopened = used.connections_reopened,
                     .run_queue_wait = std::nullopt,
                     .peak_rss_bytes = used.peak_rss_bytes,
                     .grown_bytes = used.grown_bytes};
  known.facts = std::move(m.facts);
  known.peak_in_flight = m.peak_in_flight;
  return known;
}

/// What another program leaves out is that of its whole process, as the kernel tells at its end. No
/// pass took it: how busy the processors were then is not known.
void fill_in(Measurement& m, const Ending& ending, const Case& one, const ChildSettings& settings) {
  auto& used = m.resources;
  if (used.user + used.system + m.cpu() == Duration(0)) {
    used.user = ending.used.user;
    used.system = ending.used.system;
    m.facts[kCpuFact] = fmt::format("that {}", kOfWholeProcess);
  }
  if (used.voluntary_switches + used.involuntary_switches == 0) {
    used.voluntary_switches = ending.used.voluntary_switches;
    used.involuntary_switches = ending.used.involuntary_switches;
    m.facts[kSwitchesFact] = fmt::format("those {}", kOfWholeProcess);
  }
  if (used.peak_rss_bytes == 0) used.peak_rss_bytes = ending.peak_rss_bytes;
  if (m.phases.timed == Duration(0)) m.phases.timed = m.elapsed();
  if (!settings.launcher.empty()) return;
  const auto client = one.placed().client;
  m.placement.client = list_text(client.empty() ? own_cpus() : client);
}

/// Makes a measurement of a report that can be true, and of another one an error.
void judge(Report& report, const Ending& ending, Duration lived, const Case& one,
           const ChildSettings& settings) {
  if (!report.error.empty()) return;
  try {
    auto& m = report.measurement;
    const auto how = report.how ? *report.how : one.concurrency();
    if (ending.how != "exit 0") throw UsageError("ended by " + ending.how + " after it");
    if (program_of(one)) m = as_documented(std::move(m));
    if (!report.operations.empty()) add_up(m, report.operations, one, how);
    if (const auto why = implausible(m, one, how, lived)) throw UsageError(*why);
    if (program_of(one)) fill_in(m, ending, one, settings);
    auto& phases = m.phases;
    phases.around = std::max(
        Duration(0), lived - phases.set_up - phases.connect - phases.warm_up - phases.timed);
  } catch (const std::exception& error) {
    report.error = fmt::format("its report cannot be true: {}", error.what());
  }
}

Repetition watch(const Case& one, const ChildSettings& settings, Service* service) {
  auto input = Pipe::open("its child");
  auto output = Pipe::open("its child");
  auto document = settings.write ? settings.write(one) : write_case(one);
  const auto arrivals = arrivals_file(one.load);
  auto service_cpus = service ? list_text(service->cpus()) : "";
  std::optional<LocalServer> foreign;  // A server that asyncmark did not start, on this machine.
  if (!service)
    if (auto addresses = one.local_addresses(); !addresses.empty())
      foreign.emplace(std::move(addresses));
  const auto network_before = network_counts();
  Watcher watcher(Descriptor(memfd_create("window", MFD_CLOEXEC)), one.load.passes,
                  one.load.due ? one.load.due->size() : one.load.ops, one.load.rate.has_value());
  std::optional<ServiceUsage> used;
  if (service)
    watcher.meet([&](Phase phase) {
      if (phase == Phase::ready) service->start_window();
      if (phase == Phase::over && service->ended().empty()) used = service->usage();
      // Of one that died in the middle the kernel tells no more.
      if (used && (used->threads == 0 || used->cpu < Duration(0))) used.reset();
      if (phase == Phase::over) service->end_window();
    });
  else if (foreign)
    watcher.meet([&](Phase phase) {
      if (phase == Phase::ready) foreign->start_window();
      if (phase == Phase::over) used = foreign->usage();
    });
  const auto requests_before = service ? service->requests() : 0;
  // Another program does not tell when its timed part begins.
  if (service && program_of(one)) service->start_window();
  const auto begun = Clock::now();
  auto child = start(one, settings,
                     {{input.read.get(), STDIN_FILENO},
                      {output.write.get(), kReportDescriptor},
                      {arrivals.get(), kArrivalsDescriptor},
                      {watcher.descriptor(), kWindowDescriptor}});
  const auto group = child.pid();
  fcntl(output.read.get(), F_SETFL, O_NONBLOCK);

  std::string text;
  // We keep the reading end as well, so writing to a child that is gone already is no error.
  Feed feed(std::move(input.write), std::move(document));
  const auto until = collect(child, std::move(feed), output.read.get(), settings, watcher, text);
  if (until == Until::ended)
    ::kill(-group, SIGKILL);
  else
    end_tree(group);
  const auto ending = child.wait();
  const auto lived = Clock::now() - begun;
  if (until == Until::interrupted) return {{}, "interrupted"};
  if (until == Until::too_late)
    return {{},
            fmt::format("still running after --time-limit {}", exact_text(settings.time_limit))};
  if (until == Until::too_much)
    return {{}, fmt::format("its report is longer than {}", exact_bytes(kMostReported))};
  if (ending.how.starts_with("SIG")) return {{}, "killed by " + ending.how};
  auto report = read_report(text, program_of(one) ? one.concurrency() : Concurrency{});
  if (text.empty() && ending.how != "exit 0") return {{}, "ended by " + ending.how};
  judge(report, ending, lived, one, settings);
  if (service && report.error.empty() && service->ended().empty() && service->sees_requests())
    if (const auto why = unserved(report.measurement, service->requests() - requests_before,
                                  used ? used->own_time : service->usage().own_time))
      report.error = fmt::format("its report cannot be true: {}", *why);
  report.measurement.observed = watcher.observed();
  if (service && program_of(one)) service->end_window();
  if (used && foreign) service_cpus = list_text(foreign->cpus());
  report.measurement.placement.service = service_cpus;
  if (used && (foreign || !service->sees_requests()))
    used->requests = report.measurement.completed + report.measurement.failed;
  report.measurement.observed.service = used;
  report.measurement.observed.network = network_counts() - network_before;
  return {std::move(report.measurement), std::move(report.error), report.how, report.refused,
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
