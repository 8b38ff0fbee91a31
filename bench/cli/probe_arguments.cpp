#include "bench/cli/probe_arguments.hpp"

#include <fmt/format.h>

#include "bench/base/errors.hpp"
#include "bench/cli/flags.hpp"
#include "bench/cli/unknown.hpp"
#include "bench/model/workload_entry.hpp"
#include "bench/probe/probe_entry.hpp"
#include "bench/probe/probe_gates.hpp"

namespace asyncmark {
namespace {

constexpr const char* kProbe = "Probe";
constexpr std::int64_t kMostInFlight = 100'000;
/// Operations in flight, if neither the user nor the workload says how many to try.
constexpr std::uint64_t kUsual = 512;

void add_probed_workload(CLI::App& probe, Arguments& arguments, const WorkloadEntry& workload) {
  auto& app = *probe.add_subcommand(workload.name, workload.summary);
  auto& probed = arguments.probed;
  for (const auto& spec : workload.options) {
    if (spec.name != workload.address_option) {
      add_declared(app, arguments.options, spec, "Operation");
      continue;
    }
    add_repeated(
        app, spec.name, [&probed](const auto& all) { probed.addresses = all; }, spec.value_name(),
        spec.help_text() + "; several are probed one after the other", "Operation");
  }
  add_value(app, "--slo", probed.slo, "LIMIT",
            "find the highest rate within this limit, such as p99=100ms", kProbe);
  add_value(app, "--budget", probed.budget, "DURATION", "longest time for each endpoint", kProbe);
  add_value(app, "--in-flight", probed.in_flight, "N",
            fmt::format("most operations in flight to try (default: {})",
                        std::min<std::uint64_t>(kUsual, workload.usual_cap)),
            kProbe);
  add_value(app, "--runner", probed.runner, "NAME",
            "runner that measures; thread-pool where operations block their thread", kProbe);
  constexpr const char* kProbeOutput = "Output";
  app.add_flag("--explain", probed.explain, "also print the measurements behind the result")
      ->group(kProbeOutput);
  std::string formats;
  for (const auto& entry : Registry<ProbeEntry>::all())
    formats += (formats.empty() ? "" : ", ") + entry.name;
  add_value(app, "--format", probed.format, "NAME", "output format: " + formats, kProbeOutput);
  add_file(app, "--out", probed.out,
           "write all measured cases to this file, as JSON; 'asyncmark report' shows it",
           kProbeOutput);
  add_file(app, "--junit", probed.junit, "write JUnit's XML, as --fail-on judges endpoints",
           kProbeOutput);
  add_value(app, "--fail-on", probed.fail_on, "LIST",
            "exit with code 3 for: slo, failed, no-verdict, bottlenecks such as blocked",
            kProbeOutput);
  add_progress(app, probed.progress, probed.quiet, kProbeOutput);
  app.allow_extras();
}

/// The usual number is as large as the service of the workload usually takes.
std::uint64_t most_in_flight(const std::string& given, const WorkloadEntry& workload) {
  if (given.empty()) return std::min(kUsual, workload.usual_cap);
  return static_cast<std::uint64_t>(parse_count(given, "--in-flight", 1, kMostInFlight));
}

}  // namespace

void Grammar::add_probe() {
  probe->require_subcommand(0, 1);
  probe->allow_extras();
  for (const auto& workload : Registry<WorkloadEntry>::all())
    if (may_be_probed(workload)) add_probed_workload(*probe, arguments, workload);
  probe->footer(
      "Options of a workload: asyncmark probe WORKLOAD --help\n\n"
      "Exit codes:\n"
      "  0  each endpoint was probed\n"
      "  3  --fail-on found something\n"
      "  4  an endpoint could not be measured\n\n"
      "Examples:\n"
      "  # How many requests does it serve at once, and what limits it?\n"
      "  asyncmark probe http --url http://127.0.0.1:8080/\n"
      "  # Up to which rate does p99 stay below 100 ms?\n"
      "  asyncmark probe http --url http://127.0.0.1:8080/ --slo p99=100ms\n"
      "  # In CI: fail if an endpoint blocks or fails.\n"
      "  asyncmark probe http --url http://127.0.0.1:8080/ --fail-on blocked,failed");
}

ProbeRequest probe_request(const Grammar& grammar, const std::vector<std::string>& command) {
  const auto chosen = grammar.probe->get_subcommands();
  const auto rest = grammar.app.remaining(true);
  if (chosen.empty() && !rest.empty() && stands_for_workload(rest[0])) {
    if (Registry<WorkloadEntry>::find(rest[0])) throw calls_nothing(rest[0]);
    throw unknown_workload(rest[0], "probe");
  }
  if (chosen.empty())
    throw UsageError("probe: give a workload, such as http (see 'asyncmark probe --help')");
  if (!rest.empty()) throw unknown(rest[0], grammar.app, command);
  const auto& probed = grammar.arguments.probed;
  ProbeRequest request;
  request.budget = parse_duration(probed.budget, "--budget");
  if (request.budget < std::chrono::seconds(1)) throw UsageError("--budget: must be at least 1s");
  const auto workload = chosen[0]->get_name();
  request.most_in_flight = most_in_flight(probed.in_flight, Registry<WorkloadEntry>::at(workload));
  if (!probed.slo.empty()) request.slo = Slo::parse(probed.slo);
  if (!probed.fail_on.empty())
    request.gates = parse_probe_gates(probed.fail_on, request.slo.has_value());
  request.explain = probed.explain;
  request.progress = progress_mode(probed.progress, probed.quiet);
  request.out = probed.out;
  request.junit = probed.junit;
  request.command = command;
  request.print = Registry<ProbeEntry>::at(probed.format).text;
  Request endpoint(workload);
  endpoint.set("runner", probed.runner);
  for (const auto& [name, text] : grammar.arguments.options) endpoint.set(name, text);
  if (probed.addresses.empty()) request.endpoints.push_back(endpoint);
  for (const auto& address : probed.addresses)
    request.endpoints.push_back(
        Request(endpoint).set(Registry<WorkloadEntry>::at(workload).address_option, address));
  return request;
}

}  // namespace asyncmark
