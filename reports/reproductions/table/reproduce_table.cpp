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

std::vector<const Row*> Study::rows() const {
  auto all = others();
  all.insert(all.begin(), &sync);
  return all;
}

std::vector<const Row*> Study::all_rows() const {
  auto all = rows();
  for (const auto* row : examples()) all.push_back(row);
  if (python_sync.cells.empty()) return all;
  all.push_back(&python_sync);
  for (const auto* row : in_python()) all.push_back(row);
  return all;
}

std::vector<const Row*> Study::in_python() const {
  return {&python_gathered, &python_capped, &python_threads, &python_processes};
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
      {&Study::example_sync, "sync", nullptr, example("sync")},
      {&Study::example_gathered, "event-loop", nullptr, example("event-loop")},
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

Study filled(const std::vector<Result>& results, bool quick) {
  auto study = blank(quick);
  for (const auto& one : planned(study))
    study.*one.row = row_of(one.label, one.request, results, one.published);
  return study;
}

std::string ms(Duration time) { return digits(seconds(time) * 1e3, 4); }

std::vector<std::string> detail(const Row& row, const Cell& cell) {
  const auto bound = cell.planned.bound ? ms(cell.planned.bound->time) : "-";
  std::vector<std::string> line{row.label, std::to_string(cell.ops())};
  if (!cell.timed()) {
    line.insert(line.end(), {cell.ran() ? "died !" : "-", "-", bound, "-", "-", "-"});
    return line;
  }
  const auto reached = cell.sound() ? cell.reached() : std::nullopt;
  line.insert(
      line.end(),
      {ms(from_seconds(cell.seconds())) + (cell.sound() ? "" : " !"), interval_text(*cell.result),
       bound, reached ? fmt::format("{:.1f}%", *reached * 100) : "-",
       std::to_string(cell.peak_in_flight()), digits(cell.cpu_seconds() * 1e3, 3)});
  return line;
}

}  // namespace

std::string in_detail(const std::vector<const Row*>& rows) {
  Lines lines{{"", "N", "median ms", "95% interval", "bound ms", "reached", "in flight", "CPU ms"}};
  for (const auto* row : rows)
    for (const auto& cell : row->cells) lines.push_back(detail(*row, cell));
  return table(lines);
}

namespace {

std::string print(const Context& context, const std::vector<Result>& results, bool quick) {
  const auto study = filled(results, quick);
  return title("The published table, run anew", context, tenth(quick)) + where(context, results) +
         study.table(study.others()) + bullets(how_to_read(study)) +
         "## Every cell, and how near it comes to the ideal\n\n" + in_detail(study.rows()) +
         fmt::format("## Two operations, of {} and {}\n\n", quick ? "200 ms" : "2 s",
                     quick ? "300 ms" : "3 s") +
         in_detail(study.examples()) + bullets({about_the_example(study)}) + of_python(study) +
         "## What the published async column can and cannot be\n\n" +
         bullets(about_the_published_column(study));
}

std::vector<Request> plan(bool quick) {
  std::vector<Request> requests;
  for (auto& one : planned(blank(quick))) requests.push_back(std::move(one.request));
  return requests;
}

const bool registered = Registry<ReproductionEntry>::add({
    .name = "table",
    .summary = "100, 500 and 1000 operations of 46 ms, sync against everything else",
    .plan = plan,
    .print = print,
    .is_default = true,
});

}  // namespace
}  // namespace reproduce_table
}  // namespace asyncmark
