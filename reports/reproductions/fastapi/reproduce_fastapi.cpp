// `asyncmark reproduce fastapi`: 1000 requests to the server of many articles, by its three kinds
// of endpoint.

#include "reports/reproductions/fastapi/reproduce_fastapi.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "bench/os/python.hpp"
#include "bench/plan/reproduction_entry.hpp"
#include "bench/services/serving.hpp"

namespace asyncmark {
namespace reproduce_fastapi {

const Asked* Study::find(const std::string& endpoint, const std::string& client) const {
  for (const auto& one : asked)
    if (one.endpoint == endpoint && one.row.label == client) return &one;
  return nullptr;
}

std::vector<const Row*> Study::all_rows() const {
  std::vector<const Row*> all;
  for (const auto& one : asked) all.push_back(&one.row);
  return all;
}

double requests_per_s(const Cell& cell) { return static_cast<double>(cell.ops()) / cell.seconds(); }

std::optional<double> server_busy(const Cell& cell) {
  if (!cell.timed()) return std::nullopt;
  const auto& all = cell.result->summary().all;
  const auto elapsed = seconds(all.elapsed());
  if (!all.observed.service || elapsed <= 0) return std::nullopt;
  return seconds(all.observed.service->cpu) / elapsed;
}

namespace {

constexpr const char* kAiohttp = "aiohttp";

struct Planned {
  std::string endpoint;
  std::string client;
  Request request;
};

/// One at a time takes long, and a repetition tells no more than one run.
Request few(const std::string& endpoint, const std::string& runner, bool quick) {
  Request request("http");
  return request.set("server", "fastapi-" + endpoint)
      .set("delay", exact_text(kDelay))
      .set("timeout", "100s")
      .set("runner", runner)
      .set("ops", quick ? "25" : "50")
      .set("warmup", "1")
      .set("repetitions", "1");
}

Request many(const std::string& endpoint, const std::string& runner, bool quick) {
  return few(endpoint, runner, quick)
      .set("ops", std::to_string(kRequests))
      .set("warmup", "100")
      .set("repetitions", quick ? "1" : "3");
}

/// In the order in which it is run and printed.
std::vector<Planned> planned(bool quick, bool with_aiohttp) {
  std::vector<Planned> all;
  const auto add = [&](const char* endpoint, const char* runner, auto request) {
    all.push_back({endpoint, runner, request(endpoint, runner, quick)});
  };
  const auto add_aiohttp = [&](const char* endpoint, auto request) {
    if (with_aiohttp)
      all.push_back({endpoint, kAiohttp, request(endpoint, "python-asyncio", quick)});
  };
  add("await", "sync", few);
  for (const auto* runner : {"thread-pool", "thread-per-op", "event-loop", "multi-loop", "hybrid"})
    add("await", runner, many);
  add_aiohttp("await", many);
  add("threads", "sync", few);
  for (const auto* runner : {"thread-pool", "thread-per-op", "event-loop"})
    add("threads", runner, many);
  add_aiohttp("threads", many);
  for (const auto* runner : {"sync", "thread-pool", "event-loop"}) add("blocking", runner, few);
  add_aiohttp("blocking", few);
  return all;
}

/// Threads that end before the last one has begun are never all in flight, and need not be.
Row only_timed(Row row) {
  for (auto& cell : row.cells) cell.needs_its_cap = false;
  return row;
}

}  // namespace

std::vector<Request> requests(bool quick, bool with_aiohttp) {
  std::vector<Request> all;
  for (auto& one : planned(quick, with_aiohttp)) all.push_back(std::move(one.request));
  return all;
}

Study study_of(const std::vector<Result>& results, bool quick) {
  const bool with_aiohttp = std::ranges::any_of(
      results, [](const Result& one) { return one.what.runner == "python-asyncio"; });
  Study study;
  for (const auto& one : planned(quick, with_aiohttp))
    study.asked.push_back({one.endpoint, only_timed(row_of(one.client, one.request, results))});
  return study;
}

namespace {

/// How Python writes the endpoint.
std::string shown(const std::string& endpoint) {
  return endpoint == "await" ? "async def" : endpoint == "threads" ? "def" : "blocking";
}

std::vector<std::string> line_of(const Asked& one) {
  const auto& cell = one.cell();
  std::vector<std::string> line{shown(one.endpoint), one.row.label, std::to_string(cell.ops()),
                                ms_of(cell)};
  if (!cell.timed()) {
    line.resize(9, "-");
    return line;
  }
  const auto& all = cell.result->summary().all;
  const auto text = [](const std::optional<Duration>& time) {
    return time ? rounded_text(*time) : "-";
  };
  const auto busy = server_busy(cell);
  line.insert(line.end(),
              {fmt::format("{:.0f}", requests_per_s(cell)), std::to_string(cell.peak_in_flight()),
               text(all.service_time.percentile(0.5)), text(all.service_time.percentile(0.99)),
               busy ? fmt::format("{:.0f} %", 100 * *busy) : "-"});
  return line;
}

Table the_table(const Study& study) {
  Lines lines{{"endpoint", "client", "N", "ms", "req/s", "in\nflight", "service\np50",
               "service\np99", "server\nCPU"}};
  for (const auto& one : study.asked) lines.push_back(line_of(one));
  auto table =
      figures("Time for N requests, over connections that are kept", std::move(lines),
              {"async def awaits asyncio.sleep; def calls time.sleep in a thread; blocking "
               "is an async def that calls time.sleep.",
               "server CPU: of one processor, while the requests ran."});
  table.columns[1].number = false;
  table.lead = 2;
  return table;
}

std::string print(const Context& context, const std::vector<Result>& results, bool quick,
                  Markup markup) {
  const auto study = study_of(results, quick);
  return text_of({.name = "fastapi",
                  .title = "FastAPI endpoints that answer after 46 ms",
                  .quick = quick ? "one run each, half as many requests one at a time" : "",
                  .claims = claims_of(study),
                  .figures = {the_table(study)},
                  .rows = study.all_rows()},
                 context, results, markup);
}

std::vector<Request> plan(bool quick) {
  // The runner starts the python3 of the PATH.
  return requests(quick, has_modules("python3", kAiohttp));
}

const bool registered = Registry<ReproductionEntry>::add({
    .name = "fastapi",
    .summary = "1000 requests to FastAPI: async def, def, and async def that blocks",
    .plan = plan,
    .print = print,
    .missing = [] { return Registry<ServiceEntry>::at("fastapi").missing(); },
});

}  // namespace
}  // namespace reproduce_fastapi
}  // namespace asyncmark
