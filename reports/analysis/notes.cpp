#include "reports/analysis/notes.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <optional>
#include <set>
#include <string_view>

#include "bench/base/visible.hpp"
#include "bench/engine/executor_nice.hpp"
#include "bench/measure/loop_times.hpp"
#include "bench/model/runner_entry.hpp"

namespace asyncmark {
namespace {

const char* const kNone = "-";
const char* const kTooFew = "n/a";
constexpr std::size_t kEnoughForInterval = 6;

bool shows_column(const Table& table, std::string_view heading) {
  return std::ranges::find(table.columns, heading, &Column::heading) != table.columns.end();
}

bool shows(const Table& table, std::string_view heading, const std::string& cell) {
  for (std::size_t c = 0; c < table.columns.size(); ++c)
    if (table.columns[c].heading().starts_with(heading))
      for (const auto& row : table.rows)
        if (c < row.cells.size() && row.cells[c] == cell) return true;
  return false;
}

/// What the loops with an executor pay for handing work to it, over all of their runs.
std::optional<std::string> hop_note(const Cases& cases) {
  std::vector<Duration> cpu, alone;
  std::string runner;
  std::set<std::uint64_t> threads;
  for (const auto* one : cases)
    for (const auto* run : one->finished())
      if (run->hop) {
        runner = one->what.runner;
        threads.insert(one->how.workers);
        cpu.push_back(run->hop->cpu);
        alone.push_back(run->hop->alone);
      }
  if (cpu.empty()) return std::nullopt;
  return fmt::format(
      "{}: service times include waiting for one of its threads ({}), which are at nice {}: others "
      "on these processors go first; to hand work to them and have it back costs {} of CPU with 64 "
      "at it, and takes {} for one alone (nothing to do, before each run)",
      runner, fmt::join(threads, " or "), kExecutorNice, rounded_text(median(cpu)),
      rounded_text(median(alone)));
}

}  // namespace

std::vector<std::string> notes_of_programs(const Cases& cases) {
  std::vector<std::string> notes, runners;
  for (const auto* one : cases) {
    const auto runner = visible(one->what.runner);
    const auto finished = one->finished();
    if (!runner_entry(one->what.runner).program || finished.empty()) continue;
    if (std::ranges::find(runners, runner) != runners.end()) continue;
    runners.push_back(runner);
    std::vector<std::string> facts;
    for (const auto& [about, text] : finished.front()->facts)
      facts.push_back(visible(fmt::format("{} {}", about, text)));
    if (!facts.empty()) notes.push_back(fmt::format("{}: {}", runner, fmt::join(facts, "; ")));
  }
  if (!runners.empty())
    notes.push_back(fmt::format(
        "{}: other programs, whose times are their own; nobody looked at them from outside, so "
        "what "
        "is in flight is by their own lists, and their threads and what a service did meanwhile "
        "are not known",
        fmt::join(runners, ", ")));
  return notes;
}

void add_notes(Table& table, const Cases& cases) {
  auto& notes = table.notes;
  std::size_t fewest = kEnoughForInterval, most = 0;
  for (const auto* one : cases) {
    const auto finished = one->finished().size();
    if (finished == 0) continue;
    fewest = std::min(fewest, finished);
    most = std::max(most, finished);
  }
  if (most == 0) return;
  if (fewest < kEnoughForInterval && shows_column(table, "time"))
    notes.push_back(fmt::format("time: {}; 6 or more give it a 95 % interval (--repetitions 6)",
                                most == 1        ? "of one repetition"
                                : fewest == most ? fmt::format("the median of {} repetitions", most)
                                                 : "the median of the repetitions"));
  if (shows_column(table, "checks"))
    notes.push_back("checks: what they object to, by its letter below");
  if (shows(table, "over", "1x") && equal_cap(cases))
    notes.push_back("sync: the baseline, with 1 in flight by definition");
  if (auto hop = hop_note(cases)) notes.push_back(std::move(*hop));
  for (auto& note : notes_of_programs(cases)) notes.push_back(std::move(note));
  if (shows(table, "service", kTooFew) || shows(table, "response", kTooFew))
    notes.push_back(
        "n/a: fewer operations than the percentile needs (p99: 1000 over all "
        "repetitions)");
  if (shows(table, "loop lag", kTooFew))
    notes.push_back(
        fmt::format("loop lag n/a: fewer looks at the loop, one every {}, than the percentile "
                    "needs (p99: 1000)",
                    exact_text(kLoopProbePeriod)));
  if (shows(table, "response", kNone))
    notes.push_back(
        "response -: no response time where fewer may be in flight than there are operations (a "
        "closed loop): nothing is wanted there until something has ended");
  if (std::ranges::any_of(cases, [](const auto* one) { return is_partly_open(one->what.load); }))
    notes.push_back(
        "partly open: what is due while as many as the cap are in flight waits, and its response "
        "time goes on");
  const auto knows_at_most = [](const auto* one) {
    return std::ranges::any_of(one->finished(), &Measurement::peak_is_upper_bound);
  };
  if (shows_column(table, "in flight cap/peak") && std::ranges::any_of(cases, knows_at_most))
    notes.push_back(
        "in flight <=: several loops, each counting for itself, had their peaks at different "
        "times");
  if (shows_column(table, "service asked"))
    notes.push_back(
        "service asked: the mean of what was drawn for the operations; service mean: of what they "
        "took");
  if (shows_column(table, "of ideal"))
    notes.push_back("ideal bound: arithmetic from the waits and the CPU asked for, not measured");
  if (shows_column(table, "memory per op"))
    notes.push_back(
        "memory: for each operation in flight, with the kernel's share: page tables, stacks of "
        "threads, slab");
}

}  // namespace asyncmark
