#include "reports/analysis/notes.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

#include "bench/base/visible.hpp"
#include "bench/checks/check_entry.hpp"
#include "bench/engine/executor_nice.hpp"
#include "bench/measure/loop_times.hpp"
#include "bench/model/runner_entry.hpp"
#include "bench/results/counters.hpp"

namespace asyncmark {
namespace {

const char* const kNone = "-";
const char* const kTooFew = "n/a";

bool shows_column(const Table& table, std::string_view heading) {
  return std::ranges::find(table.columns, heading, &Column::heading) != table.columns.end();
}

bool shows_any(const Table& table, std::string_view heading, const auto& is_meant) {
  for (std::size_t c = 0; c < table.columns.size(); ++c)
    if (table.columns[c].heading().starts_with(heading))
      for (const auto& row : table.rows)
        if (c < row.cells.size() && is_meant(row.cells[c])) return true;
  return false;
}

bool shows(const Table& table, std::string_view heading, const std::string& text) {
  return shows_any(table, heading, [&](const std::string& cell) { return cell == text; });
}

bool shows_bound(const Table& table) {
  for (const auto* heading : {"p", "service", "response"})
    if (shows_any(table, heading, [](const auto& cell) { return cell.starts_with("<="); }))
      return true;
  return false;
}

/// What the loops with an executor pay for handing work to it, over all of their runs.
std::optional<std::string> hop_note(const Cases& cases) {
  std::vector<Duration> cpu, alone;
  std::string runner;
  for (const auto* one : cases)
    for (const auto* run : one->finished())
      if (run->hop) {
        runner = one->what.runner;
        cpu.push_back(run->hop->cpu);
        alone.push_back(run->hop->alone);
      }
  if (cpu.empty()) return std::nullopt;
  return fmt::format(
      "{}: executor hand-off: {} CPU per task (64 in flight), {} round trip when idle; its threads "
      "run at nice {}",
      runner, rounded_text(median(cpu)), rounded_text(median(alone)), kExecutorNice);
}

/// The runners that are other programs, with what each says about itself.
std::vector<std::pair<std::string, std::string>> programs_in(const Cases& cases) {
  std::vector<std::pair<std::string, std::string>> programs;
  for (const auto* one : cases) {
    const auto runner = visible(one->what.runner);
    const auto finished = one->finished();
    if (!runner_entry(one->what.runner).program || finished.empty()) continue;
    if (std::ranges::find(programs, runner, &std::pair<std::string, std::string>::first) !=
        programs.end())
      continue;
    std::vector<std::string> facts;
    for (const auto& [about, text] : finished.front()->facts)
      facts.push_back(visible(fmt::format("{} {}", about, text)));
    programs.emplace_back(runner, fmt::format("{}", fmt::join(facts, "; ")));
  }
  return programs;
}

std::optional<std::string> self_reported_note(const Cases& cases) {
  std::vector<std::string> runners;
  for (const auto& [runner, facts] : programs_in(cases)) runners.push_back(runner);
  if (runners.empty()) return std::nullopt;
  return fmt::format("{}: self-reported, not observed by asyncmark", fmt::join(runners, ", "));
}

bool is_too_few(const Table& table) {
  return shows(table, "p50", kTooFew) || shows(table, "p99", kTooFew) ||
         shows(table, "service", kTooFew) || shows(table, "response", kTooFew);
}

/// Of those that were dropped, a service has seen the ones that were started.
std::optional<std::string> dropped_note(const Cases& cases) {
  std::uint64_t dropped = 0, started = 0;
  for (const auto* one : cases) {
    dropped += one->summary().all.never_started;
    started += one->summary().all.abandoned;
  }
  if (started == 0) return std::nullopt;
  return fmt::format("dropped: {} of {} were started, but did not end in time (--drain)", started,
                     dropped);
}

/// How many failed because of the connection, not by what the server said.
std::uint64_t without_answer(const Measurement& all) {
  constexpr std::string_view kOfConnections[] = {"reset",        "refused",      "closed",
                                                 "closed early", "time-out",     "unreachable",
                                                 "no port",      "no descriptor"};
  std::uint64_t sum = 0;
  for (const auto& [reason, times] : all.failures)
    if (std::ranges::find(kOfConnections, reason) != std::end(kOfConnections)) sum += times;
  return sum;
}

/// How many were carried out, and what a user's server counts beside these.
std::optional<std::string> counts_note(const Cases& cases) {
  Measurement sum;
  std::uint64_t warm_up = 0, warm_up_failed = 0;
  bool calls_users = programs_in(cases).empty(), settled = false;
  for (const auto* one : cases) {
    const auto& all = one->summary().all;
    sum.completed += all.completed;
    for (const auto& [reason, times] : all.failures) sum.add_failures(reason, times);
    sum.never_started += all.never_started;
    warm_up += all.warm_up;
    warm_up_failed += all.warm_up_failed;
    calls_users = calls_users && !one->what.address().empty();
    for (const auto* run : one->finished()) settled = settled || run->phases.settle > Duration(0);
  }
  std::vector<std::string> parts;
  if (sum.completed > 0 && sum.completed == operations_due(sum))
    parts.push_back(fmt::format("all {} operations succeeded", sum.completed));
  if (calls_users && warm_up > 0)
    parts.push_back(fmt::format(
        "the server also counts the warm-up: {} operation{}{}{}", warm_up, warm_up == 1 ? "" : "s",
        warm_up_failed > 0 ? fmt::format(" ({} failed)", warm_up_failed) : "",
        settled ? ", and requests that test whether it is idle again" : ""));
  if (const auto unseen = calls_users ? without_answer(sum) : 0; unseen > 0)
    parts.push_back(fmt::format("it may not count {} that failed without an answer", unseen));
  if (parts.empty()) return std::nullopt;
  return fmt::format("{}", fmt::join(parts, "; "));
}

/// The service time of an executor's operations includes the wait for a thread.
std::optional<std::string> executor_note(const Cases& cases) {
  const auto waits = [](const Result* one) {
    const auto finished = one->finished();
    return !finished.empty() && finished.front()->hop && one->how.cap > 1 && !one->what.load.rate &&
           check_rules::Subject{*one, one->summary().all, 1}.holds_the_loop();
  };
  const auto found = std::ranges::find_if(cases, waits);
  if (found == cases.end()) return std::nullopt;
  return fmt::format("{}: its percentiles include the wait for one of its threads",
                     (*found)->what.runner);
}

const char* const kInFlightNote =
    "in flight: the concurrency limit, and the peak where that differs";
const char* const kTooFewNote = "n/a: too few operations (a p99 needs 1000, a p95 200, a p90 100)";

}  // namespace

std::vector<std::string> notes_of_programs(const Cases& cases) {
  std::vector<std::string> notes;
  for (const auto& [runner, facts] : programs_in(cases))
    if (!facts.empty()) notes.push_back(fmt::format("{}: {}", runner, facts));
  if (auto note = self_reported_note(cases)) notes.push_back(std::move(*note));
  return notes;
}

void add_short_notes(Table& table, const Cases& cases) {
  if (is_too_few(table)) table.notes.push_back(kTooFewNote);
  if (shows_bound(table))
    table.notes.push_back(
        "<=: at most that, over all runs (95 % confidence; 1000 operations give the p99)");
  if (shows_any(table, "in flight",
                [](const std::string& cell) { return cell.find('/') != std::string::npos; }))
    table.notes.push_back(kInFlightNote);
  if (auto note = executor_note(cases)) table.notes.push_back(std::move(*note));
  if (auto note = dropped_note(cases)) table.notes.push_back(std::move(*note));
  if (auto note = counts_note(cases)) table.notes.push_back(std::move(*note));
  if (auto note = self_reported_note(cases)) table.notes.push_back(std::move(*note));
}

void add_notes(Table& table, const Cases& cases) {
  auto& notes = table.notes;
  if (std::ranges::all_of(cases, [](const auto* one) { return one->finished().empty(); })) return;
  if (shows_column(table, "time") && !shows_column(table, "95 % interval"))
    notes.push_back(
        "time: 6 or more repetitions give a 95 % confidence interval (--repetitions 6)");
  if (shows(table, "vs sync", "1x") && equal_cap(cases))
    notes.push_back("sync: the baseline, 1 in flight by definition");
  if (auto hop = hop_note(cases)) notes.push_back(std::move(*hop));
  for (auto& note : notes_of_programs(cases)) notes.push_back(std::move(note));
  if (is_too_few(table)) notes.push_back(kTooFewNote);
  if (shows(table, "loop lag", kTooFew))
    notes.push_back(fmt::format("loop lag n/a: too few samples (one every {}; a p99 needs 1000)",
                                exact_text(kLoopProbePeriod)));
  if (shows(table, "response", kNone))
    notes.push_back("response -: closed loop: no arrival schedule, so no response time");
  if (std::ranges::any_of(cases, [](const auto* one) { return is_partly_open(one->what.load); }))
    notes.push_back(
        "response: an operation that is due at the concurrency limit waits, and that counts");
  const auto knows_at_most = [](const auto* one) {
    return std::ranges::any_of(one->finished(), &Measurement::peak_is_upper_bound);
  };
  if (shows_column(table, "in flight")) notes.push_back(kInFlightNote);
  if (shows_column(table, "in flight") && std::ranges::any_of(cases, knows_at_most))
    notes.push_back("in flight <=: an upper bound; each loop had its peak at a different time");
  if (shows_column(table, "service asked"))
    notes.push_back("service asked: the mean length that was drawn; service mean: as measured");
  if (shows_column(table, "efficiency"))
    notes.push_back("efficiency: theoretical best time (from waits and CPU) divided by time");
  if (shows_column(table, "mem/op"))
    notes.push_back(
        "mem/op: per operation in flight, including page tables, thread stacks and kernel buffers");
}

}  // namespace asyncmark
