#include "bench/cli/grammar.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "bench/base/build_info.hpp"
#include "bench/base/library_entry.hpp"
#include "bench/cli/flags.hpp"
#include "bench/cli/help.hpp"
#include "bench/model/runner_entry.hpp"
#include "bench/model/workload_entry.hpp"
#include "bench/plan/plan.hpp"
#include "bench/plan/reproduction_entry.hpp"
#include "bench/results/format_entry.hpp"
#include "bench/services/serving.hpp"

namespace asyncmark {
namespace {

constexpr const char* kOutput = "Output and limits";

void add_common(CLI::App& app, Common& common) {
  add_file(app, "--out", common.out, "write all results to this file, as JSON", kOutput);
  add_file(app, "--junit", common.junit, "write JUnit's XML, as --fail-on judges the cases",
           kOutput);
  add_value(app, "--max-failed", common.max_failed, "N|P%",
            "accept up to this many failed operations of a case, else exit with code 4", kOutput);
  add_value(app, "--fail-on", common.fail_on, "LIST",
            "exit with code 3 for slo, failed or warning names", kOutput);
  app.add_flag("--strict", common.strict, "as --fail-on with all of these but noisy-machine")
      ->group(kOutput);
  add_value(app, "--time-limit", common.time_limit, "DURATION", "kill a run that takes longer",
            kOutput);
  add_value(app, "--launcher", common.launcher, "COMMAND",
            "start each run with this, such as 'taskset -c 1'", kOutput);
  app.add_flag("--no-calibration", common.no_calibration,
               "skip measuring the overhead of clock and runners")
      ->group(kOutput);
  add_progress(app, common.progress, common.quiet, kOutput);
  app.allow_extras();
}

std::string format_help() {
  std::string formats;
  for (const auto& format : Registry<FormatEntry>::all())
    formats += (formats.empty() ? "" : ", ") + format.name;
  return "output format: " + formats;
}

void add_view(CLI::App& app, View& view, const char* group) {
  app.add_option("--columns", view.columns,
                 "columns to show, such as p99,cpu/op; +p95 adds to the usual ones; 'all' prints "
                 "all details")
      ->type_name("all|LIST")
      ->group(group);
  app.add_option("--sort", view.sort, "column to sort the rows by (default: best first)")
      ->type_name("COLUMN")
      ->group(group);
  app.add_flag("--phases", view.phases, "also print how long each phase of a run took")
      ->group(group);
}

void add_shown(CLI::App& app, Shown& shown) {
  add_value(app, "--format", shown.format, "NAME", format_help(), kOutput);
  add_view(app, shown.view, kOutput);
  add_value(app, "--slo", shown.slo, "LIMIT", "with --rate: limit to keep to, such as p99=50ms",
            kOutput);
}

const std::vector<Example>& usual_examples() {
  static const std::vector<Example> examples{
      {"Compare all runners at the same concurrency limit.", "--ops 1000 --in-flight 32"},
      {"Compare two of them, and store the results.",
       "--runner event-loop,thread-pool --out results.json"},
      {"Send at fixed rates, whatever the response times are.",
       "--rate 100,200,400 --duration 10s"},
  };
  return examples;
}

std::string examples_text(const std::string& workload, const std::vector<Example>& examples) {
  std::string text = "Examples:";
  for (const auto& [task, arguments] : examples)
    text += fmt::format("\n  # {}\n  asyncmark run {} {}", task, workload, arguments);
  return text;
}

void add_workload(CLI::App& run, Arguments& arguments, const WorkloadEntry& workload) {
  auto& app = *run.add_subcommand(workload.name, workload.summary);
  add_case_options(app, arguments.options, workload);
  add_shown(app, arguments.shown);
  add_common(app, arguments.common);
  const auto examples = workload.examples.empty() ? usual_examples() : workload.examples;
  app.footer(
      fmt::format("{}\n\nFlags of Google Benchmark, such as --benchmark_filter=REGEX and "
                  "--benchmark_list_tests, work too.",
                  examples_text(workload.name, examples)));
}

std::string versions() {
  auto text = fmt::format("asyncmark {} ({})", build::kVersion, build::kCommit);
  for (const auto& library : Registry<LibraryEntry>::all())
    text += fmt::format("\n{} {}", library.name, library.version);
  return text;
}

}  // namespace

Grammar::Grammar()
    : app("Compares ways to run the same operations: threads, event loops, processes.\n\n"
          "Examples:\n"
          "  # Which model suits my endpoint?\n"
          "  asyncmark run http --url http://127.0.0.1:8080/ --ops 1000 --in-flight 32\n"
          "  # How many connections does it need?\n"
          "  asyncmark run http --url http://127.0.0.1:8080/ --ops 1000 --in-flight 1,8,64\n"
          "  # Which request rate keeps p99 below 50 ms?\n"
          "  asyncmark run http --url http://127.0.0.1:8080/ --duration 10s \\\n"
          "      --rate 100,200,400 --slo p99=50ms\n"
          "  # How does my service behave, and what limits it?\n"
          "  asyncmark probe http --url http://127.0.0.1:8080/\n"
          "  # Does computing block the event loop?\n"
          "  asyncmark run mixed --wait 10ms --cpu 5ms --runner event-loop,hybrid\n"
          "  # Is the new build slower?\n"
          "  asyncmark compare --commands 'old/tool input' 'new/tool input'\n"
          "  # Try it without a server.\n"
          "  asyncmark run sleep --wait 10ms --ops 200\n",
          "asyncmark") {
  app.set_help_flag("-h,--help", "show this help");
  app.set_version_flag("--version", versions(), "show the version, and those of the libraries");
  app.require_subcommand(0, 1);
  app.allow_extras();
  run = app.add_subcommand("run", "measure a workload under one or more runners");
  reproduce = app.add_subcommand("reproduce", "repeat a published measurement");
  report = app.add_subcommand("report", "show stored results, or write them to files");
  compare = app.add_subcommand("compare", "find out whether a build, command or service is slower");
  probe = app.add_subcommand("probe", "find the limits of a service");
  crossover = app.add_subcommand("crossover", "find where another runner becomes the better one");
  serve = app.add_subcommand("serve", "start a built-in server, until Ctrl-C or SIGTERM");
  list = app.add_subcommand("list", "list the workloads, runners, services and formats");
  create = app.add_subcommand("new", "create a project for your own workload");
  check_adapter = app.add_subcommand("check-adapter", "test a runner in another language");
  add_run();
  add_reproduce();
  add_report();
  add_compare();
  add_probe();
  add_crossover();
  add_serve();
  add_others();
  // Last, or the commands would inherit it.
  app.footer(
      "Options of a command: asyncmark COMMAND --help\n\n"
      "Exit codes:\n"
      "  0    success\n"
      "  1    compare: something is slower\n"
      "  2    usage error\n"
      "  3    --fail-on or --strict found something\n"
      "  4    a case failed, or more operations failed than --max-failed\n"
      "  5    compare: invalid, the baseline differs from itself\n"
      "  130  interrupted");
  fit_help(app);
}

void Grammar::add_run() {
  run->add_option("--plan", arguments.plan, "read the cases from this file: JSON with comments")
      ->type_name("FILE");
  run->require_subcommand(0, 1);
  for (const auto& workload : Registry<WorkloadEntry>::all())
    add_workload(*run, arguments, workload);
  add_shown(*run, arguments.shown);
  add_common(*run, arguments.common);
  run->footer(
      "Options of a workload: asyncmark run WORKLOAD --help\n\n"
      "Examples:\n"
      "  asyncmark run sleep --wait 10ms --ops 200\n"
      "  asyncmark run --plan cases.json --out results.json");
}

void Grammar::add_reproduce() {
  std::string choices;
  for (const auto& entry : Registry<ReproductionEntry>::all())
    choices += (choices.empty() ? "" : ", ") + entry.name;
  reproduce
      ->add_option("NAME", arguments.reproduction,
                   fmt::format("measurement to repeat: {} (default: {}); see 'asyncmark list "
                               "reproductions'",
                               choices, arguments.reproduction))
      ->type_name("");
  reproduce->add_flag("--quick", arguments.quick,
                      "faster and less precise: a tenth of each wait, or half of the operations");
  reproduce
      ->add_option("--format", arguments.reproduction_format,
                   "output format: table, or markdown, which also has rules and sources")
      ->type_name("NAME")
      ->capture_default_str();
  add_common(*reproduce, arguments.common);
  reproduce->footer(
      "The results are also written to asyncmark-NAME.json, or to the file of --out.\n\n"
      "Examples:\n"
      "  asyncmark reproduce table --quick\n"
      "  asyncmark reproduce stall");
}

void Grammar::add_report() {
  report
      ->add_option("FILE", arguments.files,
                   "results that 'run --out' or 'reproduce' wrote; with several files, the cases "
                   "that they share are shown side by side")
      ->type_name("");
  report
      ->add_option("--format", arguments.report_format,
                   fmt::format("{} (default: {}, or none if files are written)", format_help(),
                               Registry<FormatEntry>::default_entry().name))
      ->type_name("NAME");
  add_view(*report, arguments.report_view, "Table");
  for (const auto& output : Registry<OutputEntry>::all())
    add_text(*report, arguments.outputs, output.name, output.file ? "FILE" : "FOLDER",
             output.summary, "Files to write");
  report->allow_extras();
  report->footer(
      "Examples:\n"
      "  asyncmark report results.json\n"
      "  asyncmark report results.json --html results.html\n"
      "  asyncmark report results.json --format markdown\n"
      "  asyncmark report before.json after.json");
}

void Grammar::add_serve() {
  serve->require_subcommand(0, 1);
  serve->allow_extras();
  for (const auto& service : Registry<ServiceEntry>::all()) {
    auto& command = *serve->add_subcommand(service.name, service.summary);
    for (const auto& spec : service.options)
      add_declared(command, arguments.options, spec, "Server");
    command.add_option("--counts", arguments.counts)->group("");  // Not for people.
    command.allow_extras();
  }
  serve->footer(
      "Options of a service: asyncmark serve SERVICE --help\n\n"
      "Examples:\n"
      "  asyncmark serve http --delay 46ms\n"
      "  asyncmark serve http --model thread-pool --workers 8 --port 8080");
}

void Grammar::add_others() {
  list->add_option("WHAT", arguments.listed,
                   "workloads, runners, services, formats or reproductions (default: all)")
      ->type_name("");
  create->require_subcommand(0, 1);
  create->allow_extras();
  create->add_subcommand("workload", "write a project with a working workload and its test")
      ->add_option("NAME", arguments.new_name, "name of the workload and of its new folder")
      ->type_name("")
      ->required();
  create->footer(
      "The project builds against an installed asyncmark.\n\n"
      "Examples:\n"
      "  asyncmark new workload file-read");
  check_adapter
      ->add_option("COMMAND", arguments.adapter,
                   "after '--': the command of your adapter (see docs/protocol.md), or the "
                   "name of a runner")
      ->type_name("");
  check_adapter->footer(
      "Exit codes:\n"
      "  0  the adapter is correct\n"
      "  1  the adapter is not correct\n\n"
      "Examples:\n"
      "  asyncmark check-adapter -- python3 adapter.py\n"
      "  asyncmark check-adapter node");
}

}  // namespace asyncmark
