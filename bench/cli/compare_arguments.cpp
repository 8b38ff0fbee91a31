#include "bench/cli/compare_arguments.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "bench/base/errors.hpp"
#include "bench/cli/flags.hpp"
#include "bench/cli/run_arguments.hpp"
#include "bench/cli/unknown.hpp"
#include "bench/compare/comparison_entry.hpp"

namespace asyncmark {
namespace {

/// `2.5%`, as a part of one.
double share(const std::string& text, const std::string& flag) {
  if (!text.ends_with('%'))
    throw UsageError(fmt::format("{}: '{}' needs a %, as in 5%", flag, text));
  const auto percent = parse_real(text.substr(0, text.size() - 1), flag);
  if (percent > 100) throw UsageError(fmt::format("{}: '{}' is more than 100%", flag, text));
  return percent / 100;
}

/// What `run` takes and a comparison has no use for: passed over, it would seem to be heeded.
std::string for_run_alone(const Arguments& given, const RunSettings& common) {
  const bool repeats = std::ranges::any_of(
      given.options, [](const auto& option) { return option.first == "repetitions"; });
  for (const auto& [is_given, name] :
       {std::pair{!given.common.out.empty(), "--out"},
        {!given.common.junit.empty(), "--junit"},
        {!given.common.fail_on.empty(), "--fail-on"},
        {given.common.strict, "--strict"},
        {given.common.no_calibration, "--no-calibration"},
        {given.shown.format != Registry<FormatEntry>::default_entry().name, "--format"},
        {!given.shown.view.columns.empty(), "--columns"},
        {!given.shown.view.sort.empty(), "--sort"},
        {given.shown.view.phases, "--phases"},
        {!given.shown.slo.empty(), "--slo"},
        {repeats, "--repetitions"},
        {common.driver.benchmark.list_tests, "--benchmark_list_tests"}})
    if (is_given) return name;
  return "";
}

/// How a service is called where the user does not say it: a few requests at a time, and passes so
/// short that many fit into the budget.
void add_usual_load(Request& request, const Texts& given) {
  const auto has = [&](std::string_view name) {
    return std::ranges::any_of(given, [&](const auto& option) { return option.first == name; });
  };
  if (!has("runner")) request.set("runner", "event-loop");
  if (!has("ops") && !has("duration")) request.set("ops", has("rate") ? "100" : "8");
  if (!has("in-flight") && !has("rate")) request.set("in-flight", "4");
}

/// Reads what stands after `--`, as `run` reads it; of two services what `run http` takes.
void read_cases(CompareRequest& request, std::vector<std::string> behind) {
  if (request.urls && (behind.empty() || behind[0] != "http"))
    behind.insert(behind.begin(), "http");
  behind.insert(behind.begin(), {request.command.front(), "run"});
  Grammar run;
  parse(run, behind);
  if (request.urls && !run.arguments.plan.empty())
    throw UsageError("compare: --plan and --urls: give only one of them");
  request.requests = requested(run);
  const auto common = settings_of(run, behind);
  auto& settings = request.settings;
  settings.time_limit = common.driver.child.time_limit;
  settings.launcher = common.driver.child.launcher;
  settings.max_failed = common.max_failed;
  if (const auto idle = for_run_alone(run.arguments, common); !idle.empty())
    throw UsageError(fmt::format("compare: {} has no effect after '--'; remove it", idle));
  if (!request.urls) return;
  const auto& options = run.arguments.options;
  if (std::ranges::find(options, "url", &Texts::value_type::first) != options.end())
    throw UsageError("compare: --urls names both URLs; remove --url after '--'");
  add_usual_load(request.requests.at(0), options);
}

}  // namespace

void Grammar::add_compare() {
  auto& compared = arguments.compared;
  compare
      ->add_option("BASELINE", compared.baseline,
                   "the old version: a file of results; a build of asyncmark, with cases after "
                   "'--'; a command, with --commands; or a URL, with --urls")
      ->type_name("");
  compare->add_option("CONTENDER", compared.contender, "the new version, of the same kind")
      ->type_name("");
  compare->add_flag("--commands", compared.commands, "compare two commands by their total time");
  compare->add_flag("--urls", compared.urls,
                    "compare two running services; after '--': options of 'run http'");
  constexpr const char* kRule = "Decision";
  add_value(
      *compare, "--budget", compared.budget, "DURATION",
      "time limit for a case; confirming a change, and comparing the baseline with itself, may "
      "each take as long again",
      kRule);
  add_value(*compare, "--min-effect", compared.least_effect, "P%",
            "differences below this count as no change", kRule);
  compare
      ->add_flag("--gate-stored", compared.gate_stored,
                 "with two files of results: exit with code 1 if a case is slower")
      ->group(kRule);
  compare->add_flag("--strict", compared.strict, "exit with code 3 if a case is inconclusive")
      ->group(kRule);
  constexpr const char* kFiles = "Output";
  for (const auto& output : Registry<ComparisonEntry>::all())
    if (!output.is_default)
      add_text(*compare, compared.outputs, output.name, "FILE", output.summary, kFiles);
  add_progress(*compare, compared.progress, compared.quiet, kFiles);
  compare->allow_extras();
  compare->footer(
      "After '--' give the arguments of 'asyncmark run'.\n\n"
      "Exit codes:\n"
      "  0  no case is slower, or a case is inconclusive\n"
      "  1  a case is slower (two files of results: only with --gate-stored)\n"
      "  3  a case is inconclusive, with --strict\n"
      "  4  a case failed\n"
      "  5  invalid: the baseline differs from itself\n\n"
      "Examples:\n"
      "  # Two commands\n"
      "  asyncmark compare --commands 'old/tool input' 'new/tool input'\n"
      "  # Two running services\n"
      "  asyncmark compare --urls http://127.0.0.1:8001/ http://127.0.0.1:8002/\n"
      "  # Two builds of asyncmark\n"
      "  asyncmark compare old/asyncmark new/asyncmark -- sleep --wait 4ms --ops 10\n"
      "  asyncmark compare old/asyncmark new/asyncmark -- --plan cases.json\n"
      "  # Two files of results\n"
      "  asyncmark compare before.json after.json");
}

CompareRequest compare_request(const Grammar& grammar, const std::vector<std::string>& command,
                               const std::vector<std::string>& behind) {
  const auto& asked = grammar.arguments.compared;
  if (const auto rest = grammar.app.remaining(true); !rest.empty())
    throw unknown(rest[0], grammar.app);
  if (asked.urls && asked.commands)
    throw UsageError("compare: --commands and --urls: give only one of them");
  if (asked.contender.empty())
    throw UsageError(
        asked.urls
            ? "compare: --urls: give two URLs, such as http://127.0.0.1:8001/ and "
              "http://127.0.0.1:8002/"
            : "compare: give two builds, two files of results, two commands with --commands, "
              "or two URLs with --urls; see 'asyncmark compare --help'");
  CompareRequest request;
  auto& settings = request.settings;
  settings.baseline = asked.baseline;
  settings.contender = asked.contender;
  settings.pairs.margins.least_effect = share(asked.least_effect, "--min-effect");
  settings.pairs.budget = parse_duration(asked.budget, "--budget");
  if (settings.pairs.budget == Duration(0)) throw UsageError("--budget: must be more than 0");
  settings.progress = progress_mode(asked.progress, asked.quiet);
  request.commands = asked.commands;
  request.urls = asked.urls;
  request.gate_stored = asked.gate_stored;
  request.strict = asked.strict;
  for (const auto& [name, path] : asked.outputs) request.outputs[name] = path;
  request.command = command;
  if (asked.urls || !behind.empty()) read_cases(request, behind);
  return request;
}

}  // namespace asyncmark
