// `asyncmark reproduce stall`: a server that stalls now and then, as seen by clients that
// wait for their answers and by clients that ask by the clock.

#include "reports/reproductions/stall/reproduce_stall.hpp"

#include <fmt/format.h>

#include "bench/base/errors.hpp"
#include "bench/base/split.hpp"
#include "bench/os/spawn.hpp"
#include "bench/plan/reproduction_entry.hpp"

namespace asyncmark {
namespace reproduce_stall {

std::optional<Wrk> Wrk::parse(const std::string& printed) {
  std::optional<Duration> p50, p99;
  double rate = 0;
  for (const auto& line : lines_in(printed)) {
    const auto words = words_in(line);
    if (words.size() < 2) continue;
    const auto &name = words[0], &value = words[1];
    try {
      if (name == "50%") p50 = parse_duration(value, "wrk");
      if (name == "99%") p99 = parse_duration(value, "wrk");
      if (name == "Requests/sec:") rate = parse_real(value, "wrk");
    } catch (const UsageError&) {
      return std::nullopt;
    }
  }
  if (!p50 || !p99) return std::nullopt;
  return Wrk{*p50, *p99, rate};
}

namespace {

/// The least for a p99, and four stalls of it.
std::uint64_t ops_of(bool quick) { return quick ? 1000 : 2000; }

struct Planned {
  Row Study::*row;
  std::string label;
  Request request;
};

std::vector<Planned> planned(bool quick) {
  const auto calls = [&](const char* runner) {
    Request request("http");
    return request.set("runner", runner)
        .set("delay", exact_text(kDelay))
        .set("server-stall", fmt::format("{}@{}", exact_text(kStall), kEvery))
        .set("ops", std::to_string(ops_of(quick)))
        .set("repetitions", "1");
  };
  const auto by_the_clock = [&](const char* runner) {
    return calls(runner).set("rate", fmt::format("{:g}", kRate));
  };
  return {{&Study::closed, "sync", calls("sync")},
          {&Study::sync, "sync", by_the_clock("sync")},
          {&Study::thread_pool, "thread-pool", by_the_clock("thread-pool")},
          {&Study::event_loop, "event-loop", by_the_clock("event-loop")}};
}

/// One connection, on the processors that our own client had.
Json ask_wrk(const std::vector<Result>& results, bool quick) {
  if (results.empty()) return {};
  const auto& first = results.front();
  std::vector<std::string> words{
      "wrk", "--latency", "-t1", "-c1", quick ? "-d2s" : "-d3s", first.what.endpoint + "/"};
  if (const auto done = first.finished(); !done.empty() && !done[0]->placement.client.empty())
    words.insert(words.begin(), {"taskset", "-c", done[0]->placement.client});
  return {{"wrk", output_of(words)}};
}

}  // namespace

Study study_of(const Context& context, const std::vector<Result>& results, bool quick) {
  Study study;
  for (const auto& one : planned(quick)) study.*one.row = row_of(one.label, one.request, results);
  if (const auto others = context.facts.find("others"); others != context.facts.end())
    study.wrk = Wrk::parse(others->value("wrk", ""));
  return study;
}

namespace {

std::string text(const std::optional<Duration>& time) { return time ? rounded_text(*time) : "-"; }

std::vector<std::string> line_of(const Row& row, const std::string& loop) {
  const auto& cell = row.cells.front();
  std::vector<std::string> line{row.label, loop};
  if (!cell.timed()) {
    line.resize(9, "-");
    return line;
  }
  const auto& all = cell.result->summary().all;
  const auto& service = all.observed.service;
  const auto& slowest = all.response_time.count() > 0 ? all.response_time : all.service_time;
  if (!cell.sound()) line[0] += " !";
  line.insert(line.end(),
              {digits(all.ops_per_s(), 3), text(all.service_time.percentile(0.5)),
               text(all.service_time.percentile(0.99)), text(all.response_time.percentile(0.5)),
               text(all.response_time.percentile(0.99)), rounded_text(slowest.max()),
               service ? text(service->own_time.percentile(0.99)) : "-"});
  return line;
}

Table the_table(const Study& study) {
  Lines lines{{"client", "loop", "ops/s", "service\np50", "service\np99", "resp.\np50",
               "resp.\np99", "worst", "server's\nown p99"}};
  lines.push_back(line_of(study.closed, "closed"));
  if (const auto& wrk = study.wrk)
    lines.push_back({"wrk", "closed", digits(wrk->ops_per_s, 3), rounded_text(wrk->p50),
                     rounded_text(wrk->p99), "-", "-", "-", "-"});
  for (const auto* row : study.open()) lines.push_back(line_of(*row, "open"));
  return figures("Service and response times", std::move(lines),
                 {fmt::format("The server answers after {}, and stalls at every {}th request.",
                              plain(kDelay), kEvery),
                  fmt::format("Open loop: {:g} requests/s, on the same arrivals.", kRate),
                  "wrk 4 adds requests that it did not send to its percentiles, by arithmetic."});
}

std::string print(const Context& context, const std::vector<Result>& results, bool quick,
                  Markup markup) {
  const auto study = study_of(context, results, quick);
  return text_of({.name = "stall",
                  .title = fmt::format("A server that stalls for {}, and which figures show it",
                                       plain(kStall)),
                  .quick = quick ? "half as many operations" : "",
                  .claims = claims_of(study),
                  .figures = {the_table(study)},
                  .rows = study.rows()},
                 context, results, markup);
}

std::vector<Request> plan(bool quick) {
  std::vector<Request> requests;
  for (auto& one : planned(quick)) requests.push_back(std::move(one.request));
  return requests;
}

const bool registered = Registry<ReproductionEntry>::add({
    .name = "stall",
    .summary = "a server that stalls, measured with a closed and an open loop",
    .plan = plan,
    .print = print,
    .ask_others = ask_wrk,
});

}  // namespace
}  // namespace reproduce_stall
}  // namespace asyncmark
