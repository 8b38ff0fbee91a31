// `asyncmark reproduce cpu`: work that computes, under every runner, and from which share of
// computing on an event loop is the wrong answer.

#include "reports/reproductions/cpu/reproduce_cpu.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <functional>
#include <stdexcept>

#include "bench/plan/reproduction_entry.hpp"

namespace asyncmark {
namespace reproduce_cpu {

const Row& Study::row(const std::vector<Row>& rows, const std::string& runner) {
  const auto found = std::ranges::find(rows, runner, &Row::label);
  if (found == rows.end()) throw std::out_of_range(runner);
  return *found;
}

std::vector<const Row*> Study::all_rows() const {
  std::vector<const Row*> all;
  for (const auto* rows : {&hashing, &capped, &clocked})
    for (const auto& row : *rows) all.push_back(&row);
  return all;
}

std::optional<Duration> worst_lag(const Cell& cell) {
  if (!cell.timed()) return std::nullopt;
  std::vector<Duration> worst;
  for (const auto* run : cell.result->finished())
    if (run->loop.lag.count() > 0) worst.push_back(run->loop.lag.max());
  return worst.empty() ? std::nullopt : std::optional(median(worst));
}

std::optional<Duration> response_p99(const Cell& cell) {
  return cell.timed() ? cell.result->summary().all.response_time.percentile(0.99) : std::nullopt;
}

namespace {

using namespace std::chrono_literals;

constexpr std::array kRunners{"sync",       "thread-per-op", "thread-pool", "process-pool",
                              "event-loop", "multi-loop",    "hybrid"};
/// The runners that an open loop at this rate does not saturate.
constexpr std::array kConcurrent{"thread-pool", "process-pool", "event-loop", "multi-loop",
                                 "hybrid"};

constexpr std::uint64_t kCappedOps = 10 * kCap;
constexpr std::uint64_t kClockedOps = 1000;  // The fewest that have a p99.
constexpr double kBusy = 0.5;                // Of one processor, by the open loop.

Duration operation_of(bool quick) { return quick ? 500us : 5ms; }

Request hashing(const std::string& runner) {
  Request request("hash");
  request.set("runner", runner)
      .set("size", "1MiB")
      .set("ops", fmt::format("{}", fmt::join(kOps, ",")));
  return request.set("repetitions", "6");
}

Request mixed(const std::string& runner, Duration operation, int share) {
  const auto cpu = operation * share / 100;
  Request request("mixed");
  request.set("runner", runner).set("wait", exact_text(operation - cpu));
  return request.set("cpu", exact_text(cpu));
}

Request capped(const std::string& runner, Duration operation, int share) {
  auto request = mixed(runner, operation, share);
  request.set("ops", std::to_string(kCappedOps)).set("repetitions", runner == "sync" ? "1" : "3");
  if (runner != "sync") request.set("in-flight", std::to_string(kCap));
  return request;
}

/// As often as the computing of it takes half of one processor; as often as at a tenth where there
/// is none.
double rate_of(Duration operation, int share) {
  return kBusy / (seconds(operation) * (share == 0 ? 10 : share) / 100);
}

Request clocked(const std::string& runner, Duration operation, int share) {
  auto request = mixed(runner, operation, share);
  request.set("rate", fmt::format("{:g}", rate_of(operation, share))).set("arrivals", "poisson");
  request.set("in-flight", std::to_string(kCap));
  return request.set("ops", std::to_string(kClockedOps)).set("repetitions", "1");
}

using RequestByShare = Request (*)(const std::string&, Duration, int);

/// More in flight than the processors have room for wait for these, so it matters little how many.
Row computing(Row row) {
  for (auto& cell : row.cells) cell.needs_its_cap = false;
  return row;
}

Row row_by_share(const std::string& runner, RequestByShare request, Duration operation,
                 const std::vector<Result>& results) {
  Row row{runner, {}};
  for (const auto share : kShares)
    row.cells.push_back(row_of(runner, request(runner, operation, share), results).cells.front());
  return computing(row);
}

}  // namespace

Study study_of(const std::vector<Result>& results, bool quick) {
  Study study{.operation = operation_of(quick), .hashing = {}, .capped = {}, .clocked = {}};
  for (const auto* runner : kRunners) {
    study.hashing.push_back(computing(row_of(runner, hashing(runner), results)));
    study.capped.push_back(row_by_share(runner, capped, study.operation, results));
  }
  for (const auto* runner : kConcurrent)
    study.clocked.push_back(row_by_share(runner, clocked, study.operation, results));
  return study;
}

namespace {

std::string text(const std::optional<Duration>& time) { return time ? rounded_text(*time) : "-"; }

std::string cpu_per_op(const Cell& cell) {
  if (!cell.timed()) return "-";
  return rounded_text(from_seconds(cell.cpu_seconds() / static_cast<double>(cell.ops())));
}

std::string over(const Cell& cell, const Cell& sync) {
  return cell.sound() && sync.sound() ? times(sync.seconds() / cell.seconds()) : "-";
}

std::string time_text(const Cell& cell) {
  if (!cell.timed()) return ms_of(cell);
  return digits(cell.seconds(), 3) + (cell.sound() ? "" : " !");
}

std::vector<std::string> line_of(const Row& row, const Row& sync) {
  const auto& last = row.cells.back();
  std::vector<std::string> line{row.label};
  for (const auto& cell : row.cells) line.push_back(time_text(cell));
  line.insert(line.end(), {interval_text(last), over(last, sync.cells.back()), cpu_per_op(last),
                           text(response_p99(last)), text(worst_lag(last))});
  return line;
}

Table hash_table(const Study& study) {
  Lines lines{{"runner"}};
  for (const auto ops : kOps) lines[0].push_back(fmt::format("{}\ns", ops));
  lines[0].insert(lines[0].end(),
                  {"95 %\ninterval", "vs sync", "CPU/op", "resp.\np99", "loop\nlag"});
  for (const auto& row : study.hashing)
    lines.push_back(line_of(row, Study::row(study.hashing, "sync")));
  return figures("Hashing: time for N times SHA-256 over 1 MiB", std::move(lines),
                 {"All but the times are of 1000 hashes. loop lag: how late a timer on the loop "
                  "ran, at worst."});
}

/// Columns of one figure, one for each share from `first` on.
struct ByShare {
  std::string head;
  std::size_t first;
  std::function<std::string(const Row&, std::size_t share)> figure;
};

Table by_share(std::string title, const std::vector<Row>& rows, const std::vector<ByShare>& parts,
               std::vector<std::string> notes) {
  Lines lines{{"runner"}};
  for (const auto& part : parts)
    for (auto i = part.first; i < kShares.size(); ++i)
      lines[0].push_back(fmt::format("{} %\n{}", kShares[i], part.head));
  for (const auto& row : rows) {
    auto& line = lines.emplace_back(1, row.label);
    for (const auto& part : parts)
      for (auto i = part.first; i < kShares.size(); ++i) line.push_back(part.figure(row, i));
  }
  return figures(std::move(title), std::move(lines), std::move(notes));
}

Table capped_table(const Study& study) {
  const auto& sync = Study::row(study.capped, "sync");
  return by_share(
      fmt::format("{} operations of {}, by the share of it that computes", kCappedOps,
                  plain(study.operation)),
      study.capped,
      {{"s", 0, [](const Row& row, std::size_t i) { return time_text(row.cells[i]); }},
       {"×", 0, [&](const Row& row, std::size_t i) { return over(row.cells[i], sync.cells[i]); }}},
      {fmt::format("Each waits, and then computes. {} in flight, but sync, which has one. "
                   "×: times as fast as sync.",
                   kCap)});
}

Table clocked_table(const Study& study) {
  return by_share(
      "The same in an open loop: response times and loop lag", study.clocked,
      {{"p99", 0,
        [](const Row& row, std::size_t i) {
          const auto& cell = row.cells[i];
          return cell.timed() ? text(response_p99(cell)) + (cell.sound() ? "" : " !") : ms_of(cell);
        }},
       {"lag", kTenth,
        [](const Row& row, std::size_t i) { return text(worst_lag(row.cells[i])); }}},
      {"Poisson arrivals, so often that the computing takes half of one processor (at 0 % as "
       "often as at 10 %)."});
}

std::string print(const Context& context, const std::vector<Result>& results, bool quick,
                  Markup markup) {
  const auto study = study_of(results, quick);
  return text_of({.name = "cpu",
                  .title = "Operations that compute, under every runner",
                  .quick = quick ? "mixed operations of a tenth" : "",
                  .claims = claims_of(study),
                  .figures = {hash_table(study), capped_table(study), clocked_table(study)},
                  .rows = study.all_rows()},
                 context, results, markup);
}

std::vector<Request> plan(bool quick) {
  const auto operation = operation_of(quick);
  std::vector<Request> requests;
  for (const auto* runner : kRunners) requests.push_back(hashing(runner));
  for (const auto* runner : kRunners)
    for (const auto share : kShares) requests.push_back(capped(runner, operation, share));
  for (const auto* runner : kConcurrent)
    for (const auto share : kShares) requests.push_back(clocked(runner, operation, share));
  return requests;
}

const bool registered = Registry<ReproductionEntry>::add({
    .name = "cpu",
    .summary = "hashing, and work that waits and computes: where an event loop loses",
    .plan = plan,
    .print = print,
});

}  // namespace
}  // namespace reproduce_cpu
}  // namespace asyncmark
