#include "bench/compare/compare_builds.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>

#include "bench/base/errors.hpp"
#include "bench/compare/paired_cases.hpp"
#include "bench/os/interruption.hpp"
#include "bench/os/spawn.hpp"
#include "bench/plan/prepare.hpp"
#include "bench/services/service.hpp"

namespace asyncmark {
namespace {

/// The first line that a program prints when asked for its version, as a build's identity.
std::string version_of(const std::string& program) {
  auto output = Pipe::open(program);
  auto process = spawn({program, "--version"}, {{output.write.get(), STDOUT_FILENO}}, program);
  output.write.reset();
  std::string text;
  const auto limit = Clock::now() + std::chrono::seconds(10);
  while (text.find('\n') == std::string::npos && Clock::now() < limit &&
         !Interruption::happened()) {
    pollfd watched[] = {{output.read.get(), POLLIN, 0}, {Interruption::descriptor(), POLLIN, 0}};
    poll(watched, 2, 100);
    if (watched[0].revents == 0) continue;
    char buffer[4096];
    const auto got = read(output.read.get(), buffer, sizeof buffer);
    if (got <= 0) break;
    text.append(buffer, static_cast<std::size_t>(got));
  }
  ::kill(-process.pid(), SIGKILL);  // With whatever it started.
  return text.substr(0, text.find('\n'));
}

/// Found as a shell finds it, and the same whatever a launcher makes of the current folder.
std::string program_at(const std::string& path) {
  char* real = path.find('/') != std::string::npos ? realpath(path.c_str(), nullptr) : nullptr;
  std::string program = real ? real : path;
  std::free(real);
  return program;
}

/// Throws UsageError where the program does not start.
CaseSide build_of(const std::string& role, const std::string& path,
                  const CompareSettings& settings) {
  ChildSettings child;
  child.program = program_at(path);
  child.time_limit = settings.time_limit;
  child.launcher = settings.launcher;
  try {
    return {{role, path, version_of(child.program)}, child, settings.max_failed};
  } catch (const CaseError& error) {
    throw UsageError(fmt::format("compare: the {} does not start: {}", role, error.what()));
  }
}

}  // namespace

Comparison compare_builds(const std::vector<Request>& requests, const CompareSettings& settings) {
  auto cases = expand(requests);
  Interruption::watch();
  const auto baseline = build_of("baseline", settings.baseline, settings);
  PairedCases paired{
      baseline, build_of("contender", settings.contender, settings), baseline, {}, block_of};
  auto all = begun(settings, paired.baseline.side(), paired.contender.side());
  const Sweep sweep;
  auto services = start_services(cases);
  if (!Interruption::happened()) prepare_workloads(cases);
  for (auto* side : {&paired.baseline, &paired.contender, &paired.itself}) {
    side->set_cases(cases);
    side->serve_by(services);
  }
  for (const auto& one : cases) paired.names.push_back(one.name());
  judge_cases(paired, settings, all);
  Interruption::end_watch();
  return all;
}

}  // namespace asyncmark
