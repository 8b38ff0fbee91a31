#include "bench/run/run_command.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iostream>

#include "bench/base/errors.hpp"
#include "bench/base/github_actions.hpp"
#include "bench/base/output_file.hpp"
#include "bench/base/pace.hpp"
#include "bench/base/standard_error.hpp"
#include "bench/base/visible.hpp"
#include "bench/checks/checks.hpp"
#include "bench/os/interruption.hpp"
#include "bench/plan/prepare.hpp"
#include "bench/results/counters.hpp"
#include "bench/results/format_entry.hpp"
#include "bench/results/result_writer.hpp"
#include "bench/results/summary.hpp"
#include "bench/run/calibration.hpp"
#include "bench/run/context.hpp"
#include "bench/services/service.hpp"

namespace asyncmark {
namespace {

void list_tests(const std::vector<Result>& cases) {
  for (const auto& one : cases) std::cout << one.name() << '\n';
  if (!std::cout.flush()) throw UsageError("standard output cannot be written");
}

/// A case that cannot end before the limit would only be killed after a long wait.
void check_time_limit(const std::vector<Result>& cases, Duration limit) {
  for (const auto& one : cases)
    if (const auto least = least_time(one); least >= limit)
      throw UsageError(fmt::format("--time-limit: {} takes at least {}, the limit is {}",
                                   one.name(), rounded_text(least), exact_text(limit)));
}

/// What went wrong, a line a case, on standard error; failures not where a gate tells them.
bool warn(const std::vector<Result>& results, const FailureBudget& budget, const Gates& gates) {
  bool too_bad = false;
  for (const auto& result : results) {
    if (const auto died = result.died()) {
      to_standard_error("warning: {}: {}\n", visible(result.name()), visible(*died));
      too_bad = true;
    }
    const auto& all = result.summary().all;
    if (all.failed == 0) continue;
    const bool over = budget.exceeded_by(all);
    too_bad = too_bad || over;
    if (over && gates.names("failed")) continue;
    to_standard_error("warning: {}: {} of {} operations failed ({}){}\n", visible(result.name()),
                      all.failed, operations_due(all), visible(failures_text(all)),
                      over ? fmt::format("; --max-failed accepts {}",
                                         budget.text() == "0" ? "none" : budget.text())
                           : "");
  }
  return too_bad;
}

/// Which services ended before we ended them, a line each on standard error.
bool warn(Services& services) {
  bool any = false;
  for (auto& [key, service] : services) {
    if (service.ended().empty()) continue;
    to_standard_error("warning: the service '{}' ended by itself: {}\n", visible(service.name()),
                      service.ended());
    any = true;
  }
  return any;
}

/// Throws UsageError for what makes no sense of these cases, before any of them runs.
void check_settings(const std::vector<Result>& cases, const RunSettings& settings) {
  check_time_limit(cases, settings.driver.child.time_limit);
  const auto is_open = [](const Result& one) { return one.what.load.rate.has_value(); };
  if (settings.slo && std::ranges::none_of(cases, is_open))
    throw UsageError("--slo: needs --rate, such as --rate 100,200");
  check_apart(settings.out, settings.junit);
  const auto& out = settings.driver.benchmark.out;
  if (out.empty()) return;
  if (!settings.out.empty() && same_file(out, settings.out))
    throw UsageError(fmt::format("--out and --benchmark_out: both are '{}'; give two files", out));
  check_writable(out, "--benchmark_out");
}

/// Whether some case calls a service that the user named.
bool call_others(const std::vector<Result>& cases) {
  return std::ranges::any_of(cases, [](const Result& one) { return !one.what.address().empty(); });
}

/// Where and how this run is made, with what the user asked of its results.
Context context_of(const RunSettings& settings, const std::vector<Result>& cases) {
  auto context = look_around(settings.command.front(), settings.command);
  if (call_others(cases)) context.facts["calls_others"] = true;
  context.facts["max_failed"] = settings.max_failed.text();
  if (settings.slo) context.facts["slo"] = settings.slo->text();
  return context;
}

/// The results on standard output, and in the summary of a job of GitHub's; throws UsageError where
/// they are lost on standard output.
void print(const ResultSet& run, const RunSettings& settings) {
  if (settings.driver.benchmark.format.empty() && !run.results.empty())
    std::cout << settings.print(run) << std::flush;
  for (const auto& format : Registry<FormatEntry>::all())
    if (format.is_job_summary) append_to_job_summary([&] { return format.print({&run}, View{}); });
  if (!std::cout.flush())
    throw UsageError("standard output cannot be written: the results are lost there");
}

}  // namespace

int run_and_print(const std::vector<Request>& requests, RunSettings settings) {
  ResultSet run;
  auto& cases = run.results = filtered(expand(requests), settings.driver.benchmark.filter);
  if (settings.driver.benchmark.repetitions)
    for (auto& one : cases) one.planned_repetitions = *settings.driver.benchmark.repetitions;
  if (settings.driver.benchmark.list_tests) {
    list_tests(cases);
    return 0;
  }
  check_settings(cases, settings);
  if (std::ranges::any_of(requests, &Request::asks_for_idle_in_flight))
    to_standard_error("warning: --in-flight: none of the chosen runners ever has more than 1\n");
  auto& context = run.context = context_of(settings, cases);
  std::optional<OutputFile> file, junit;
  if (!settings.out.empty()) file.emplace(settings.out, "--out");
  if (!settings.junit.empty()) junit.emplace(settings.junit, "--junit");
  const auto keep = [&] {
    run.findings = check(context, cases);
    return !file || file->write(result_document(run));
  };
  Pace pace;
  if (file && file->is_regular())
    settings.driver.keep = [&](const auto&) {
      const auto begun = Clock::now();
      if (!pace.is_due(begun)) return;
      keep();
      pace.done(begun, Clock::now());
    };

  const Sweep sweep;
  Interruption::watch();
  ScreenBlock preparing(settings.driver.progress == ProgressMode::automatic);
  preparing.say("preparing the workloads");
  auto services = start_services(cases);
  if (!Interruption::happened()) prepare_workloads(cases);
  settings.driver.child.service = [&](const Case& one) { return service_of(services, one); };
  preparing.say("measuring the overhead of the clock and the runners (skip: --no-calibration)");
  if (settings.calibrate)
    context.facts["calibration"] = calibrate(cases, settings.driver.child);
  else
    context.facts["calibration_skipped"] = true;
  preparing.clear();
  const auto before = processor_time();
  drive(cases, settings.driver);
  if (settings.ask_others && !Interruption::happened())
    context.facts["others"] = settings.ask_others(cases);
  const bool lost_service = !Interruption::happened() && warn(services);
  services.clear();  // Only what has ended counts as ours.
  add_what_others_took(context, before, cases);

  const auto planned = cases.size();
  if (Interruption::happened()) {
    context.facts["partial"] = true;
    std::erase_if(cases, [](const Result& one) { return one.repetitions.empty(); });
  }
  const bool kept = keep();
  Interruption::end_watch();  // It has no watcher from here on, and the reader of this may not
                              // come.
  print(run, settings);
  const bool too_bad = warn(cases, settings.max_failed, settings.gates) || lost_service;
  const auto objections = settings.gates.objections(run, settings.max_failed, settings.slo);
  tell(objections);
  const bool reported = !junit || junit->write(junit_of(run, settings.max_failed, objections));
  if (Interruption::happened()) {
    to_standard_error(
        "interrupted: {}{}\n",
        cases.empty() ? "nothing was finished"
                      : fmt::format("{} of {} cases are above", cases.size(), planned),
        settings.out.empty() || cases.empty() ? "" : " and in " + visible(settings.out));
    return 130;
  }
  if (!kept || !reported) return 2;
  return !objections.empty() ? 3 : too_bad ? 4 : 0;
}

}  // namespace asyncmark
