#include "bench/cli/grammar.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "bench/base/build_info.hpp"
#include "bench/base/library_entry.hpp"
#include "bench/cli/help.hpp"
#include "bench/compare/comparison_entry.hpp"
#include "bench/model/runner_entry.hpp"
#include "bench/model/workload_entry.hpp"
#include "bench/plan/plan.hpp"
#include "bench/plan/reproduction_entry.hpp"
#include "bench/results/format_entry.hpp"
#include "bench/services/serving.hpp"

namespace asyncmark {
namespace {

void add_common(CLI::App& app, Common& common) {
  app.add_option("--time-limit", common.time_limit, "end a case's process after this long")
      ->capture_default_str()
      ->group("Output and limits");
  app.add_option("--launcher", common.launcher,
                 "command put before each case's process, as 'taskset -c 1' or 'perf stat'")
      ->group("Output and limits");
  app.add_option("--max-failed", common.max_failed,
                 "operations of a case that may fail before the exit code is 4: N or P%")
      ->capture_default_str()
      ->group("Output and limits");
  app.add_option("--out", common.out, "write the results to this file as JSON")
      ->group("Output and limits");
  app.add_flag("--strict", common.strict, "exit with 3 if any check finds something")
      ->group("Output and limits");
  app.add_flag("--no-calibration", common.no_calibration,
               "do not measure what clock, timers and runners cost; for a machine that you know")
      ->group("Output and limits");
  app.add_flag("--quiet", common.quiet, "no progress on standard error")
      ->group("Output and limits");
  app.allow_extras();
}

std::string format_help() {
  std::string formats;
  for (const auto& format : Registry<FormatEntry>::all())
    formats += (formats.empty() ? "" : ", ") + format.name;
  return "of what is printed: " + formats;
}

void add_view(CLI::App& app, View& view, const char* group) {
  app.add_option("--columns", view.columns,
                 "columns of the table: 'all', which also prints the evidence, or names such as "
                 "p99,cpu/op")
      ->type_name("all|LIST")
      ->group(group);
  app.add_option("--sort", view.sort, "column to sort the rows by (default: best first)")
      ->type_name("COLUMN")
      ->group(group);
  app.add_flag("--phases", view.phases,
               "print how long set-up, connecting, warm-up, the timed part and its drain took")
      ->group(group);
}

void add_shown(CLI::App& app, Shown& shown) {
  app.add_option("--format", shown.format, format_help())
      ->capture_default_str()
      ->group("Output and limits");
  add_view(app, shown.view, "Output and limits");
  app.add_option(
         "--slo", shown.slo,
         "with --rate: name the highest rate whose response time keeps to this, as p99=50ms")
      ->group("Output and limits");
}

CLI::Option* add_text(CLI::App& app, Texts& texts, const std::string& name, const std::string& help,
                      const char* group) {
  return app
      .add_option_function<std::string>(
          "--" + name, [&texts, name](const std::string& text) { texts.emplace_back(name, text); },
          help)
      ->group(group);
}

void add_declared(CLI::App& app, Texts& texts, const OptionSpec& spec, const char* group) {
  if (app.get_option_no_throw("--" + spec.name)) return;  // Another runner declared it as well.
  if (spec.kind == OptionKind::flag) {
    app.add_flag_callback(
           "--" + spec.name, [&texts, name = spec.name] { texts.emplace_back(name, "true"); },
           spec.help)
        ->group(group);
    return;
  }
  auto help = spec.help;
  if (!spec.choices.empty()) help = fmt::format("{}: {}", fmt::join(spec.choices, ", "), help);
  // What is given instead of another option is nothing where it is not given.
  const auto otherwise = spec.instead_of.empty() ? spec.print(spec.otherwise) : "";
  if (!otherwise.empty()) help += fmt::format(" (default: {})", otherwise);
  if (spec.adds_up)
    app.add_option_function<std::vector<std::string>>(
           "--" + spec.name,
           [&texts, name = spec.name](const std::vector<std::string>& all) {
             for (const auto& text : all) texts.emplace_back(name, text);
           },
           help)
        ->allow_extra_args(false)
        ->group(group);
  else
    add_text(app, texts, spec.name, help, group);
}

void add_workload(CLI::App& run, Arguments& arguments, const WorkloadEntry& workload) {
  auto& app = *run.add_subcommand(workload.name, workload.summary);
  for (const auto& spec : workload.options)
    add_declared(app, arguments.options, spec, "What an operation does");
  for (const auto& [name, help] : run_options())
    add_text(app, arguments.options, name, help, "How hard, and how often");
  for (const auto& runner : Registry<RunnerEntry>::all())
    for (const auto& spec : runner.options) add_declared(app, arguments.options, spec, "Runners");
  add_common(app, arguments.common);
  add_shown(app, arguments.shown);
  app.footer(fmt::format(
      "Flags of Google Benchmark work as everywhere: --benchmark_filter=REGEX, "
      "--benchmark_list_tests, --benchmark_repetitions=K, --benchmark_format=json, "
      "--benchmark_out=FILE, --benchmark_enable_random_interleaving.\n\nExamples:\n"
      "  asyncmark run {0} --ops 100,500,1000 --in-flight 28 --out results.json\n"
      "  asyncmark run {0} --runner thread-pool,event-loop --in-flight 28 --repetitions 10\n{1}",
      workload.name,
      workload.rest_option.empty()
          ? ""
          : fmt::format("  asyncmark run {} --ops 100 -- COMMAND ITS-ARGUMENTS\n", workload.name)));
}

std::string versions() {
  auto text = fmt::format("asyncmark {} ({})", build::kVersion, build::kCommit);
  for (const auto& library : Registry<LibraryEntry>::all())
    text += fmt::format("\n{} {}", library.name, library.version);
  return text;
}

}  // namespace

Grammar::Grammar()
    : app("Measures the same work done four ways: one thread, many threads, an event loop, a pool "
          "of processes.",
          "asyncmark"),
      run(app.add_subcommand("run", "measure a workload under one or more runners")),
      reproduce(
          app.add_subcommand("reproduce", "repeat a published measurement, side by side with it")),
      report(app.add_subcommand("report", "show results that were kept, and write them to files")),
      compare(app.add_subcommand(
          "compare", "say whether one build, command or kept result is slower than another")),
      serve(app.add_subcommand("serve", "be a service that a workload calls, until Ctrl-C")),
      list(app.add_subcommand("list", "what there is to run")),
      create(
          app.add_subcommand("new", "begin a workload of your own, outside of asyncmark's tree")),
      check_adapter(app.add_subcommand(
          "check-adapter", "play cases with a runner in another language, and say what is wrong")) {
  app.set_version_flag("--version", versions());
  app.require_subcommand(0, 1);
  app.allow_extras();
  app.footer(
      "Exit codes: 0 fine, 1 compare found something slower, 2 usage, 3 a check found something "
      "(with --strict), 4 a case died or too many operations failed, 5 compare can make nothing of "
      "it, 130 "
      "interrupted.\n\nExamples:\n"
      "  asyncmark reproduce\n"
      "  asyncmark run sleep --wait 46ms --runner all --ops 100,500,1000\n"
      "  asyncmark run sleep --help\n"
      "  asyncmark report results.json\n"
      "  asyncmark compare old/asyncmark new/asyncmark -- sleep --wait 4ms --ops 10\n"
      "  asyncmark serve http --help");
  add_run();
  add_reproduce();
  add_report();
  add_compare();
  add_serve();
  list->add_option("what", arguments.listed,
                   "workloads, runners, services, formats or reproductions (default: all)");
  create->require_subcommand(0, 1);
  create->allow_extras();
  create->add_subcommand("workload", "writes a project with a workload that works, and its test")
      ->add_option("NAME", arguments.new_name, "of the workload, and of the folder made for it")
      ->required();
  create->footer(
      "It builds against asyncmark as it is installed.\n\nExamples:\n  asyncmark new workload "
      "file-read");
  check_adapter->add_option("command", arguments.adapter,
                            "behind '--', the command that carries out a case as docs/protocol.md "
                            "says; or the name of a runner");
  check_adapter->footer(
      "Exit codes: 0 all is right, 1 something is not.\n\nExamples:\n"
      "  asyncmark check-adapter -- python3 mine.py\n  asyncmark check-adapter node");
  fit_help(app);
}

void Grammar::add_run() {
  run->add_option("--plan", arguments.plan, "a file of cases: JSON with comments");
  run->require_subcommand(0, 1);
  for (const auto& workload : Registry<WorkloadEntry>::all())
    add_workload(*run, arguments, workload);
  add_common(*run, arguments.common);
  add_shown(*run, arguments.shown);
  run->footer("Examples:\n  asyncmark run sleep --wait 46ms\n  asyncmark run --plan cases.json");
}

void Grammar::add_reproduce() {
  std::string names;
  for (const auto& one : Registry<ReproductionEntry>::all())
    names += fmt::format("{}{}: {}", names.empty() ? "" : "; ", one.name, one.summary);
  reproduce->add_option("what", arguments.reproduction, names)->capture_default_str();
  reproduce->add_flag("--quick", arguments.quick,
                      "a tenth of every wait, or half as many operations, and say so");
  add_common(*reproduce, arguments.common);
  reproduce->footer(
      "The figures go to asyncmark-WHAT.json in the current folder, or where --out "
      "says.\n\nExamples:\n  asyncmark reproduce\n  asyncmark reproduce table --quick\n  "
      "asyncmark reproduce stall");
}

void Grammar::add_report() {
  report->add_option("RESULT.json", arguments.files,
                     "what run or reproduce wrote; several are shown one after the other, and the "
                     "cases that they share side by side");
  report->add_option("--format", arguments.report_format,
                     fmt::format("{} (default: {}, unless files are written)", format_help(),
                                 Registry<FormatEntry>::default_entry().name));
  add_view(*report, arguments.report_view, "Table");
  for (const auto& output : Registry<OutputEntry>::all())
    add_text(*report, arguments.outputs, output.name, output.summary, "Files")
        ->type_name(output.file ? "FILE" : "DIR");
  report->allow_extras();
  report->footer(
      "Every file is written as a whole or not at all.\n\nExamples:\n"
      "  asyncmark report results.json\n"
      "  asyncmark report results.json --format markdown\n"
      "  asyncmark report here.json there.json\n"
      "  asyncmark report results.json --csv results.csv --hgrm histograms");
}

void Grammar::add_compare() {
  auto& compared = arguments.compared;
  compare->add_option(
      "BASELINE", compared.baseline,
      "a build of asyncmark where cases are given behind --, else a file that --out of run "
      "wrote");
  compare->add_option("CONTENDER", compared.contender, "another of the same kind");
  compare
      ->add_flag("--commands", compared.commands,
                 "the two are commands of any kind, each timed as a whole")
      ->group("What is compared");
  compare
      ->add_option(
          "--budget", compared.budget,
          "how long a case may take until it is inconclusive; one that is flagged is run again")
      ->capture_default_str()
      ->group("How sure");
  compare->add_option("--min-effect", compared.least_effect, "a smaller change is never flagged")
      ->capture_default_str()
      ->group("How sure");
  compare
      ->add_flag("--gate-stored", compared.gate_stored,
                 "of two files of results: exit with 1 where one is slower")
      ->group("How sure");
  for (const auto& output : Registry<ComparisonEntry>::all())
    if (!output.is_default)
      add_text(*compare, compared.outputs, output.name, output.summary, "Files")->type_name("FILE");
  compare->add_flag("--quiet", compared.quiet, "no progress on standard error")->group("Files");
  compare->allow_extras();
  compare->footer(
      "What stands behind -- is what 'asyncmark run' takes. Exit codes: 0 nothing is slower, 1 a "
      "case is, 4 one failed, 5 nothing can be made of it.\n\nExamples:\n"
      "  asyncmark compare old/asyncmark new/asyncmark -- sleep --wait 4ms --ops 10 --runner sync\n"
      "  asyncmark compare old/asyncmark new/asyncmark --junit junit.xml -- --plan cases.json\n"
      "  asyncmark compare --commands 'old/tool input' 'new/tool input'\n"
      "  asyncmark compare before.json after.json");
}

void Grammar::add_serve() {
  serve->require_subcommand(0, 1);
  serve->allow_extras();
  for (const auto& service : Registry<ServiceEntry>::all()) {
    auto& one = *serve->add_subcommand(service.name, service.summary);
    for (const auto& spec : service.options)
      add_declared(one, arguments.options, spec, "How it serves");
    one.add_option("--counts", arguments.counts)->group("");  // Not for people.
    one.allow_extras();
  }
  serve->footer("Examples:\n  asyncmark serve http --delay 46ms\n  asyncmark serve http --help");
}

}  // namespace asyncmark
