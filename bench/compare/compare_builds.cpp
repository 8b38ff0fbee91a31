#include "bench/compare/compare_builds.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>

#include "bench/base/errors.hpp"
#include "bench/child/child.hpp"
#include "bench/child/protocol.hpp"
#include "bench/compare/compare_progress.hpp"
#include "bench/model/runner_entry.hpp"
#include "bench/os/interruption.hpp"
#include "bench/os/spawn.hpp"
#include "bench/plan/prepare.hpp"
#include "bench/results/counters.hpp"
#include "bench/services/service.hpp"

namespace asyncmark {
namespace {

constexpr std::uint64_t kFewestPasses = 5;
constexpr std::uint64_t kMostPasses = 200;
/// Of the timed part of a block: long beside its process's start, and short beside slow spells of
/// the machine, which both sides of a pair should share.
constexpr auto kBlock = std::chrono::milliseconds(40);

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

/// One of the two builds.
class Build {
 public:
  Build(Side side, std::string program, const CompareSettings& settings)
      : side_(std::move(side)), settings_(settings) {
    child_.program = std::move(program);
    child_.time_limit = settings.time_limit;
    child_.launcher = settings.launcher;
    try {
      side_.version = version_of(child_.program);
    } catch (const CaseError& error) {
      throw UsageError(fmt::format("compare: the {} does not start: {}", side_.role, error.what()));
    }
  }

  const Side& side() const { return side_; }
  const std::string& program() const { return child_.program; }

  void serve_by(Services& services, const std::vector<Result>& cases) {
    cases_ = &cases;
    child_.service = [&](const Case& one) { return service_of(services, one); };
  }

  /// One run of a case in a fresh process. Throws CaseError, naming the side.
  Measurement run(std::size_t index, std::uint64_t passes) {
    auto one = (*cases_)[index].what;
    one.load.passes = passes;
    auto repetition = run_in_child(one, child_);
    if (Interruption::happened()) return {};
    check_understood(one, repetition.understood);
    if (repetition.died == kNoReport)
      fail(fmt::format("{}; is '{}' a build of asyncmark? For other commands there is --commands",
                       kNoReport, program()));
    if (!repetition.died.empty()) fail(repetition.died);
    const auto& measured = repetition.measurement;
    failed_[index].completed += measured.completed;
    failed_[index].failed += measured.failed;
    if (settings_.max_failed.exceeded_by(failed_[index]))
      fail(fmt::format("{} of {} operations failed ({} {})", failed_[index].failed,
                       failed_[index].failed + failed_[index].completed,
                       measured.failures.begin()->second, measured.failures.begin()->first));
    if (measured.completed == 0) fail("no operation completed");
    return std::move(repetition.measurement);
  }

 private:
  [[noreturn]] void fail(const std::string& why) const {
    throw CaseError(fmt::format("the {}: {}", side_.role, why));
  }

  /// An older build passes over options that it does not know, and would do something else.
  void check_understood(const Case& one, const Json& understood) const {
    if (understood.is_null()) return;
    const auto asked = to_json(one);
    for (const auto* axis : {"workload", "runner"}) {
      const auto known = understood.value(axis, Json::object()).value("options", Json::object());
      for (const auto& [key, value] : asked.at(axis).at("options").items())
        if (!known.contains(key))
          fail(fmt::format("its {} '{}' does not know the option '{}'", axis,
                           asked.at(axis).at("name").get<std::string>(), key));
    }
  }

  Side side_;
  const CompareSettings& settings_;
  ChildSettings child_;
  const std::vector<Result>* cases_ = nullptr;
  std::map<std::size_t, Measurement> failed_;  ///< By the case: the ledger alone.
};

/// How long a pass takes, and whether both sides carry the case out at all.
Duration pilot(Build& baseline, Build& contender, std::size_t index) {
  Duration longest{};
  for (auto* build : {&baseline, &contender}) {
    const auto measured = build->run(index, kFewestPasses);
    if (Interruption::happened()) return {};
    longest = std::max(longest, measured.per_pass(measured.elapsed()));
  }
  return longest;
}

/// Throws CaseError where not even one pair could be taken in time.
void check_budget(const Result& one, const CompareSettings& settings) {
  auto block = one;
  block.what.load.passes = std::max(kFewestPasses, one.what.load.passes);
  const auto least = 2 * least_time(block);
  if (least > settings.pairs.budget)
    throw CaseError(
        fmt::format("one pair takes at least {}, and --budget is {}: use --budget {}, or give the "
                    "case less work",
                    rounded_text(least), exact_text(settings.pairs.budget),
                    exact_text(std::chrono::ceil<std::chrono::seconds>(
                        least * static_cast<std::int64_t>(fewest_pairs() + 1)))));
}

CaseVerdict judge_one(const std::string& name, std::size_t index, const Result& planned,
                      Build& baseline, Build& contender, const PairSettings& pairs,
                      const CompareSettings& settings, std::mt19937_64& random) {
  CaseVerdict verdict{.name = name};
  if (runner_entry(planned.what.runner).program) {
    verdict.failed =
        fmt::format("the runner {} is a separate program, so both builds would start the same one",
                    planned.what.runner);
    return verdict;
  }
  try {
    check_budget(planned, settings);
  } catch (const CaseError& error) {
    verdict.failed = error.what();
    return verdict;
  }
  try {
    const auto passes =
        std::max(planned.what.load.passes, passes_of_block(pilot(baseline, contender, index)));
    const auto take = [&](bool contender_first) {
      Pair pair;
      pair.contender_first = contender_first;
      for (const bool second : {false, true}) {
        const bool of_contender = contender_first != second;
        auto& build = of_contender ? contender : baseline;
        const auto measured = build.run(index, passes);
        if (Interruption::happened()) return pair;
        (of_contender ? pair.contender : pair.base) = block_of(planned.what, measured);
      }
      return pair;
    };
    if (Interruption::happened()) throw CaseError("interrupted");
    verdict = judge_case(name, take, pairs, random);
    verdict.passes = passes;
  } catch (const CaseError& error) {
    verdict.failed = error.what();
    verdict.died = true;
  }
  return verdict;
}

Comparison begin(const CompareSettings& settings) {
  Comparison all;
  all.margins = settings.pairs.margins;
  all.budget = settings.pairs.budget;
  return all;
}

}  // namespace

std::uint64_t passes_of_block(Duration pass) {
  const auto ns = std::max<std::int64_t>(1, pass.count());
  return std::clamp(static_cast<std::uint64_t>(Duration(kBlock).count() / ns), kFewestPasses,
                    kMostPasses);
}

Block block_of(const Case& one, const Measurement& measured) {
  Block block;
  for (const auto& pass : measured.passes) {
    if (pass.completed == 0) continue;
    const auto ops = static_cast<double>(pass.completed);
    if (!one.load.rate) block.wall_ns.push_back(static_cast<double>(pass.elapsed.count()) / ops);
    block.cpu_ns.push_back(static_cast<double>(pass.cpu.count()) / ops);
  }
  const bool has_response = measured.response_time.count() > 0;
  if (one.load.rate)
    if (const auto half = response_percentile(measured, 0.5))
      block.wall_ns.push_back(static_cast<double>(half->count()));
  const auto& times = has_response ? measured.response_time : measured.service_time;
  if (times.count() > 0)
    block.tail_ns = static_cast<double>(times.percentile(0.99).value_or(times.max()).count());
  block.memory_bytes = memory_bytes_per_op(measured);
  return block;
}

Comparison compare_builds(const std::vector<Request>& requests, const CompareSettings& settings) {
  auto cases = expand(requests);
  auto all = begin(settings);
  const auto program = [](const std::string& path) {
    // Found as a shell finds it, and the same whatever a launcher makes of the current folder.
    char* real = path.find('/') != std::string::npos ? realpath(path.c_str(), nullptr) : nullptr;
    const std::string found = real ? real : path;
    std::free(real);
    return found;
  };
  Interruption::watch();
  Build baseline({"baseline", settings.baseline, ""}, program(settings.baseline), settings);
  Build contender({"contender", settings.contender, ""}, program(settings.contender), settings);
  Build itself({"baseline", settings.baseline, ""}, program(settings.baseline), settings);
  all.baseline = baseline.side();
  all.contender = contender.side();

  const Sweep sweep;
  auto services = start_services(cases);
  if (!Interruption::happened()) prepare_workloads(cases);
  for (auto* build : {&baseline, &contender, &itself}) build->serve_by(services, cases);

  std::mt19937_64 random{std::random_device{}()};
  CompareProgress progress(cases.size() + 1, settings);
  const auto judged = [&](const std::string& name, std::size_t index, Build& other) {
    auto pairs = settings.pairs;
    pairs.seen = [&](const auto& taken) { progress.show(taken); };
    progress.begin(name);
    auto verdict = judge_one(name, index, cases[index], baseline, other, pairs, settings, random);
    progress.end();
    return verdict;
  };
  for (std::size_t i = 0; i < cases.size() && !Interruption::happened(); ++i) {
    auto verdict = judged(cases[i].name(), i, contender);
    if (Interruption::happened()) break;
    all.cases.push_back(std::move(verdict));
    settings.keep(all);
    // By the first case that can be judged at all.
    if (all.control || !all.cases.back().failed.empty()) continue;
    auto control = judged(cases[i].name(), i, itself);
    if (Interruption::happened()) break;
    all.control = std::move(control);
  }
  all.partial = Interruption::happened();
  Interruption::end_watch();
  return all;
}

}  // namespace asyncmark
