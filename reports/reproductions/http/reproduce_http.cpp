// `asyncmark reproduce http`: the published table over real HTTP calls, and 1000 requests at once
// against servers of both models.

#include "reports/reproductions/http/reproduce_http.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "bench/plan/reproduction_entry.hpp"

namespace asyncmark {
namespace reproduce_http {

Duration least_of_waits(const Cell& cell, std::uint64_t at_once, Duration delay) {
  const auto together = std::min(at_once, cell.ops());
  return delay * static_cast<int>((cell.ops() + together - 1) / together);
}

std::optional<double> server_cpu_us(const Cell& cell) {
  if (!cell.ran()) return std::nullopt;
  const auto& service = cell.result->summary().all.observed.service;
  const auto cpu = service ? service->cpu_per_request() : std::nullopt;
  return cpu ? std::optional(seconds(*cpu) * 1e6) : std::nullopt;
}

std::vector<const Row*> Study::others() const {
  return {&thread_pool, &unbounded, &capped, &process_pool};
}

std::vector<const Row*> Study::clients() const {
  auto all = others();
  all.insert(all.begin(), &sync);
  return all;
}

std::vector<const Served*> Study::servers() const {
  return {&kept_loop, &loop, &kept_threads, &threads, &few_threads, &one_thread};
}

std::vector<const Row*> Study::all_rows() const {
  auto all = clients();
  for (const auto* one : servers()) all.push_back(&one->row);
  return all;
}

namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t kAtOnce = 1000;
constexpr std::uint64_t kFewThreads = 32;

Request calls(Duration delay, const std::string& runner, const std::string& ops, int repetitions) {
  Request request("http");
  request.set("delay", exact_text(delay)).set("runner", runner).set("ops", ops);
  return request.set("repetitions", std::to_string(repetitions));
}

struct Client {
  Row Study::*row;
  std::string label;
  const std::array<Published, kColumns>* published;
  Request request;
};

/// Six repetitions are the fewest that give the median a 95 % interval; the long cells run once.
std::vector<Client> clients(Duration delay) {
  const auto all = fmt::format("{}", fmt::join(kOps, ","));
  const auto cap = std::to_string(kCap);
  const auto many = [&](const char* runner) { return calls(delay, runner, all, 6); };
  const auto* async = &kPublishedAsync;
  return {
      {&Study::sync, "sync", &kPublishedSync, calls(delay, "sync", all, 1)},
      {&Study::thread_pool, "thread-pool of 28", async, many("thread-pool").set("in-flight", cap)},
      {&Study::unbounded, "event-loop, unbounded", async, many("event-loop")},
      {&Study::capped, "event-loop of 28", async, many("event-loop").set("in-flight", cap)},
      {&Study::process_pool, "process-pool of 28", async,
       many("process-pool").set("in-flight", cap)},
  };
}

struct Server {
  Served Study::*served;
  std::string label;
  std::uint64_t at_once;
  Request request;
};

std::vector<Server> servers(Duration delay) {
  // The last in line waits for all before it, which is no failure here.
  const auto base = [&](const char* connect, int repetitions) {
    return calls(delay, "event-loop", std::to_string(kAtOnce), repetitions)
        .set("connect", connect)
        .set("timeout", "100s");
  };
  const auto pool = [&](std::uint64_t workers, const char* connect, int repetitions) {
    return base(connect, repetitions)
        .set("server", "thread-pool")
        .set("server-workers", std::to_string(workers));
  };
  return {
      {&Study::kept_loop, "event loop, kept", kAtOnce, base("pooled", 6)},
      {&Study::loop, "event loop", kAtOnce, base("per-op", 6)},
      {&Study::kept_threads, "1000 threads, kept", kAtOnce, pool(kAtOnce, "pooled", 6)},
      {&Study::threads, "1000 threads", kAtOnce, pool(kAtOnce, "per-op", 6)},
      {&Study::few_threads, "32 threads", kFewThreads, pool(kFewThreads, "per-op", 6)},
      {&Study::one_thread, "1 thread", 1, pool(1, "per-op", 1)},
  };
}

Duration delay_of(bool quick) { return quick ? 4600us : 46ms; }

}  // namespace

Study study_of(const std::vector<Result>& results, bool quick) {
  Study study;
  study.quick = quick;
  study.delay = delay_of(quick);
  for (const auto& one : clients(study.delay))
    study.*one.row = row_of(one.label, one.request, results, one.published);
  for (const auto& one : servers(study.delay))
    study.*one.served = {row_of(one.label, one.request, results), one.at_once};
  return study;
}

namespace {

std::string ms_or_dash(const std::optional<Duration>& time) {
  return time ? digits(seconds(*time) * 1e3, 4) : "-";
}

std::string server_cpu(const Cell& cell) {
  const auto us = server_cpu_us(cell);
  return us ? digits(*us, 3) : "-";
}

std::vector<std::string> line_of(const Row& row, const Cell& cell, Duration delay) {
  const auto least = least_of_waits(cell, cell.planned.how.cap, delay);
  const bool timed = cell.timed();
  return {row.label,
          std::to_string(cell.ops()),
          ms_of(cell),
          interval_text(cell),
          cell.sound() ? fmt::format("{:.1f} %", seconds(least) / cell.seconds() * 100) : "-",
          timed ? std::to_string(cell.peak_in_flight()) : "-",
          timed ? digits(cell.cpu_seconds() * 1e6 / static_cast<double>(cell.ops()), 3) : "-",
          server_cpu(cell)};
}

Table client_table(const Study& study) {
  Lines lines{{"client", "N", "ms", "95 %\ninterval", "reached", "in\nflight", "client\nCPU us",
               "server\nCPU us"}};
  for (const auto* row : study.clients())
    for (const auto& cell : row->cells) lines.push_back(line_of(*row, cell, study.delay));
  return figures(
      "Every client: time for N calls, over connections that are kept", std::move(lines),
      {"reached: N over the limit in flight (rounded up) times one wait, over the time measured.",
       "CPU: for one call."});
}

std::vector<std::string> line_of(const Served& one, Duration delay) {
  const auto& cell = one.cell();
  std::vector<std::string> line{one.row.label, ms_of(cell),
                                digits(seconds(least_of_waits(cell, one.at_once, delay)) * 1e3, 4)};
  if (!cell.timed()) {
    line.resize(9, "-");
    return line;
  }
  const auto& all = cell.result->summary().all;
  const auto service = all.observed.service.value_or(ServiceUsage{});
  line.insert(line.end(),
              {ms_or_dash(all.response_time.percentile(0.5)),
               ms_or_dash(all.response_time.percentile(0.99)),
               ms_or_dash(service.own_time.percentile(0.99)), std::to_string(service.threads),
               digits(static_cast<double>(service.peak_rss_bytes) / 1e6, 3), server_cpu(cell)});
  return line;
}

Table server_table(const Study& study) {
  Lines lines{{"server", "all\nms", "waits\nms", "p50\nms", "p99\nms", "own p99\nms", "threads",
               "MB", "CPU\nus"}};
  for (const auto* one : study.servers()) lines.push_back(line_of(*one, study.delay));
  return figures(fmt::format("{} requests at once, by the server's model", kAtOnce),
                 std::move(lines),
                 {"kept: connections are open before; the others connect as part of each request.",
                  "waits: what the server's waits alone take. p50, p99: response times.",
                  "own p99: from a request's arrival in the server to its answer."});
}

std::string print(const Context& context, const std::vector<Result>& results, bool quick,
                  Markup markup) {
  const auto study = study_of(results, quick);
  return text_of({.name = "http",
                  .title = "Published table over HTTP: calls that the server answers after 46 ms",
                  .quick = tenth(quick),
                  .claims = claims_of(study),
                  .figures = {study.table("Time for all calls, in seconds", study.others()),
                              server_table(study), client_table(study)},
                  .rows = study.all_rows()},
                 context, results, markup);
}

std::vector<Request> plan(bool quick) {
  std::vector<Request> requests;
  for (auto& one : clients(delay_of(quick))) requests.push_back(std::move(one.request));
  for (auto& one : servers(delay_of(quick))) requests.push_back(std::move(one.request));
  return requests;
}

const bool registered = Registry<ReproductionEntry>::add({
    .name = "http",
    .summary = "'table' with HTTP calls of 46 ms; then 1000 at once, by server model",
    .plan = plan,
    .print = print,
});

}  // namespace
}  // namespace reproduce_http
}  // namespace asyncmark
