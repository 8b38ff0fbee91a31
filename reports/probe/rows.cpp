#include "reports/probe/rows.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "reports/probe/words.hpp"

namespace asyncmark {
namespace {

std::string time_text(double time_s) {
  return time_s > 0 ? rounded_text(from_seconds(time_s)) : "-";
}

std::string per_s_text(double per_s) { return per_s > 0 ? rounded_count(per_s) : "-"; }

std::string connections_text(const EndpointProbe& endpoint) {
  return has_advice(endpoint) ? std::to_string(endpoint.advice->connections) : "-";
}

std::vector<std::string> notes_of(const EndpointProbe& endpoint) {
  const auto& model = endpoint.model;
  std::vector<std::string> notes;
  if (const auto interval = interval_text(model); interval != "-")
    notes.push_back(fmt::format("served at once: {} (95 % interval)", interval));
  const auto& unloaded = endpoint.unloaded;
  notes.push_back(fmt::format("unloaded: mean {} with pauses, {} without",
                              time_text(unloaded.spaced_s), time_text(unloaded.back_to_back_s)));
  if (unloaded.server_cpu_s)
    notes.push_back(
        fmt::format("of that the server computes {}", time_text(*unloaded.server_cpu_s)));
  if (endpoint.advice && endpoint.advice->threads_over_loop)
    notes.push_back(
        fmt::format("threads reach {:.3g}x of an event loop (+-{:.1f} %) at {} in flight",
                    *endpoint.advice->threads_over_loop, endpoint.advice->noise * 100,
                    endpoint.advice->connections));
  if (!model.rivals.empty())
    notes.push_back(fmt::format("fits as well: {}", fmt::join(model.rivals, "; ")));
  if (!endpoint.stopped.empty()) notes.push_back("stopped: " + endpoint.stopped);
  if (endpoint.cut) notes.push_back("the time was over before more in flight could be tried");
  return notes;
}

/// What is odd about an endpoint, for the table without --explain too.
std::string remark_of(const EndpointProbe& endpoint) {
  std::vector<std::string> parts;
  if (endpoint.model.falls_to)
    parts.push_back(fmt::format("throughput falls to {:.0f} % with more in flight",
                                *endpoint.model.falls_to * 100));
  if (endpoint.model.unfair)
    parts.push_back("unfair queue: most operations are much faster than the mean");
  if (endpoint.unloaded.delayed_ack && endpoint.model.bottleneck != Bottleneck::delayed_ack)
    parts.push_back("delayed ACK: operations without pauses take 40 ms longer");
  const auto overflowing = std::ranges::find_if(
      endpoint.points, [](const LoadPoint& point) { return point.overflows > 0; });
  if (overflowing != endpoint.points.end())
    parts.push_back(
        fmt::format("the listen queue overflows at {} in flight, so connections wait 1 s",
                    overflowing->in_flight));
  constexpr double kMuch = 0.25;  // Of the processor time.
  if (endpoint.others >= kMuch)
    parts.push_back(
        fmt::format("uncertain: other programs used {:.0f} % of the CPU", endpoint.others * 100));
  const auto failing = std::ranges::find_if(
      endpoint.points, [](const LoadPoint& point) { return point.failed > 0.01; });
  if (failing != endpoint.points.end())
    parts.push_back(fmt::format("{:.0f} % fail at {} in flight ({})", failing->failed * 100,
                                failing->in_flight, failing->reason));
  return fmt::format("{}", fmt::join(parts, "; "));
}

}  // namespace

Table probe_table(const Probe& probe) {
  Table table;
  table.title = "Limits of each endpoint";
  table.columns = {{"", "endpoint", false}, {"at", "once"},   {"unloaded", "p50"},
                   {"best", "ops/s"},       {"", "capacity"}, {"", "bottleneck", false},
                   {"", "connections"}};
  for (const auto& endpoint : probe.endpoints) {
    Row row{{endpoint.name}, endpoint.failed.empty() ? remark_of(endpoint) : endpoint.failed};
    if (endpoint.failed.empty())
      row.cells = {endpoint.name,
                   at_once_text(endpoint.model),
                   time_text(endpoint.unloaded.p50_s),
                   per_s_text(endpoint.model.best_per_s),
                   capacity_text(endpoint.capacity),
                   bottleneck_text(endpoint),
                   connections_text(endpoint)};
    table.rows.push_back(std::move(row));
  }
  if (probe.slo) return table;
  constexpr std::ptrdiff_t kCapacity = 4;
  table.columns.erase(table.columns.begin() + kCapacity);
  for (auto& row : table.rows)
    if (row.cells.size() > 1) row.cells.erase(row.cells.begin() + kCapacity);
  return table;
}

Table sweep_table(const EndpointProbe& endpoint) {
  Table table;
  table.title = fmt::format("{}: closed loops by operations in flight", endpoint.name);
  table.columns = {{"in", "flight"}, {"", "ops/s"},      {"", "mean"},      {"", "p50"},
                   {"", "failed"},   {"server", "CPUs"}, {"client", "CPUs"}};
  for (const auto& point : endpoint.points)
    table.rows.push_back({{std::to_string(point.in_flight), per_s_text(point.per_s),
                           time_text(point.mean_s), time_text(point.p50_s),
                           point.failed > 0 ? fmt::format("{:.1f} %", point.failed * 100) : "0",
                           point.server ? fmt::format("{:.2f}", point.server->busy) : "-",
                           fmt::format("{:.2f}", point.client_cpu)},
                          point.reason});
  table.notes = notes_of(endpoint);
  return table;
}

Table steps_table(const EndpointProbe& endpoint, const Slo& slo) {
  Table table;
  table.title = fmt::format("{}: open loops by rate, Poisson arrivals", endpoint.name);
  table.columns = {{"", "rate"}, {"response", slo.percentile}, {"within", "SLO", false}};
  bool few = false;
  for (const auto& step : endpoint.capacity->steps) {
    const auto* const mark = step.few ? " *" : "";
    few = few || step.few;
    table.rows.push_back({{per_s_text(step.per_s) + "/s",
                           step.slow_s ? time_text(*step.slow_s) + mark : std::string("failed"),
                           step.passed ? "yes" : "no"},
                          ""});
  }
  if (few) table.notes.push_back("*: from fewer operations than this percentile needs");
  return table;
}

}  // namespace asyncmark
