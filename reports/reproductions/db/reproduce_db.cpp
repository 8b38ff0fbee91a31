// `asyncmark reproduce db`: queries that wait and queries that do not, over pools of connections to
// a PostgreSQL of our own.

#include "reports/reproductions/db/reproduce_db.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <stdexcept>

#include "bench/plan/reproduction_entry.hpp"
#include "reports/tables/activity.hpp"

namespace asyncmark {
namespace reproduce_db {

const Pooled& Study::pooled(const std::vector<Pooled>& rows, const std::string& runner,
                            std::uint64_t connections) {
  for (const auto& one : rows)
    if (one.runner == runner && one.connections == connections) return one;
  throw std::out_of_range(runner);
}

std::vector<const Row*> Study::all_rows() const {
  std::vector<const Row*> all;
  for (const auto* rows : {&waiting, &cheap})
    for (const auto& one : *rows) all.push_back(&one.row);
  for (const auto& one : opening) all.insert(all.end(), {&one.kept, &one.per_op});
  return all;
}

std::optional<ServerShare> server_share(const Cell& cell) {
  if (!cell.timed()) return std::nullopt;
  const auto& all = cell.result->summary().all;
  const auto& service = all.observed.service;
  const auto elapsed = seconds(all.elapsed());
  if (!service || all.completed == 0 || elapsed <= 0) return std::nullopt;
  const auto& place = all.placement.service;
  const auto processors = place.empty() ? own_cpus().size() : parse_cpus(place, "service").size();
  const auto cpu = seconds(service->cpu);
  return ServerShare{cpu * 1e6 / static_cast<double>(all.completed),
                     cpu / elapsed / static_cast<double>(processors), active_requests(all),
                     service->peak_connections};
}

double queries_per_s(const Cell& cell) { return static_cast<double>(cell.ops()) / cell.seconds(); }

double client_us(const Cell& cell) {
  return cell.cpu_seconds() * 1e6 / static_cast<double>(cell.ops());
}

namespace {

using namespace std::chrono_literals;

Duration wait_of(bool quick) { return quick ? 4600us : 46ms; }

/// `sync` has one connection, and the cap of 1 by definition.
Request over(Request request, const std::string& runner, std::uint64_t connections,
             const char* repetitions) {
  request.set("runner", runner).set("repetitions", repetitions);
  if (runner != "sync") request.set("in-flight", std::to_string(connections));
  return request;
}

/// What waits repeats itself well, and one after the other it takes long.
Request waiting(const std::string& runner, std::uint64_t connections, bool quick) {
  Request request("postgres");
  request.set("preset", "sleep");
  if (quick) request.set("wait", exact_text(wait_of(quick)));
  request.set("ops", fmt::format("{}", fmt::join(kOps, ",")));
  return over(std::move(request), runner, connections, runner == "sync" ? "1" : "3");
}

Request looking_up(const char* ops) {
  Request request("postgres");
  return request.set("preset", "point-select").set("mode", "prepared").set("ops", ops);
}

/// A thousand of these are over before the server's share of a processor can be told.
Request cheap(const std::string& runner, std::uint64_t connections, bool quick) {
  return over(looking_up(quick ? "4000" : "20000"), runner, connections, "6");
}

Request opening(const std::string& runner, const char* connect, bool quick) {
  auto request = looking_up(quick ? "100" : "1000").set("connect", connect);
  return over(std::move(request), runner, kPools.front(), "3");
}

using ByPool = Request (*)(const std::string&, std::uint64_t, bool);

std::vector<Pooled> planned(ByPool request, bool quick, const std::vector<Result>& results) {
  std::vector<Pooled> rows;
  const auto add = [&](const std::string& runner, std::uint64_t connections) {
    auto label = connections == 1 ? runner : fmt::format("{} of {}", runner, connections);
    auto row = row_of(label, request(runner, connections, quick), results);
    rows.push_back({runner, connections, std::move(row)});
  };
  add("sync", 1);
  for (const auto connections : kPools)
    for (const auto* runner : kConcurrent) add(runner, connections);
  return rows;
}

/// What is over at once seldom has all connections busy at one moment, and need not.
Row not_waiting(Row row) {
  for (auto& cell : row.cells) cell.needs_its_cap = false;
  return row;
}

}  // namespace

Study study_of(const std::vector<Result>& results, bool quick) {
  Study study{.wait = wait_of(quick),
              .waiting = planned(waiting, quick, results),
              .cheap = planned(cheap, quick, results),
              .opening = {}};
  for (auto& one : study.cheap) one.row = not_waiting(std::move(one.row));
  for (const auto* runner : {"thread-pool", "event-loop"}) {
    const auto row = [&](const char* connect) {
      return not_waiting(
          row_of(fmt::format("{}, {}", runner, connect), opening(runner, connect, quick), results));
    };
    study.opening.push_back({runner, row("pooled"), row("per-op")});
  }
  return study;
}

namespace {

std::string time_text(const Cell& cell) {
  if (!cell.timed()) return ms_of(cell);
  return digits(cell.seconds(), 3) + (cell.sound() ? "" : " !");
}

std::string faster(const Cell& cell, const Cell& sync) {
  return cell.sound() && sync.sound() ? times(sync.seconds() / cell.seconds()) : "-";
}

/// Processor time of both sides for a query, and how busy the server was.
void add_sides(std::vector<std::string>& line, const Cell& cell) {
  const auto server = server_share(cell);
  line.push_back(cell.timed() ? digits(client_us(cell), 3) : "-");
  line.push_back(server ? digits(server->cpu_us, 3) : "-");
  line.push_back(server ? fmt::format("{:.0f} %", 100 * server->busy) : "-");
}

const std::vector<std::string> kSides{"client\nCPU us", "server\nCPU us", "busy"};

Table waiting_table(const Study& study) {
  Lines lines{{"client"}};
  for (const auto ops : kOps) lines[0].push_back(fmt::format("N =\n{}", ops));
  lines[0].push_back("vs\nsync");
  lines[0].insert(lines[0].end(), kSides.begin(), kSides.end());
  lines[0].push_back("active");
  for (const auto& [runner, connections, row] : study.waiting) {
    const auto& last = row.cells.back();
    std::vector<std::string> line{row.label};
    for (const auto& cell : row.cells) line.push_back(time_text(cell));
    line.push_back(faster(last, study.waiting.front().last()));
    add_sides(line, last);
    const auto server = server_share(last);
    line.push_back(server && server->active ? digits(*server->active, 2) : "-");
    lines.push_back(std::move(line));
  }
  return figures(
      fmt::format("Queries that wait {}: time in seconds, by connections", plain(study.wait)),
      std::move(lines),
      {"active: connections with a query under way, on average. busy: of the server's "
       "processors. All but the times are of 1000 queries."});
}

std::string percentile_of(const Cell& cell, double fraction) {
  const auto time =
      cell.timed() ? cell.result->summary().all.service_time.percentile(fraction) : std::nullopt;
  return time ? rounded_text(*time) : "-";
}

std::vector<std::string> line_of(const Row& row, const Cell& against) {
  const auto& cell = row.cells.back();
  std::vector<std::string> line{
      row.label,
      cell.timed() ? fmt::format("{:.0f}{}", queries_per_s(cell), cell.sound() ? "" : " !")
                   : ms_of(cell),
      faster(cell, against), percentile_of(cell, 0.5), percentile_of(cell, 0.99)};
  add_sides(line, cell);
  return line;
}

Lines head_of_rates(const char* versus) {
  Lines lines{{"client", "per s", versus, "service\np50", "service\np99"}};
  lines[0].insert(lines[0].end(), kSides.begin(), kSides.end());
  return lines;
}

Table cheap_table(const Study& study) {
  auto lines = head_of_rates("vs\nsync");
  for (const auto& one : study.cheap) lines.push_back(line_of(one.row, study.cheap.front().last()));
  return figures("Queries that do not wait: one row by its key, prepared", std::move(lines), {});
}

Table opening_table(const Study& study) {
  auto lines = head_of_rates("vs\npooled");
  for (const auto& one : study.opening) {
    lines.push_back(line_of(one.kept, one.kept.cells.back()));
    lines.push_back(line_of(one.per_op, one.kept.cells.back()));
  }
  return figures(
      fmt::format("The same, with a connection for each query, {} in flight", kPools.front()),
      std::move(lines), {});
}

std::string print(const Context& context, const std::vector<Result>& results, bool quick,
                  Markup markup) {
  const auto study = study_of(results, quick);
  return text_of({.name = "db",
                  .title = "PostgreSQL queries by the number of connections",
                  .quick = quick ? "every wait a tenth, fewer queries" : "",
                  .claims = claims_of(study),
                  .figures = {waiting_table(study), cheap_table(study), opening_table(study)},
                  .rows = study.all_rows()},
                 context, results, markup);
}

std::vector<Request> plan(bool quick) {
  std::vector<Request> requests;
  for (const auto by_pool : {waiting, cheap}) {
    requests.push_back(by_pool("sync", 1, quick));
    for (const auto connections : kPools)
      for (const auto* runner : kConcurrent)
        requests.push_back(by_pool(runner, connections, quick));
  }
  for (const auto* runner : {"thread-pool", "event-loop"})
    for (const auto* connect : {"pooled", "per-op"})
      requests.push_back(opening(runner, connect, quick));
  return requests;
}

const bool registered = Registry<ReproductionEntry>::add({
    .name = "db",
    .summary = "PostgreSQL: queries that wait and queries that do not, by pool size",
    .plan = plan,
    .print = print,
});

}  // namespace
}  // namespace reproduce_db
}  // namespace asyncmark
