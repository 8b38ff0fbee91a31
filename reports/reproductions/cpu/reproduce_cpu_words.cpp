// What the figures of `reproduce cpu` allow to be said, and nothing else.

#include <fmt/format.h>

#include <algorithm>

#include "reports/reproductions/cpu/reproduce_cpu.hpp"

namespace asyncmark::reproduce_cpu {
namespace {

using namespace std::chrono_literals;

// Times that differ by less are called the same.
constexpr double kSame = 0.05;
// A loop that is at most so late holds nobody up who would notice.
constexpr Duration kFreeOfLag = 2ms;

std::string s(double seconds) { return digits(seconds, 3) + " s"; }
std::string times(double factor) { return digits(factor, 3); }

const Cell& largest(const Study& study, const std::string& runner) {
  return Study::row(study.hashing, runner).cells.back();
}

/// 'Async does not help where nothing waits.'
std::string of_one_loop(const Study& study) {
  const auto& sync = largest(study, "sync");
  const auto& loop = largest(study, "event-loop");
  if (!sync.sound() || !loop.sound())
    return "Whether an event loop gains anything on hashing is not settled here: a cell cannot be "
           "quoted.";
  const auto factor = loop.seconds() / sync.seconds();
  const auto figures = fmt::format(
      "{} hashes took {} on the event loop and {} one after the other, {} times as long",
      loop.ops(), s(loop.seconds()), s(sync.seconds()), times(factor));
  if (factor < 1 - kSame)
    return fmt::format("The event loop was faster than sync, which nothing here explains: {}.",
                       figures);
  return fmt::format(
      "{}: {}. Nothing waits, so there is nothing to overlap; all are in flight, and all but one "
      "only queue.",
      factor < 1 + kSame ? "An event loop gains nothing on hashing"
                         : "An event loop loses on hashing",
      figures);
}

/// 'CPU-bound work wants processes.'
std::string of_processors(const Study& study) {
  const auto& sync = largest(study, "sync");
  const auto& threads = largest(study, "thread-pool");
  const auto& processes = largest(study, "process-pool");
  if (!sync.sound() || !threads.sound() || !processes.sound())
    return "Whether CPU-bound work wants processes is not settled here: a cell cannot be quoted.";
  const auto by_threads = sync.seconds() / threads.seconds();
  const auto by_processes = sync.seconds() / processes.seconds();
  const auto workers = processes.planned.how.workers;
  const auto figures =
      fmt::format("a pool of threads was {} times as fast as sync, one of {} processes {} times",
                  times(by_threads), workers, times(by_processes));
  if (by_processes < 1 + kSame)
    return fmt::format("More processors brought nothing here, or others had them: {}.", figures);
  if (by_processes > by_threads * (1 + kSame))
    return fmt::format("'CPU-bound work wants processes' shows here: {}.", figures);
  return fmt::format(
      "'CPU-bound work wants processes' is a rule of interpreters with a global lock; here it "
      "wants processors, whoever has them: {}{}.",
      figures, by_threads > by_processes * (1 + kSame) ? "" : ", the same within a few per cent");
}

std::optional<std::string> of_lag(const Study& study) {
  const auto& loop = largest(study, "event-loop");
  const auto& hybrid = largest(study, "hybrid");
  const auto held = worst_lag(loop);
  const auto free = worst_lag(hybrid);
  if (!held || !free || !loop.sound() || !hybrid.sound()) return std::nullopt;
  const auto figures = fmt::format(
      "for {} hashes the event loop was {} late for anything else, and the hybrid's, whose "
      "executor does the hashing, {}",
      loop.ops(), rounded_text(*held), rounded_text(*free));
  if (*free > kFreeOfLag)
    return fmt::format("An executor did not keep the loop free here: {}.", figures);
  return fmt::format("'A blocking call stalls the whole loop' holds, and an executor frees it: {}.",
                     figures);
}

struct Rival {
  const char* runner;
  const char* named;
};
constexpr Rival kRivals[] = {{"thread-pool", "threads"},
                             {"process-pool", "processes"},
                             {"hybrid", "the hybrid"},
                             {"multi-loop", "a loop a processor"}};

/// The least share from which on the event loop takes longer, at every share measured.
std::optional<std::size_t> loses_from(const Row& loop, const Row& rival) {
  std::optional<std::size_t> from;
  for (std::size_t i = kShares.size(); i-- > 0;) {
    const auto& ours = loop.cells[i];
    const auto& theirs = rival.cells[i];
    if (ours.seconds() < theirs.seconds() * (1 + kSame)) return from;
    from = i;
  }
  return from;
}

std::string of_the_crossover(const Row& loop, const Row& rival, const char* named) {
  const auto from = loses_from(loop, rival);
  if (!from) return fmt::format("against {} at no share", named);
  return fmt::format("against {} from {}% on ({} to {}, {} times as long)", named, kShares[*from],
                     s(loop.cells[*from].seconds()), s(rival.cells[*from].seconds()),
                     times(loop.cells[*from].seconds() / rival.cells[*from].seconds()));
}

bool all_sound(const Row& row) { return std::ranges::all_of(row.cells, &Cell::sound); }

/// From which share on the event loop loses to whom, as far as every cell can be quoted.
std::string of_the_crossovers(const Study& study) {
  const auto& loop = Study::row(study.capped, "event-loop");
  std::vector<std::string> lost, open;
  for (const auto& [runner, named] : kRivals) {
    const auto& rival = Study::row(study.capped, runner);
    if (all_sound(loop) && all_sound(rival))
      lost.push_back(of_the_crossover(loop, rival, named));
    else
      open.push_back(named);
  }
  std::string text;
  if (!lost.empty())
    text = fmt::format("By more than {:.0f}%, at the shares measured, the event loop loses {}.",
                       100 * kSame, list(lost));
  if (!open.empty())
    text += fmt::format(
        "{}From which share on it loses to {} is not settled here: a cell cannot be quoted.",
        text.empty() ? "" : " ", list(open));
  return text;
}

std::string of_the_arithmetic() {
  return fmt::format(
      "By arithmetic one processor keeps {} in flight supplied until they compute for 1/{} of "
      "their time, {:.1f}%: below that they wait for their waits, and above it for the processor, "
      "of which a loop has one. Each further processor moves that by as much again.",
      kCap, kCap, 100.0 / kCap);
}

/// Where half of an operation computes.
std::optional<std::string> of_half(const Study& study) {
  std::vector<std::string> all;
  for (const auto& row : study.clocked) {
    const auto& cell = row.cells[kHalf];
    if (const auto p99 = response_p99(cell); p99 && cell.sound())
      all.push_back(fmt::format("{} {}", row.label, rounded_text(*p99)));
  }
  if (all.empty()) return std::nullopt;
  return fmt::format(
      "Where half of an operation computes, 99 of 100 were answered within: {}. By itself it takes "
      "{}; the rest is waiting for a processor: on one loop behind all that compute, else behind "
      "those, ours and others, that the processors have no room for.",
      list(all), exact_text(study.operation));
}

/// An executor takes the queue to where the lag of the loop does not show it.
std::optional<std::string> of_lag_by_the_clock(const Study& study) {
  const auto& loop = Study::row(study.clocked, "event-loop").cells[kHalf];
  const auto& hybrid = Study::row(study.clocked, "hybrid").cells[kHalf];
  const auto held = worst_lag(loop);
  const auto free = worst_lag(hybrid);
  const auto answered = response_p99(hybrid);
  if (!held || !free || !answered || !loop.sound() || !hybrid.sound()) return std::nullopt;
  return fmt::format(
      "There the event loop was up to {} late for anything else, and the hybrid's up to {}{}. The "
      "lag of a loop with an executor says nothing of the queue for that: its p99 was {}.",
      rounded_text(*held), rounded_text(*free),
      *free > kFreeOfLag ? ", which is not free of lag" : "", rounded_text(*answered));
}

}  // namespace

std::vector<std::string> about_hashing(const Study& study) {
  auto all = troubles(all_of(study.hashing));
  all.push_back(fmt::format(
      "Each operation is one SHA-256 over 1 MiB of memory that all share, by OpenSSL. Each runner "
      "as it is usually deployed: 32 threads, a process and a loop a processor, all operations at "
      "once where nothing sets a cap. Beside the times, of {} operations: the 95% interval of the "
      "median, how many times as fast as sync, processor time for one, p99 of response times "
      "(where all were wanted at the start), and lag: how late a timer of ours ran on the loop at "
      "worst.",
      kOps.back()));
  all.push_back(of_one_loop(study));
  all.push_back(of_processors(study));
  add(all, of_lag(study));
  all.push_back(ledger(all_of(study.hashing)));
  return all;
}

std::vector<std::string> about_the_crossover(const Study& study) {
  auto all = troubles(all_of(study.capped));
  all.push_back(fmt::format(
      "Each operation waits, and then computes for the rest of its {}. Closed loop: all runners "
      "may have {} in flight but sync, which has one; where all of it computes, a loop has one as "
      "well. x is how many times as fast as sync. CPU is that of one operation.",
      exact_text(study.operation), kCap));
  all.push_back(of_the_crossovers(study));
  all.push_back(of_the_arithmetic());
  all.push_back(ledger(all_of(study.capped)));
  return all;
}

std::vector<std::string> about_the_clocked(const Study& study) {
  auto all = troubles(all_of(study.clocked));
  all.push_back(fmt::format(
      "The same operations in an open loop, {} in flight at the most: Poisson arrivals, the same "
      "for all, so often that the computing takes half of one processor (at 0% as often as at "
      "10%). p99 is of response times, lag is how late a timer of ours ran on the loop at worst.",
      kCap));
  add(all, of_half(study));
  add(all, of_lag_by_the_clock(study));
  all.push_back(ledger(all_of(study.clocked)));
  return all;
}

}  // namespace asyncmark::reproduce_cpu
