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

Study filled(const std::vector<Result>& results, bool quick) {
  Study study;
  study.quick = quick;
  study.delay = delay_of(quick);
  for (const auto& one : clients(study.delay))
    study.*one.row = row_of(one.label, one.request, results, one.published);
  for (const auto& one : servers(study.delay))
    study.*one.served = {row_of(one.label, one.request, results), one.at_once};
  return study;
}

std::string ms(Duration time) { return digits(seconds(time) * 1e3, 4); }

std::string dash_or(const std::optional<Duration>& time) { return time ? ms(*time) : "-"; }

std::string server_cpu(const Cell& cell) {
  const auto us = server_cpu_us(cell);
  return us ? digits(*us, 3) : "-";
}

std::string cpu_per_call(const Cell& cell) {
  return digits(cell.cpu_seconds() * 1e6 / static_cast<double>(cell.ops()), 3);
}

std::vector<std::string> line_of(const Row& row, const Cell& cell, Duration delay) {
  const auto least = least_of_waits(cell, cell.planned.how.cap, delay);
  std::vector<std::string> line{row.label, std::to_string(cell.ops())};
  if (!cell.timed()) {
    line.insert(line.end(), {cell.ran() ? "died !" : "-", "-", ms(least), "-", "-", "-", "-"});
    return line;
  }
  const auto time = from_seconds(cell.seconds());
  line.insert(line.end(),
              {ms(time) + (cell.sound() ? "" : " !"), interval_text(*cell.result), ms(least),
               cell.sound() ? fmt::format("{:.1f}%", seconds(least) / cell.seconds() * 100) : "-",
               std::to_string(cell.peak_in_flight()), cpu_per_call(cell), server_cpu(cell)});
  return line;
}

std::string in_detail(const Study& study) {
  Lines lines{
      {"", "N", "ms", "95% interval", "waits", "reached", "in flight", "CPU us", "server us"}};
  for (const auto* row : study.clients())
    for (const auto& cell : row->cells) lines.push_back(line_of(*row, cell, study.delay));
  return table(lines);
}

std::vector<std::string> line_of(const Served& one, Duration delay) {
  const auto& cell = one.cell();
  const auto least = ms(least_of_waits(cell, one.at_once, delay));
  std::vector<std::string> line{one.row.label};
  if (!cell.timed()) {
    line.insert(line.end(), {cell.ran() ? "died !" : "-", least, "-", "-", "-", "-", "-", "-"});
    return line;
  }
  const auto& all = cell.result->summary().all;
  const auto service = all.observed.service.value_or(ServiceUsage{});
  line.insert(
      line.end(),
      {ms(from_seconds(cell.seconds())) + (cell.sound() ? "" : " !"), least,
       dash_or(all.response_time.percentile(0.5)), dash_or(all.response_time.percentile(0.99)),
       dash_or(service.own_time.percentile(0.99)), std::to_string(service.threads),
       digits(static_cast<double>(service.peak_rss_bytes) / 1e6, 3), server_cpu(cell)});
  return line;
}

std::string server_table(const Study& study) {
  Lines lines{{"server", "all in ms", "waits ms", "p50 ms", "p99 ms", "own p99 ms", "threads", "MB",
               "CPU us"}};
  for (const auto* one : study.servers()) lines.push_back(line_of(*one, study.delay));
  return table(lines);
}

std::string print(const Context& context, const std::vector<Result>& results, bool quick) {
  const auto study = filled(results, quick);
  return title("The published table, over HTTP", context, tenth(quick)) + where(context, results) +
         study.table(study.others()) + bullets(about_the_clients(study)) +
         "## Every cell, and how near it comes to the waits alone\n\n" + in_detail(study) +
         fmt::format("## {} requests at once, by the server's model\n\n", kAtOnce) +
         server_table(study) + bullets(about_the_servers(study));
}

std::vector<Request> plan(bool quick) {
  std::vector<Request> requests;
  for (auto& one : clients(delay_of(quick))) requests.push_back(std::move(one.request));
  for (auto& one : servers(delay_of(quick))) requests.push_back(std::move(one.request));
  return requests;
}

const bool registered = Registry<ReproductionEntry>::add({
    .name = "http",
    .summary = "the same table over HTTP calls of 46 ms, then 1000 at once by the server's model",
    .plan = plan,
    .print = print,
});

}  // namespace
}  // namespace reproduce_http
}  // namespace asyncmark
