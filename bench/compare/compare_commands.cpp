#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>

#include "bench/base/errors.hpp"
#include "bench/base/secrets.hpp"
#include "bench/base/shell_words.hpp"
#include "bench/compare/compare_builds.hpp"
#include "bench/compare/compare_progress.hpp"
#include "bench/os/interruption.hpp"
#include "bench/os/spawn.hpp"

namespace asyncmark {
namespace {

constexpr std::uint64_t kMostRuns = 5;

/// What the user wants to know of one run of a command.
struct Timed {
  Duration wall{};
  Duration cpu{};
};

/// One of the two commands.
class Command {
 public:
  Command(Side side, Duration time_limit)
      : side_(std::move(side)),
        words_(shell_words(side_.what, "compare: " + side_.role)),
        time_limit_(time_limit),
        nowhere_(::open("/dev/null", O_RDWR | O_CLOEXEC)) {
    if (words_.empty())
      throw UsageError(fmt::format("compare: the {} is not a command", side_.role));
    program_file(words_[0], "compare: " + side_.role);
    side_.what = shown_command(side_.what);  // All that is needed of it from here on.
  }

  const Side& side() const { return side_; }

  /// A whole process, from before it is started until it has ended. Throws CaseError.
  Timed run() const {
    const auto begun = Clock::now();
    auto process = spawn(words_,
                         {{nowhere_.get(), STDIN_FILENO},
                          {nowhere_.get(), STDOUT_FILENO},
                          {nowhere_.get(), STDERR_FILENO}},
                         side_.what);
    pollfd watched[] = {{process.pidfd(), POLLIN, 0}, {Interruption::descriptor(), POLLIN, 0}};
    const auto limit = std::chrono::ceil<std::chrono::milliseconds>(time_limit_).count();
    poll(watched, 2, static_cast<int>(std::min<std::int64_t>(limit, 1'000'000'000)));
    const auto ended = Clock::now();
    const bool in_time = watched[0].revents != 0;
    ::kill(-process.pid(), SIGKILL);  // With whatever it left running.
    const auto ending = process.wait();
    if (Interruption::happened()) return {};
    if (!in_time) fail(fmt::format("still running after {}", exact_text(time_limit_)));
    if (ending.how != "exit 0")
      fail(fmt::format("'{}' ended by {}; run it by hand to see why", side_.what, ending.how));
    return {ended - begun, ending.used.cpu()};
  }

  Block block(std::uint64_t runs) const {
    Block all;
    for (std::uint64_t i = 0; i < runs && !Interruption::happened(); ++i) {
      const auto one = run();
      all.wall_ns.push_back(static_cast<double>(one.wall.count()));
      all.cpu_ns.push_back(static_cast<double>(one.cpu.count()));
    }
    return all;
  }

 private:
  [[noreturn]] void fail(const std::string& why) const {
    throw CaseError(fmt::format("the {}: {}", side_.role, why));
  }

  Side side_;
  std::vector<std::string> words_;
  Duration time_limit_;
  Descriptor nowhere_;
};

/// So many that two dozen pairs fit the budget, and at least one. The first run, of cold caches, is
/// none of them.
std::uint64_t runs_of_block(const Command& baseline, const Command& contender, Duration budget) {
  Duration both{};
  for (const auto* one : {&baseline, &contender}) {
    one->run();
    if (!Interruption::happened()) both += one->run().wall;
    if (Interruption::happened()) return 1;
  }
  const auto ns = std::max<std::int64_t>(1, both.count());
  return std::clamp<std::uint64_t>(static_cast<std::uint64_t>(budget.count() / 24 / ns), 1,
                                   kMostRuns);
}

CaseVerdict judge_commands(const std::string& name, const Command& baseline,
                           const Command& contender, std::uint64_t runs,
                           const CompareSettings& settings, CompareProgress& progress,
                           std::mt19937_64& random) {
  auto pairs = settings.pairs;
  pairs.seen = [&](const auto& taken) { progress.show(taken); };
  progress.begin(name);
  const auto take = [&](bool contender_first) {
    Pair pair;
    pair.contender_first = contender_first;
    if (contender_first) pair.contender = contender.block(runs);
    pair.base = baseline.block(runs);
    if (!contender_first) pair.contender = contender.block(runs);
    return pair;
  };
  auto verdict = judge_case(name, take, pairs, random);
  verdict.passes = runs;
  progress.end();
  return verdict;
}

}  // namespace

Comparison compare_commands(const CompareSettings& settings) {
  Comparison all;
  all.margins = settings.pairs.margins;
  all.budget = settings.pairs.budget;
  const Command baseline({"baseline", settings.baseline, ""}, settings.time_limit);
  const Command contender({"contender", settings.contender, ""}, settings.time_limit);
  all.baseline = baseline.side();
  all.contender = contender.side();
  Interruption::watch();
  std::mt19937_64 random{std::random_device{}()};
  CompareProgress progress(2, settings);
  CaseVerdict verdict{.name = "commands"};
  try {
    const auto runs = runs_of_block(baseline, contender, settings.pairs.budget);
    if (!Interruption::happened())
      verdict = judge_commands(verdict.name, baseline, contender, runs, settings, progress, random);
    if (!Interruption::happened()) {
      all.cases.push_back(verdict);
      settings.keep(all);
      if (verdict.failed.empty())
        all.control =
            judge_commands(verdict.name, baseline, baseline, runs, settings, progress, random);
    }
  } catch (const CaseError& error) {
    verdict.failed = error.what();
    verdict.died = true;
    all.cases.push_back(verdict);
  }
  all.partial = Interruption::happened();
  if (all.partial) all.control.reset();
  Interruption::end_watch();
  return all;
}

}  // namespace asyncmark
