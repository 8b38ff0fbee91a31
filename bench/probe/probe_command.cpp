#include "bench/probe/probe_command.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iostream>
#include <set>

#include "bench/base/errors.hpp"
#include "bench/base/github_actions.hpp"
#include "bench/base/output_file.hpp"
#include "bench/base/standard_error.hpp"
#include "bench/base/visible.hpp"
#include "bench/model/runner_entry.hpp"
#include "bench/model/workload_entry.hpp"
#include "bench/os/interruption.hpp"
#include "bench/plan/prepare.hpp"
#include "bench/probe/probe_entry.hpp"
#include "bench/probe/probe_gates.hpp"
#include "bench/probe/prober.hpp"
#include "bench/results/summary.hpp"
#include "bench/run/context.hpp"
#include "bench/run/progress_lines.hpp"
#include "bench/run/result_keeper.hpp"
#include "bench/services/service.hpp"

namespace asyncmark {
namespace {

void check_calls(const Case& one) {
  const auto& entry = Registry<WorkloadEntry>::at(one.workload);
  const bool calls = !one.address().empty() || one.service().has_value() ||
                     entry.starts_processes || entry.embeds_database;
  if (!calls) throw calls_nothing(one.workload);
}

/// Where each operation blocks its thread, an event loop would be the limit.
void choose_runner(Case& one) {
  if (one.runner != "event-loop" || !holds_the_loop(one)) return;
  one.runner = "thread-pool";
  one.runner_options = OptionValues(runner_entry(one.runner).options);
}

/// One case for each endpoint, with the most in flight, for which workloads prepare.
std::vector<Result> planned_cases(const ProbeRequest& request) {
  std::vector<Result> all;
  std::set<std::string> known;
  for (auto endpoint : request.endpoints) {
    endpoint.set("ops", std::to_string(request.most_in_flight));
    endpoint.set("in-flight", std::to_string(request.most_in_flight));
    auto cases = endpoint.cases();
    if (cases.size() != 1) throw UsageError("--runner: give one runner to probe");
    check_calls(cases[0].what);
    if (!known.insert(cases[0].name()).second)
      throw UsageError(fmt::format("probe: {} is given twice", cases[0].name()));
    choose_runner(cases[0].what);
    cases[0].how = cases[0].what.concurrency();
    all.push_back(std::move(cases[0]));
  }
  return all;
}

/// `http://host/path` in two parts; the second is empty if there is no host.
std::pair<std::string, std::string> host_and_path(const std::string& url) {
  const auto scheme = url.find("://");
  const auto slash = scheme == url.npos ? url.npos : url.find('/', scheme + 3);
  if (slash == url.npos) return {url, ""};
  return {url.substr(0, slash), url.substr(slash)};
}

/// The paths of URLs of one host, else the URLs without their schemes; the workload if there are
/// none.
std::vector<std::string> names_of(const std::vector<Result>& cases) {
  std::set<std::string> hosts;
  std::vector<std::string> names, paths;
  for (const auto& one : cases) {
    const auto& option = Registry<WorkloadEntry>::at(one.what.workload).address_option;
    const auto shown = option.empty() ? "" : one.what.workload_options.show(option);
    const auto [host, path] = host_and_path(shown);
    hosts.insert(host);
    const auto scheme = shown.find("://");
    names.push_back(shown.empty()          ? one.what.workload
                    : scheme == shown.npos ? shown
                                           : shown.substr(scheme + 3));
    paths.push_back(path.empty() ? names.back() : path);
  }
  return hosts.size() > 1 ? names : paths;
}

/// Shows what is measured: on a terminal one line in place, else a line for each endpoint.
class ProbeProgress {
 public:
  ProbeProgress(ProgressMode mode, std::size_t endpoints)
      : plain_(mode == ProgressMode::plain),
        block_(mode == ProgressMode::automatic),
        endpoints_(endpoints) {}

  void begin(const std::string& name) {
    ++number_;
    if (plain_) to_standard_error("endpoint {} of {}: {}\n", number_, endpoints_, visible(name));
  }
  void show(const std::string& what, Duration left) {
    block_.say(fmt::format("endpoint {} of {}: {}, at most {} left", number_, endpoints_,
                           visible(what), whole_seconds(left)));
  }
  void clear() { block_.clear(); }

 private:
  bool plain_;
  ScreenBlock block_;
  std::size_t endpoints_;
  std::size_t number_ = 0;
};

Context context_of(const ProbeRequest& request, const std::vector<Result>& cases) {
  auto context = look_around(request.command.front(), request.command);
  if (std::ranges::any_of(cases, [](const auto& one) { return !one.what.address().empty(); }))
    context.facts["calls_others"] = true;
  context.facts["calibration_skipped"] = true;
  if (request.slo) context.facts["slo"] = request.slo->text();
  return context;
}

/// Why nothing could be measured; empty if something was.
std::string trouble_of(const EndpointProbe& endpoint) {
  if (!endpoint.failed.empty() || endpoint.points.empty() || endpoint.model.best_per_s > 0)
    return endpoint.failed;
  return fmt::format("no operation succeeds ({})", endpoint.points.front().reason);
}

/// Whether a gate looks at the bottleneck, which is not known without a verdict.
bool needs_verdict(const std::string& gate) {
  return gate != "slo" && gate != "failed" && gate != "no-verdict";
}

/// Which endpoints could not be measured and which gates were not checked, a line each on standard
/// error.
bool warn(const Probe& found, const std::vector<std::string>& gates) {
  bool any = false;
  for (const auto& endpoint : found.endpoints) {
    const auto trouble = trouble_of(endpoint);
    any = any || !trouble.empty();
    if (!trouble.empty())
      to_standard_error("warning: {}: {}\n", visible(endpoint.name), visible(trouble));
    else if (std::ranges::any_of(gates, needs_verdict) && !has_verdict(endpoint))
      to_standard_error("warning: {}: no verdict, so --fail-on checked only slo and failed\n",
                        visible(endpoint.name));
  }
  return any;
}

/// An endpoint is a test case: what could not be measured is an error.
std::string junit_of(const Probe& found, const std::vector<Objection>& found_by_gates) {
  std::vector<JUnitCase> tests;
  for (const auto& endpoint : found.endpoints) {
    JUnitCase test{.name = endpoint.name, .spent = endpoint.took, .message = trouble_of(endpoint)};
    if (!test.message.empty()) test.outcome = JUnitOutcome::error;
    tests.push_back(std::move(test));
  }
  return junit_document("probe", with_objections(std::move(tests), found_by_gates));
}

int exit_code(const ProbeRequest& request, const Probe& found,
              const std::vector<Objection>& found_by_gates, bool kept) {
  const bool failed = warn(found, request.gates);
  if (found.partial) {
    to_standard_error("interrupted: {}{}\n",
                      found.endpoints.empty() ? "nothing was finished" : "what was found is above",
                      request.out.empty() ? "" : ", the results are in " + visible(request.out));
    return 130;
  }
  tell(found_by_gates);
  return !kept ? 2 : !found_by_gates.empty() ? 3 : failed ? 4 : 0;
}

/// Probes one endpoint after the other, until an interrupt.
std::vector<EndpointProbe> probe_all(const ProbeRequest& request, const std::vector<Result>& cases,
                                     Services& services, ResultSet& run, ResultKeeper& keeper) {
  ProbeProgress progress(request.progress, cases.size());
  ProberSettings settings;
  settings.budget = request.budget;
  settings.most_in_flight = request.most_in_flight;
  settings.slo = request.slo;
  // A limit against what hangs, well above the time that a measurement takes.
  settings.child.time_limit = std::chrono::minutes(2);
  settings.child.service = [&](const Case& one) { return service_of(services, one); };
  settings.tell = [&](const std::string& what, Duration left) { progress.show(what, left); };
  settings.keep = [&] { keeper.keep(false); };
  const auto names = names_of(cases);
  std::vector<EndpointProbe> found;
  for (std::size_t i = 0; i < cases.size() && !Interruption::happened(); ++i) {
    progress.begin(names[i]);
    auto endpoint = Prober(names[i], cases[i], settings, run.results).probe();
    if (!endpoint.points.empty() || !endpoint.failed.empty()) found.push_back(std::move(endpoint));
    progress.clear();
  }
  return found;
}

}  // namespace

bool may_be_probed(const WorkloadEntry& workload) {
  return !workload.address_option.empty() || workload.starts_processes || workload.embeds_database;
}

UsageError calls_nothing(const std::string& workload) {
  return UsageError(fmt::format(
      "probe: the operations of {} call no service; give http, postgres, sqlite or exec",
      workload));
}

int probe(const ProbeRequest& request) {
  auto cases = planned_cases(request);
  ResultSet run;
  run.context = context_of(request, cases);
  ResultKeeper keeper(request.out, run);
  check_apart(request.out, request.junit);
  std::optional<OutputFile> junit;
  if (!request.junit.empty()) junit.emplace(request.junit, "--junit");

  const Sweep sweep;
  Interruption::watch();
  auto services = start_services(cases);
  if (!Interruption::happened()) prepare_workloads(cases);
  const auto before = processor_time();
  Probe found{.context = {}, .slo = request.slo, .endpoints = {}, .explain = request.explain};
  found.endpoints = probe_all(request, cases, services, run, keeper);
  services.clear();
  add_what_others_took(run.context, before, run.results);
  for (const auto& one : run.results) {
    const auto& all = one.summary().all;
    found.operations += all.completed + all.failed;
    found.failed += all.failed;
    found.warm_up += all.warm_up;
  }
  found.partial = Interruption::happened();
  if (found.partial) run.context.facts["partial"] = true;
  found.context = run.context;
  const auto found_by_gates = objections(request.gates, found);
  bool kept = keeper.keep(true);
  if (junit) kept = junit->write(junit_of(found, found_by_gates)) && kept;
  Interruption::end_watch();
  std::cout << request.print(found) << std::flush;
  for (const auto& entry : Registry<ProbeEntry>::all())
    if (entry.is_job_summary) append_to_job_summary([&] { return entry.text(found); });
  if (!std::cout.flush())
    throw UsageError("standard output cannot be written: the results are lost there");
  return exit_code(request, found, found_by_gates, kept);
}

}  // namespace asyncmark
