#include "bench/cli/command_line.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstring>
#include <iostream>
#include <new>
#include <system_error>

#include "bench/base/errors.hpp"
#include "bench/base/standard_error.hpp"
#include "bench/base/visible.hpp"
#include "bench/child/check_adapter.hpp"
#include "bench/cli/compare_arguments.hpp"
#include "bench/cli/completion.hpp"
#include "bench/cli/crossover_arguments.hpp"
#include "bench/cli/flags.hpp"
#include "bench/cli/grammar.hpp"
#include "bench/cli/list_command.hpp"
#include "bench/cli/new_command.hpp"
#include "bench/cli/probe_arguments.hpp"
#include "bench/cli/report_command.hpp"
#include "bench/cli/run_arguments.hpp"
#include "bench/cli/unknown.hpp"
#include "bench/compare/compare_command.hpp"
#include "bench/model/runner_entry.hpp"
#include "bench/model/shown_arguments.hpp"
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

int do_run(const Grammar& grammar, const std::vector<std::string>& command) {
  // Before anything is said of words that are left over: `--wait --ops 5` leaves the 5.
  const auto requests = requested(grammar);
  auto settings = settings_of(grammar, command);
  const auto& shown = grammar.arguments.shown;
  const auto& format = Registry<FormatEntry>::at(shown.format);
  check_view(format, shown.view);
  auto view = shown.view;
  view.kept_in = settings.out;
  settings.print = [&format, view](const ResultSet& run) { return format.print({&run}, view); };
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
  if (grammar.compare->parsed()) {
    const auto request = compare_request(grammar, command, behind);
    if (request.outputs.empty()) need_standard_output();
    return compare(request);
  }
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

/// Overwrites secret values in the process's own arguments, which everyone can see by `ps`.
void hide_secrets(const std::vector<std::string>& words, char** argv) {
  const auto shown = shown_arguments(words);
  for (std::size_t i = 0; i < words.size(); ++i)
    if (shown[i] != words[i]) std::strncpy(argv[i], shown[i].c_str(), words[i].size());
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
    const std::vector<std::string> words(argv, argv + argc);
    hide_secrets(words, argv);
    const int code = dispatch(words);
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
