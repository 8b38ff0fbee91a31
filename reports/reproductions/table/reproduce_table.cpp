// `asyncmark reproduce table`: the published table of 100, 500 and 1000 waiting operations, run
// anew and printed beside the published cells.

#include "reports/reproductions/table/reproduce_table.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <tuple>

#include "bench/base/shell_words.hpp"
#include "bench/plan/plan.hpp"
#include "bench/plan/reproduction_entry.hpp"

namespace asyncmark {
namespace reproduce_table {

std::vector<const Row*> Study::others() const {
  return {&thread_per_op, &thread_pool, &unbounded, &capped, &computing, &process_pool};
}

std::vector<const Row*> Study::in_python() const {
  if (python_sync.cells.empty()) return {};
  return {&python_gathered, &python_capped, &python_threads, &python_processes};
}

std::vector<const Row*> Study::all_rows() const {
  std::vector<const Row*> all{&sync};
  for (const auto* row : others()) all.push_back(row);
  all.insert(all.end(), {&example_sync, &example_gathered});
  if (!python_sync.cells.empty()) all.push_back(&python_sync);
  for (const auto* row : in_python()) all.push_back(row);
  return all;
}

namespace {

using namespace std::chrono_literals;

struct Planned {
  Row Study::*row;
  std::string label;
  const std::array<Published, kColumns>* published;
  Request request;
};

Request sleeps(const std::string& runner, const std::string& ops, int repetitions) {
  Request request("sleep");
  request.set("runner", runner).set("ops", ops).set("repetitions", std::to_string(repetitions));
  return request;
}

/// What is run, in the order in which it is run and printed. Six repetitions are the fewest that
/// give the median a 95 % interval; the long cells run once.
std::vector<Planned> planned(const Study& study) {
  const auto all = fmt::format("{}", fmt::join(kOps, ","));
  const auto cap = std::to_string(kCap);
  const auto wait = exact_text(study.wait);
  const auto many = [&](const char* runner) { return sleeps(runner, all, 6).set("wait", wait); };
  const auto example = [&](const char* runner) {
    return sleeps(runner, "2", 1)
        .set("wait", study.quick ? "200ms" : "2s")
        .set("stall", study.quick ? "100ms@2" : "1s@2");
  };
  const auto* async = &kPublishedAsync;
  std::vector<Planned> rows{
      {&Study::sync, "sync", &kPublishedSync, sleeps("sync", all, 1).set("wait", wait)},
      {&Study::thread_per_op, "thread-per-op", async, many("thread-per-op")},
      {&Study::thread_pool, "thread-pool of 28", async, many("thread-pool").set("in-flight", cap)},
      {&Study::unbounded, "event-loop, unbounded", async, many("event-loop")},
      {&Study::capped, "event-loop of 28", async, many("event-loop").set("in-flight", cap)},
      {&Study::computing, "event-loop + CPU", async,
       sleeps("event-loop", all, 6)
           .set("wait", exact_text(study.computing_wait))
           .set("cpu", exact_text(study.computing_cpu))},
      {&Study::process_pool, "process-pool of 28", async,
       many("process-pool").set("in-flight", cap)},
      {&Study::example_sync, "two, sync", nullptr, example("sync")},
      {&Study::example_gathered, "two, event-loop", nullptr, example("event-loop")},
  };
  if (!find_program("python3")) return rows;
  const auto one_thread = sleeps("python-threads", all, 1).set("wait", wait).set("in-flight", "1");
  rows.push_back({&Study::python_sync, "python sync", &kPublishedSync, one_thread});
  rows.push_back({&Study::python_gathered, "python asyncio gather", async, many("python-asyncio")});
  for (const auto& [row, label, runner] :
       {std::tuple{&Study::python_capped, "python asyncio 28", "python-asyncio"},
        {&Study::python_threads, "python threads 28", "python-threads"},
        {&Study::python_processes, "python processes 28", "python-processes"}})
    rows.push_back({row, label, async, many(runner).set("in-flight", cap)});
  return rows;
}

Study blank(bool quick) {
  const auto scaled = [&](Duration full) { return quick ? full / 10 : full; };
  Study study;
  study.quick = quick;
  study.wait = scaled(46ms);
  study.computing_wait = scaled(44300us);
  study.computing_cpu = scaled(1660us);
  return study;
}

}  // namespace

Study study_of(const std::vector<Result>& results, bool quick) {
  auto study = blank(quick);
  for (const auto& one : planned(study))
    study.*one.row = row_of(one.label, one.request, results, one.published);
  return study;
}

namespace {

std::vector<std::string> detail(const Row& row, const Cell& cell) {
  const auto reached = cell.sound() ? cell.reached() : std::nullopt;
  const bool timed = cell.timed();
  return {row.label,
          std::to_string(cell.ops()),
          ms_of(cell),
          interval_text(cell),
          cell.planned.bound ? digits(seconds(cell.planned.bound->time) * 1e3, 4) : "-",
          reached ? fmt::format("{:.1f} %", *reached * 100) : "-",
          timed ? std::to_string(cell.peak_in_flight()) : "-",
          timed ? digits(cell.cpu_seconds() * 1e3, 3) : "-"};
}

Table in_detail(const Study& study) {
  Lines lines{{"", "N", "ms", "95 %\ninterval", "ideal\nms", "reached", "in\nflight", "CPU\nms"}};
  for (const auto* row : study.all_rows())
    for (const auto& cell : row->cells) lines.push_back(detail(*row, cell));
  return figures("Every case: time for N operations", std::move(lines),
                 {"ideal: N over the limit in flight (rounded up), times one wait.",
                  "reached: ideal over measured. CPU: of all threads and processes."});
}

/// The rows in Python, by their own sync.
Table python_table(const Study& study) {
  Comparison python;
  python.quick = study.quick;
  python.sync = study.python_sync;
  return python.table("The same in Python, in seconds", study.in_python());
}

std::string print(const Context& context, const std::vector<Result>& results, bool quick,
                  Markup markup) {
  const auto study = study_of(results, quick);
  Account account{.name = "table",
                  .title = "Published table: 100, 500 and 1000 operations that wait 46 ms",
                  .quick = tenth(quick),
                  .claims = claims_of(study),
                  .figures = {study.table("Time for all operations, in seconds", study.others())},
                  .rows = study.all_rows()};
  if (!study.in_python().empty()) account.figures.push_back(python_table(study));
  account.figures.push_back(in_detail(study));
  return text_of(account, context, results, markup);
}

std::vector<Request> plan(bool quick) {
  std::vector<Request> requests;
  for (auto& one : planned(blank(quick))) requests.push_back(std::move(one.request));
  return requests;
}

const bool registered = Registry<ReproductionEntry>::add({
    .name = "table",
    .summary = "100, 500 and 1000 operations of 46 ms, sync and all other runners",
    .plan = plan,
    .print = print,
    .is_default = true,
});

}  // namespace
}  // namespace reproduce_table
}  // namespace asyncmark
