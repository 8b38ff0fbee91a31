#include "bench/cli/command_line.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <new>
#include <system_error>

#include "bench/base/errors.hpp"
#include "bench/base/shell_words.hpp"
#include "bench/base/standard_error.hpp"
#include "bench/base/text_encoding.hpp"
#include "bench/base/visible.hpp"
#include "bench/child/check_adapter.hpp"
#include "bench/cli/completion.hpp"
#include "bench/cli/crossover_arguments.hpp"
#include "bench/cli/flags.hpp"
#include "bench/cli/grammar.hpp"
#include "bench/cli/list_command.hpp"
#include "bench/cli/new_command.hpp"
#include "bench/cli/probe_arguments.hpp"
#include "bench/cli/report_command.hpp"
#include "bench/cli/unknown.hpp"
#include "bench/compare/compare_command.hpp"
#include "bench/model/runner_entry.hpp"
#include "bench/model/workload_entry.hpp"
#include "bench/os/limits.hpp"
#include "bench/plan/reproduction_entry.hpp"
#include "bench/results/format_entry.hpp"
#include "bench/run/run_command.hpp"
#include "bench/services/serving.hpp"

namespace asyncmark {
namespace {

/// Whether standard output was there when this was first asked.
bool has_standard_output() {
  static const bool is_open = fcntl(STDOUT_FILENO, F_GETFD) >= 0;
  return is_open;
}

void need_standard_output() {
  if (!has_standard_output())
    throw UsageError("standard output is closed, so the result would be lost");
}

/// What stands behind `--` is the value of an option, where the workload that is run has one for
/// it.
std::vector<std::string> with_rest_as_option(std::vector<std::string> words) {
  const auto rest = std::ranges::find(words, "--");
  if (rest == words.end() || words.size() < 2 ||
      (words[1] != "run" && words[1] != "probe" && words[1] != "crossover"))
    return words;
  const auto named = std::find_if(words.begin() + 2, rest, [&](const std::string& word) {
    return Registry<WorkloadEntry>::find(word) != nullptr;
  });
  if (named == rest || Registry<WorkloadEntry>::at(*named).rest_option.empty()) return words;
  const auto option = "--" + Registry<WorkloadEntry>::at(*named).rest_option;
  auto text = as_typed({rest + 1, words.end()});
  if (text.empty())
    throw UsageError(fmt::format("{} {}: give a command after '--'", words[1], *named));
  words.erase(rest, words.end());
  words.insert(words.end(), {option, std::move(text)});
  return words;
}

/// CLI11 says "--wait: 1 required DURATION missing" or "--wait: At Most 1 required but received 2".
std::string mismatch_text(const std::string& told) {
  const auto option = told.substr(0, told.find(':'));
  const auto required = told.find("required "), missing = told.find(" missing");
  if (required == told.npos) return told;
  if (missing == told.npos) return option + ": is given more than once";
  const auto value = required + std::string_view("required ").size();
  return fmt::format("{}: needs a value, {}", option, told.substr(value, missing - value));
}

/// Throws CLI::Success where help or the version is asked for, and UsageError.
void parse(Grammar& grammar, const std::vector<std::string>& command) {
  const auto words = with_rest_as_option(command);
  try {
    // As CLI11 wants them: from the last to the first, without the program's name.
    grammar.app.parse(std::vector<std::string>(words.rbegin(), words.rend() - 1));
  } catch (const CLI::Success&) {
    throw;
  } catch (const CLI::ArgumentMismatch& error) {
    throw UsageError(mismatch_text(error.what()));
  } catch (const CLI::ParseError& error) {
    throw UsageError(error.what());
  }
}

/// What CLI11 did not know: flags of Google Benchmark, or a mistake.
BenchmarkFlags benchmark_flags(const CLI::App& app, const std::vector<std::string>& command) {
  const auto rest = app.remaining(true);
  for (const auto& argument : rest)
    if (!argument.starts_with("--benchmark_")) throw unknown(argument, app, command);
  return BenchmarkFlags::parse(rest);
}

RunSettings settings_of(const Grammar& grammar, const std::vector<std::string>& command) {
  const auto& common = grammar.arguments.common;
  RunSettings settings;
  settings.driver.benchmark = benchmark_flags(grammar.app, command);
  settings.driver.child.time_limit = parse_duration(common.time_limit, "--time-limit");
  if (settings.driver.child.time_limit == Duration(0))
    throw UsageError("--time-limit: must be more than 0");
  settings.driver.child.launcher = launcher_words(common.launcher);
  settings.driver.progress = progress_mode(common.progress, common.quiet);
  settings.max_failed = FailureBudget::parse(common.max_failed);
  if (const auto& slo = grammar.arguments.shown.slo; !slo.empty()) settings.slo = Slo::parse(slo);
  if (!common.fail_on.empty())
    settings.gates = Gates::parse(common.fail_on, settings.slo.has_value());
  if (common.strict) settings.gates.add(Gates::strict());
  settings.calibrate = !common.no_calibration;
  settings.out = common.out;
  settings.command = command;
  return settings;
}

std::string text_of_plan(const std::string& path) {
  constexpr std::size_t kLargest = 16 << 20;  // A device may go on for ever.
  std::ifstream file(path);
  std::error_code unknown;
  if (!file.is_open() || std::filesystem::is_directory(path, unknown))
    throw UsageError(fmt::format("--plan: '{}' cannot be read: {}", path,
                                 std::strerror(file.is_open() ? EISDIR : errno)));
  std::string text(kLargest + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  if (text.size() > kLargest)
    throw UsageError(fmt::format("--plan: '{}' is larger than 16 MiB", path));
  if (const auto what = not_utf8(text); !what.empty())
    throw UsageError(fmt::format("--plan: '{}' {}", path, what));
  return text;
}

std::vector<Request> requested(const Grammar& grammar) {
  const auto chosen = grammar.run->get_subcommands();
  const auto& plan = grammar.arguments.plan;
  const auto rest = grammar.run->remaining();
  if (chosen.empty() && !rest.empty() && !rest[0].starts_with('-')) throw unknown_workload(rest[0]);
  if (chosen.empty() == plan.empty())
    throw UsageError("run: give either a workload (see 'asyncmark list workloads') or --plan FILE");
  if (!chosen.empty()) {
    Request request(chosen[0]->get_name());
    for (const auto& [name, text] : grammar.arguments.options) request.set(name, text);
    return {request};
  }
  return parse_plan(text_of_plan(plan), plan);
}

int do_run(const Grammar& grammar, const std::vector<std::string>& command) {
  // Before anything is said of words that are left over: `--wait --ops 5` leaves the 5.
  const auto requests = requested(grammar);
  auto settings = settings_of(grammar, command);
  const auto& shown = grammar.arguments.shown;
  const auto& format = Registry<FormatEntry>::at(shown.format);
  check_view(format, shown.view);
  settings.print = [&](const ResultSet& run) { return format.print({&run}, shown.view); };
  if (settings.out.empty() && settings.driver.benchmark.out.empty()) need_standard_output();
  return run_and_print(requests, std::move(settings));
}

Markup markup_named(const std::string& format) {
  if (format == "table") return Markup::terminal;
  if (format == "markdown") return Markup::markdown;
  throw UsageError(fmt::format("--format: '{}' is none here; give table or markdown", format));
}

int do_reproduce(const Grammar& grammar, const std::vector<std::string>& command) {
  const auto& what = Registry<ReproductionEntry>::at(grammar.arguments.reproduction);
  const bool quick = grammar.arguments.quick;
  const auto markup = markup_named(grammar.arguments.reproduction_format);
  if (const auto missing = what.missing ? what.missing() : ""; !missing.empty()) {
    std::cout << fmt::format("reproduce {}: skipped: {}\n", what.name, missing) << std::flush;
    return 0;
  }
  auto settings = settings_of(grammar, command);
  if (settings.out.empty()) settings.out = fmt::format("asyncmark-{}.json", what.name);
  settings.print = [&](const ResultSet& run) {
    return what.print(run.context, run.results, quick, markup);
  };
  if (what.ask_others)
    settings.ask_others = [&](const auto& results) { return what.ask_others(results, quick); };
  const auto out = settings.out;
  const int code = run_and_print(what.plan(quick), std::move(settings));
  if (!grammar.arguments.common.quiet) to_standard_error("The figures are in {}.\n", visible(out));
  return code;
}

int do_serve(const Grammar& grammar) {
  const auto chosen = grammar.serve->get_subcommands();
  const auto rest = grammar.app.remaining(true);
  if (chosen.empty()) {
    if (!rest.empty() && !rest[0].starts_with('-')) Registry<ServiceEntry>::at(rest[0]);
    throw UsageError("serve: give a service (see 'asyncmark list services')");
  }
  const auto& service = Registry<ServiceEntry>::at(chosen[0]->get_name());
  OptionValues options(service.options);
  for (const auto& [name, text] : grammar.arguments.options) options.set(name, text);
  if (!rest.empty()) throw unknown(rest[0], grammar.app);
  serve(service, options, grammar.arguments.counts);
  return 0;
}

int do_report(const Grammar& grammar) {
  if (const auto rest = grammar.app.remaining(true); !rest.empty())
    throw unknown(rest[0], grammar.app);
  const auto& arguments = grammar.arguments;
  if (!arguments.report_format.empty() || arguments.outputs.empty()) need_standard_output();
  return report(
      {arguments.files, arguments.report_format, arguments.report_view, arguments.outputs});
}

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

int do_compare(const Grammar& grammar, const std::vector<std::string>& command,
               const std::vector<std::string>& behind) {
  const auto& asked = grammar.arguments.compared;
  if (const auto rest = grammar.app.remaining(true); !rest.empty())
    throw unknown(rest[0], grammar.app);
  if (asked.contender.empty())
    throw UsageError(
        "compare: give two builds, two files of results, or two commands with --commands; see "
        "'asyncmark compare --help'");
  CompareRequest request;
  auto& settings = request.settings;
  settings.baseline = asked.baseline;
  settings.contender = asked.contender;
  settings.pairs.margins.least_effect = share(asked.least_effect, "--min-effect");
  settings.pairs.budget = parse_duration(asked.budget, "--budget");
  if (settings.pairs.budget == Duration(0)) throw UsageError("--budget: must be more than 0");
  settings.progress = progress_mode(asked.progress, asked.quiet);
  request.commands = asked.commands;
  request.gate_stored = asked.gate_stored;
  for (const auto& [name, path] : asked.outputs) request.outputs[name] = path;
  request.command = command;
  if (request.outputs.empty()) need_standard_output();
  if (!behind.empty()) {
    Grammar run;
    std::vector<std::string> words{command.front(), "run"};
    words.insert(words.end(), behind.begin(), behind.end());
    parse(run, words);
    request.requests = requested(run);
    const auto common = settings_of(run, words);
    settings.time_limit = common.driver.child.time_limit;
    settings.launcher = common.driver.child.launcher;
    settings.max_failed = common.max_failed;
    if (const auto idle = for_run_alone(run.arguments, common); !idle.empty())
      throw UsageError(fmt::format("compare: {} has no effect after '--'; remove it", idle));
  }
  return compare(std::move(request));
}

int do_new(const Grammar& grammar) {
  const auto rest = grammar.create->remaining(true);
  if (!rest.empty() || grammar.create->get_subcommands().empty())
    throw UsageError(
        fmt::format("new: {}; for example: asyncmark new workload file-read",
                    rest.empty() ? "say what to create" : fmt::format("unknown '{}'", rest[0])));
  return new_workload(grammar.arguments.new_name);
}

int do_probe(const Grammar& grammar, const std::vector<std::string>& command) {
  need_standard_output();
  return probe(probe_request(grammar, command));
}

int do_crossover(const Grammar& grammar, const std::vector<std::string>& command) {
  need_standard_output();
  return crossover(crossover_request(grammar, command));
}

int dispatch(const std::vector<std::string>& command) {
  // What `compare` runs stands behind --, and is read as `run` reads it.
  const bool compares = command.size() > 1 && command[1] == "compare";
  const auto end = compares ? std::ranges::find(command, "--") : command.end();
  const std::vector<std::string> behind(end == command.end() ? end : end + 1, command.end());
  Grammar grammar;
  try {
    parse(grammar, {command.begin(), end});
  } catch (const CLI::Success& asked) {
    need_standard_output();
    return grammar.app.exit(asked);
  }
  if (grammar.run->parsed()) return do_run(grammar, command);
  if (grammar.reproduce->parsed()) return do_reproduce(grammar, command);
  if (grammar.report->parsed()) return do_report(grammar);
  if (grammar.compare->parsed()) return do_compare(grammar, command, behind);
  if (grammar.probe->parsed()) return do_probe(grammar, command);
  if (grammar.crossover->parsed()) return do_crossover(grammar, command);
  if (grammar.serve->parsed()) return do_serve(grammar);
  if (grammar.check_adapter->parsed()) {
    need_standard_output();
    return check_adapter(grammar.arguments.adapter);
  }
  if (grammar.list->parsed()) {
    need_standard_output();
    return list_plug_ins(grammar.arguments.listed);
  }
  if (grammar.create->parsed()) return do_new(grammar);
  const auto rest = grammar.app.remaining();
  throw unknown_command(rest.empty() ? "" : rest[0], grammar.app);
}

/// For the shell: what the words after `complete` may go on with, a line each.
int complete(const std::vector<std::string>& words) {
  for (const auto& one : completions(Grammar().app, words)) fmt::print("{}\n", one);
  return 0;
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
  has_standard_output();  // Before it is filled.
  fill_standard_descriptors();
  std::signal(SIGXFSZ, SIG_IGN);  // A file that may not grow is an error as any other.
  try {
    // Before the grammar sees them: half a word is no mistake here.
    if (argc > 1 && std::string_view(argv[1]) == "complete")
      return complete({argv + 2, argv + argc});
    check_limits();
    const int code = dispatch({argv, argv + argc});
    if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0 || !std::cout.flush())
      throw UsageError("standard output cannot be written");
    return code;
  } catch (const UsageError& error) {
    to_standard_error("asyncmark: {}\n", visible_lines(error.what()));
  } catch (const CaseError& error) {
    to_standard_error("asyncmark: {}\n", visible_lines(error.what()));
  } catch (const std::bad_alloc&) {
    std::fputs("asyncmark: there is not enough memory (ulimit -v)\n", stderr);
  } catch (const std::system_error& error) {
    to_standard_error("asyncmark: {}\n", visible_lines(error.what()));
  }
  return 2;
}

}  // namespace asyncmark
