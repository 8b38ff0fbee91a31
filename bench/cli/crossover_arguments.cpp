#include "bench/cli/crossover_arguments.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "bench/base/errors.hpp"
#include "bench/base/nearest.hpp"
#include "bench/cli/flags.hpp"
#include "bench/cli/unknown.hpp"
#include "bench/model/workload_entry.hpp"

namespace asyncmark {
namespace {

constexpr const char* kSearch = "Search";
constexpr const char* kCrossoverOutput = "Output";

constexpr std::pair<const char*, CrossoverMetric> kMetrics[] = {
    {"time", CrossoverMetric::time},
    {"p50", CrossoverMetric::p50},
    {"p99", CrossoverMetric::p99},
    {"cpu", CrossoverMetric::cpu},
    {"memory", CrossoverMetric::memory}};

/// That of an open loop is its response time, for its length is given.
CrossoverMetric metric_named(const std::string& given, bool open_loop) {
  if (given.empty()) return open_loop ? CrossoverMetric::p50 : CrossoverMetric::time;
  if (given == "time" && open_loop)
    throw UsageError(
        "--metric: the time of a run with --rate is given; use p50, p99, cpu or memory");
  std::vector<std::string> names;
  for (const auto& [name, metric] : kMetrics) {
    if (given == name) return metric;
    names.push_back(name);
  }
  throw UsageError(fmt::format("--metric: no metric '{}'; give time, p50, p99, cpu or memory{}",
                               given, suggestion(given, names)));
}

void add_crossed_workload(CLI::App& crossover, Arguments& arguments,
                          const WorkloadEntry& workload) {
  auto& app = *crossover.add_subcommand(workload.name, workload.summary);
  add_case_options(app, arguments.options, workload);
  auto& crossed = arguments.crossed;
  add_value(app, "--over", crossed.over, "OPTION=LOW..HIGH",
            "the option to search, with its range, such as wait=1ms..100ms", kSearch);
  add_value(app, "--metric", crossed.metric, "NAME",
            "time (a run, per operation), p50, p99, cpu or memory (default: time; p50 with --rate)",
            kSearch);
  add_value(app, "--budget", crossed.budget, "DURATION", "longest time", kSearch);
  std::string formats;
  for (const auto& entry : Registry<CrossoverEntry>::all())
    formats += (formats.empty() ? "" : ", ") + entry.name;
  add_value(app, "--format", crossed.format, "NAME", "output format: " + formats, kCrossoverOutput);
  add_file(app, "--out", crossed.out,
           "write all measured cases to this file, as JSON; 'asyncmark report' shows it",
           kCrossoverOutput);
  add_progress(app, crossed.progress, crossed.quiet, kCrossoverOutput);
  app.allow_extras();
}

}  // namespace

void Grammar::add_crossover() {
  crossover->require_subcommand(0, 1);
  crossover->allow_extras();
  for (const auto& workload : Registry<WorkloadEntry>::all())
    add_crossed_workload(*crossover, arguments, workload);
  crossover->footer(
      "Options of a workload: asyncmark crossover WORKLOAD --help\n\n"
      "Exit codes:\n"
      "  0  the search ended, with or without a crossover\n"
      "  4  a run failed\n\n"
      "Examples:\n"
      "  # How long must an operation wait for an event loop to beat threads?\n"
      "  asyncmark crossover sleep --ops 200 --runner thread-per-op,event-loop --over "
      "wait=10us..10ms\n"
      "  # Above which concurrency do threads use less CPU than processes?\n"
      "  asyncmark crossover hash --runner process-pool,thread-pool --over in-flight=1..64 "
      "--metric cpu");
}

CrossoverRequest crossover_request(const Grammar& grammar,
                                   const std::vector<std::string>& command) {
  const auto chosen = grammar.crossover->get_subcommands();
  const auto rest = grammar.app.remaining(true);
  if (chosen.empty() && !rest.empty() && stands_for_workload(rest[0]))
    throw unknown_workload(rest[0], "crossover");
  if (chosen.empty())
    throw UsageError(
        "crossover: give a workload, such as sleep (see 'asyncmark crossover --help')");
  if (!rest.empty()) throw unknown(rest[0], grammar.app, command);
  const auto& crossed = grammar.arguments.crossed;
  const auto& options = grammar.arguments.options;
  if (crossed.over.empty())
    throw UsageError("--over: give the option to search and its range, such as wait=1ms..100ms");
  const auto is_given = [&](const std::string& name) {
    return std::ranges::any_of(options, [&](const auto& one) { return one.first == name; });
  };
  if (!is_given("runner"))
    throw UsageError("--runner: give the two runners to compare, such as sync,event-loop");
  const auto workload = chosen[0]->get_name();
  CrossoverRequest request{.workload = workload, .base = Request(workload)};
  request.range = ValueRange::parse(crossed.over);
  const bool open_loop = is_given("rate") || request.range.option == "rate";
  request.metric = metric_named(crossed.metric, open_loop);
  // One number of operations, where `run` would take several.
  const auto& over = request.range.option;
  if (!is_given("ops") && !is_given("duration") && over != "ops" && over != "duration")
    request.base.set("ops", "100");
  for (const auto& [name, text] : options) request.base.set(name, text);
  request.budget = parse_duration(crossed.budget, "--budget");
  if (request.budget < std::chrono::seconds(1)) throw UsageError("--budget: must be at least 1s");
  request.progress = progress_mode(crossed.progress, crossed.quiet);
  request.out = crossed.out;
  request.command = command;
  request.print = Registry<CrossoverEntry>::at(crossed.format).text;
  return request;
}

}  // namespace asyncmark
