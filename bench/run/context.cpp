#include "bench/run/context.hpp"

#include <benchmark/benchmark.h>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <sstream>

#include "bench/base/build_info.hpp"
#include "bench/base/library_entry.hpp"
#include "bench/base/registry.hpp"
#include "bench/base/shell_words.hpp"
#include "bench/child/protocol.hpp"
#include "bench/model/shown_arguments.hpp"
#include "bench/os/placement.hpp"
#include "bench/os/usage.hpp"

namespace asyncmark {
namespace {

/// The first line of a file, or empty.
std::string line_of(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return line;
}

std::string after_key(const char* path, const std::string& key) {
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);)
    if (line.starts_with(key)) {
      const auto value = line.find_first_not_of(" \t:", key.size());
      return value == std::string::npos ? "" : line.substr(value);
    }
  return "";
}

/// os-release puts a value with blanks in quotes.
std::string unquoted(const std::string& text) {
  return text.size() >= 2 && text.front() == '"' ? text.substr(1, text.size() - 2) : text;
}

/// The limit of this process' cgroup (version 2), or "max".
std::string cgroup(const char* file) {
  auto group = after_key("/proc/self/cgroup", "0::");
  const auto limit = line_of("/sys/fs/cgroup" + group + "/" + file);
  return limit.empty() ? "max" : limit;
}

void add_machine(Json& facts) {
  utsname name{};
  uname(&name);
  facts["cpu_model"] = after_key("/proc/cpuinfo", "model name");
  facts["affinity"] = list_text(own_cpus());
  facts["kernel"] = fmt::format("{} {}", name.sysname, name.release);
  facts["os"] = unquoted(after_key("/etc/os-release", "PRETTY_NAME="));
  const auto governor = line_of("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor");
  facts["governor"] = governor.empty() ? "not told" : governor;
  facts["clock_source"] =
      line_of("/sys/devices/system/clocksource/clocksource0/current_clocksource");
  facts["cgroup_cpu_max"] = cgroup("cpu.max");
  facts["cgroup_memory_max"] = cgroup("memory.max");
}

void add_build(Json& facts) {
  facts["asyncmark_version"] = build::kVersion;
  facts["commit"] = build::kCommit;
  facts["protocol"] = kProtocol;
  facts["compiler"] = fmt::format("g++ {}", __VERSION__);
  facts["compiler_flags"] = build::kFlags;
  for (const auto& library : Registry<LibraryEntry>::all())
    facts["libraries"][snake_case(library.name)] = library.version;
}

/// The processor time of called services that asyncmark did not start; absent where a run did not
/// observe its service. The warm-up takes as much of it as the timed part.
std::optional<Duration> taken_by_called(const std::vector<Result>& results) {
  Duration sum{};
  for (const auto& result : results) {
    if (result.what.address().empty()) continue;
    for (const auto& repetition : result.repetitions) {
      const auto& one = repetition.measurement;
      const auto& service = one.observed.service;
      const auto timed = seconds(one.elapsed());
      if (!service || timed <= 0) return std::nullopt;
      sum += from_seconds(seconds(service->cpu) * (1 + seconds(one.phases.warm_up) / timed));
    }
  }
  return sum;
}

}  // namespace

Context look_around(const std::string& executable, const std::vector<std::string>& command) {
  Context context;
  auto& facts = context.facts;
  const auto& cpu = benchmark::CPUInfo::Get();
  const auto now = std::time(nullptr);
  facts["date"] = fmt::format("{:%Y-%m-%dT%H:%M:%S%z}", fmt::localtime(now));
  facts["host_name"] = benchmark::SystemInfo::Get().name;
  facts["executable"] = executable;
  facts["num_cpus"] = cpu.num_cpus;
  facts["mhz_per_cpu"] = static_cast<int>(cpu.cycles_per_second / 1e6 + 0.5);
  facts["cpu_scaling_enabled"] = cpu.scaling == benchmark::CPUInfo::ENABLED;
  facts["caches"] = Json::array();
  for (const auto& cache : cpu.caches)
    facts["caches"].push_back({{"type", cache.type},
                               {"level", cache.level},
                               {"size", cache.size},
                               {"num_sharing", cache.num_sharing}});
  facts["load_avg"] = cpu.load_avg;
#ifdef NDEBUG
  facts["library_build_type"] = "release";
#else
  facts["library_build_type"] = "debug";
#endif
  facts["command"] = as_typed(shown_arguments(command));
  add_machine(facts);
  add_build(facts);
  return context;
}

ProcessorTime processor_time() {
  std::istringstream fields(after_key("/proc/stat", "cpu "));
  double user = 0, nice = 0, system = 0, idle = 0, waiting = 0, irq = 0, softirq = 0, steal = 0;
  fields >> user >> nice >> system >> idle >> waiting >> irq >> softirq >> steal;
  const auto ticks = [hz = static_cast<double>(sysconf(_SC_CLK_TCK))](double count) {
    return from_seconds(count / hz);
  };
  return {ticks(user + nice + system + idle + waiting + irq + softirq + steal),
          ticks(user + nice + system), ticks(steal), own_usage().cpu()};
}

void add_what_others_took(Context& context, const ProcessorTime& before,
                          const std::vector<Result>& results) {
  const auto now = processor_time();
  double loads[3];
  if (const auto known = getloadavg(loads, 3); known > 0)
    context.facts["load_avg_after"] = std::vector<double>(loads, loads + known);
  const auto total = now.total - before.total;
  if (total < std::chrono::seconds(1)) return;
  const auto share = [&](Duration part) {
    return std::max(0.0, std::round(1e4 * seconds(part) / seconds(total)) / 1e4);
  };
  context.facts["steal_share"] = share(now.stolen - before.stolen);
  const auto called = taken_by_called(results);
  if (called) context.facts.erase("calls_others");
  context.facts["others_share"] =
      share(now.busy - before.busy - (now.ours - before.ours) - called.value_or(Duration(0)));
}

}  // namespace asyncmark
