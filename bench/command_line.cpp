#include "bench/command_line.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>
#include <wordexp.h>

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>

#include "bench/build_info.hpp"
#include "bench/catalog.hpp"
#include "bench/errors.hpp"
#include "bench/run_command.hpp"

namespace asyncmark {
namespace {

/// Options as (name, text), in the order given; Request understands them.
using Texts = std::vector<std::pair<std::string, std::string>>;

/// What stands behind the flags that `run` and `reproduce` share.
struct Common {
  std::string time_limit = "10m";
  std::string launcher;
  std::string max_failed = "0";
  std::string out;
  bool strict = false;
  bool quiet = false;
};

struct Arguments {
  Common common;
  std::string plan;
  std::string format = "table";
  bool phases = false;
  std::string reproduction = "table";
  bool quick = false;
  std::string listed;
  Texts options;
};

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
  app.add_flag("--quiet", common.quiet, "no progress on standard error")
      ->group("Output and limits");
  app.allow_extras();
}

void add_text(CLI::App& app, Texts& texts, const std::string& name, const std::string& help,
              const char* group) {
  app.add_option_function<std::string>(
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
  if (const auto otherwise = spec.print(spec.otherwise); !otherwise.empty())
    help += fmt::format(" (default: {})", otherwise);
  add_text(app, texts, spec.name, help, group);
}

void add_output(CLI::App& run, Arguments& arguments) {
  std::string formats;
  for (const auto& format : Catalog::formats())
    formats += (formats.empty() ? "" : ", ") + format.name;
  run.add_option("--format", arguments.format, "of what is printed: " + formats)
      ->capture_default_str()
      ->group("Output and limits");
  run.add_flag("--phases", arguments.phases,
               "print how long set-up, connecting, warm-up, the timed part and its drain took")
      ->group("Output and limits");
}

void add_workload(CLI::App& run, Arguments& arguments, const WorkloadEntry& workload) {
  auto& app = *run.add_subcommand(workload.name, workload.summary);
  for (const auto& spec : workload.options)
    add_declared(app, arguments.options, spec, "What an operation does");
  for (const auto& [name, help] : run_options())
    add_text(app, arguments.options, name, help, "How hard, and how often");
  for (const auto& runner : Catalog::runners())
    for (const auto& spec : runner.options) add_declared(app, arguments.options, spec, "Runners");
  add_common(app, arguments.common);
  add_output(app, arguments);
  app.footer(fmt::format(
      "Flags of Google Benchmark work as everywhere: --benchmark_filter=REGEX, "
      "--benchmark_list_tests,\n--benchmark_repetitions=K, --benchmark_format=json, "
      "--benchmark_out=FILE, --benchmark_enable_random_interleaving.\n\nExamples:\n"
      "  asyncmark run {0} --ops 100,500,1000 --out results.json\n"
      "  asyncmark run {0} --runner thread-pool,event-loop --in-flight 28 --repetitions 10\n",
      workload.name));
}

/// The whole command line, as CLI11 sees it.
class Grammar {
 public:
  Grammar()
      : app("Measures the same work done four ways: one thread, many threads, an event loop, a "
            "pool "
            "of processes.",
            "asyncmark") {
    app.set_version_flag("--version",
                         fmt::format("asyncmark {} ({})", build::kVersion, build::kCommit));
    app.require_subcommand(0, 1);
    app.allow_extras();
    app.footer(
        "Exit codes: 0 fine, 2 usage, 3 a check found something (with --strict), 4 a case died or "
        "too many operations failed, 130 interrupted.\n\nExamples:\n"
        "  asyncmark reproduce\n"
        "  asyncmark run sleep --wait 46ms --runner all --ops 100,500,1000\n"
        "  asyncmark run sleep --help");
    add_run();
    add_reproduce();
    list->add_option("what", arguments.listed,
                     "workloads, runners, formats or reproductions (default: all)");
    run_case->group("");  // Not in --help: asyncmark starts it by itself.
  }

  Arguments arguments;
  CLI::App app;
  CLI::App* run = app.add_subcommand("run", "measure a workload under one or more runners");
  CLI::App* reproduce =
      app.add_subcommand("reproduce", "repeat a published measurement, side by side with it");
  CLI::App* list = app.add_subcommand("list", "what there is to run");
  CLI::App* run_case = app.add_subcommand("run-case", "carry out one case from standard input");

 private:
  void add_run() {
    run->add_option("--plan", arguments.plan, "a file of cases: JSON with comments");
    run->require_subcommand(0, 1);
    for (const auto& workload : Catalog::workloads()) add_workload(*run, arguments, workload);
    add_common(*run, arguments.common);
    add_output(*run, arguments);
    run->footer("Examples:\n  asyncmark run sleep --wait 46ms\n  asyncmark run --plan cases.json");
  }
  void add_reproduce() {
    std::string names;
    for (const auto& one : Catalog::reproductions())
      names += fmt::format("{}{}: {}", names.empty() ? "" : "; ", one.name, one.summary);
    reproduce->add_option("what", arguments.reproduction, names)->capture_default_str();
    reproduce->add_flag("--quick", arguments.quick, "a tenth of every wait, and say so");
    add_common(*reproduce, arguments.common);
    reproduce->footer("Examples:\n  asyncmark reproduce\n  asyncmark reproduce table --quick");
  }
};

/// Whether posix_spawnp() would find it.
bool is_program(const std::string& name) {
  const auto runs = [](const std::string& path) {
    return access(path.c_str(), X_OK) == 0 && !std::filesystem::is_directory(path);
  };
  if (name.find('/') != std::string::npos) return runs(name);
  const char* path = std::getenv("PATH");
  std::istringstream folders(path ? path : "/bin:/usr/bin");
  for (std::string folder; std::getline(folders, folder, ':');)
    if (runs(folder.empty() ? name : folder + '/' + name)) return true;
  return false;
}

std::vector<std::string> words(const std::string& command) {
  if (command.empty()) return {};
  wordexp_t expansion{};
  std::vector<std::string> all;
  if (wordexp(command.c_str(), &expansion, WRDE_NOCMD) == 0)
    all.assign(expansion.we_wordv, expansion.we_wordv + expansion.we_wordc);
  wordfree(&expansion);
  if (all.empty()) throw UsageError(fmt::format("--launcher: '{}' is not a command", command));
  if (!is_program(all[0]))
    throw UsageError(
        fmt::format("--launcher: there is no program '{}'; it must be in the PATH or "
                    "named with its folder",
                    all[0]));
  return all;
}

/// What CLI11 did not know: flags of Google Benchmark, or a mistake.
BenchmarkFlags benchmark_flags(const CLI::App& app) {
  const auto unknown = app.remaining(true);
  for (const auto& argument : unknown)
    if (!argument.starts_with("--benchmark_"))
      throw UsageError(fmt::format("unknown {} '{}'; --help lists what there is",
                                   argument.starts_with('-') ? "option" : "argument", argument));
  return BenchmarkFlags::parse(unknown);
}

RunSettings settings_of(const Grammar& grammar, const std::vector<std::string>& command) {
  const auto& common = grammar.arguments.common;
  RunSettings settings;
  settings.driver.benchmark = benchmark_flags(grammar.app);
  settings.driver.child.time_limit = parse_duration(common.time_limit, "--time-limit");
  if (settings.driver.child.time_limit == Duration(0))
    throw UsageError("--time-limit: must be more than 0");
  settings.driver.child.launcher = words(common.launcher);
  settings.driver.progress = !common.quiet;
  settings.max_failed = FailureBudget::parse(common.max_failed);
  settings.strict = common.strict;
  settings.out = common.out;
  settings.command = command;
  return settings;
}

std::vector<Request> requested(const Grammar& grammar) {
  const auto chosen = grammar.run->get_subcommands();
  const auto& plan = grammar.arguments.plan;
  const auto rest = grammar.run->remaining();
  if (chosen.empty() && !rest.empty() && !rest[0].starts_with('-'))
    Catalog::workload(rest[0]);  // Says which there are.
  if (chosen.empty() == plan.empty())
    throw UsageError("run: give either a workload ('asyncmark list workloads') or --plan FILE");
  if (!chosen.empty()) {
    Request request(chosen[0]->get_name());
    for (const auto& [name, text] : grammar.arguments.options) request.set(name, text);
    return {request};
  }
  std::ifstream file(plan);
  file.peek();  // A directory can be opened, and fails only now.
  if (!file.is_open() || file.bad())
    throw UsageError(fmt::format("--plan: '{}' cannot be read", plan));
  return parse_plan({std::istreambuf_iterator<char>(file), {}}, plan);
}

int do_run(const Grammar& grammar, const std::vector<std::string>& command) {
  // Before anything is said of words that are left over: `--wait --ops 5` leaves the 5.
  const auto requests = requested(grammar);
  auto settings = settings_of(grammar, command);
  const auto& format = Catalog::format(grammar.arguments.format);
  settings.print = format.print;
  if (grammar.arguments.phases) {
    settings.print = format.print_with_phases;
    if (!settings.print)
      throw UsageError(fmt::format(
          "--phases: --format {} has no place for them; use table or markdown", format.name));
  }
  return run_and_print(requests, std::move(settings));
}

int do_reproduce(const Grammar& grammar, const std::vector<std::string>& command) {
  const auto& what = Catalog::reproduction(grammar.arguments.reproduction);
  const bool quick = grammar.arguments.quick;
  auto settings = settings_of(grammar, command);
  if (settings.out.empty()) settings.out = fmt::format("asyncmark-{}.json", what.name);
  settings.print = [&](const Context& context, const std::vector<Result>& results) {
    return what.print(context, results, quick);
  };
  const auto out = settings.out;
  const int code = run_and_print(what.plan(quick), std::move(settings));
  if (!grammar.arguments.common.quiet) fmt::print(stderr, "The figures are in {}.\n", out);
  return code;
}

template <class Entry>
void list_entries(const char* title, const std::vector<Entry>& entries) {
  fmt::print("{}\n", title);
  for (const auto& entry : entries) fmt::print("  {:<14} {}\n", entry.name, entry.summary);
}

int do_list(const std::string& what) {
  const bool all = what.empty();
  if (!all && what != "workloads" && what != "runners" && what != "formats" &&
      what != "reproductions")
    throw UsageError(
        fmt::format("list: '{}' is none of workloads, runners, formats, reproductions", what));
  if (all || what == "workloads") list_entries("workloads", Catalog::workloads());
  if (all || what == "runners") list_entries("runners", Catalog::runners());
  if (all || what == "formats") list_entries("formats", Catalog::formats());
  if (all || what == "reproductions") list_entries("reproductions", Catalog::reproductions());
  return 0;
}

int dispatch(int argc, char** argv) {
  Grammar grammar;
  try {
    grammar.app.parse(argc, argv);
  } catch (const CLI::Success& asked) {
    return grammar.app.exit(asked);
  } catch (const CLI::ParseError& error) {
    throw UsageError(error.what());
  }
  const std::vector<std::string> command(argv, argv + argc);
  if (grammar.run->parsed()) return do_run(grammar, command);
  if (grammar.reproduce->parsed()) return do_reproduce(grammar, command);
  if (grammar.list->parsed()) return do_list(grammar.arguments.listed);
  const auto rest = grammar.app.remaining();
  throw UsageError(fmt::format(
      "{}; there are reproduce, run and list, and --help explains them",
      rest.empty() ? "no command is given" : fmt::format("no such command '{}'", rest[0])));
}

/// Where standard input, output or error is closed, the next file opened would take its number, and
/// its place.
void fill_standard_descriptors() {
  int file = 0;
  while (file >= 0 && file <= STDERR_FILENO) file = open("/dev/null", O_RDWR);
  close(file);
}

}  // namespace

int command_line(int argc, char** argv) {
  // Before anything else: a child must not pay for building the grammar.
  if (argc == 2 && std::string_view(argv[1]) == "run-case") return run_case();
  if (argc > 2 && std::string_view(argv[1]) == "launch") return launch(argv + 2);
  fill_standard_descriptors();
  try {
    return dispatch(argc, argv);
  } catch (const UsageError& error) {
    fmt::print(stderr, "asyncmark: {}\n", error.what());
    return 2;
  }
}

}  // namespace asyncmark
