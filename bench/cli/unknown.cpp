#include "bench/cli/unknown.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <algorithm>

#include "bench/base/nearest.hpp"
#include "bench/model/workload_entry.hpp"

namespace asyncmark {
namespace {

/// Returns the flags of the command that was given.
std::vector<std::string> flags_of(const CLI::App* app) {
  while (!app->get_subcommands().empty()) app = app->get_subcommands().front();
  std::vector<std::string> all;
  for (const auto* option : app->get_options())
    for (const auto& name : option->get_lnames()) all.push_back("--" + name);
  return all;
}

/// What other load generators call an option of ours.
constexpr std::pair<std::string_view, std::string_view> kElsewhere[] = {
    {"--connections", "--in-flight"},
    {"--clients", "--in-flight"},
    {"--concurrency", "--in-flight"},
    {"--vus", "--in-flight"},
    {"--requests", "--ops"},
    {"--iterations", "--ops"},
    {"--qps", "--rate"},
    {"--rps", "--rate"},
    {"--headers", "--header"},
    {"-H", "--header"},
    {"-X", "--method"},
    {"--query", "--sql"},
    {"--url", "--dsn"},
    {"--dsn", "--url"},
    {"--duration", "--budget"},
    {"--pool", "--in-flight"},
    {"--json", "--format"},
    {"--percentile", "--columns +p95"},
    {"--percentiles", "--columns +p95"},
    {"--p95", "--columns +p95"},
    {"--p99", "--columns +p99"},
    {"--chart", "--html"},
    {"--threads", "--workers"},
    {"-c", "--in-flight"},
    {"-n", "--ops"},
    {"-z", "--duration"},
    {"-d", "--duration"},
    {"-R", "--rate"},
    {"-t", "--workers"}};

/// Returns "; did you mean '--name'?" for what is close to a flag of the command, or its name in
/// other tools.
std::string meant_by(const std::string& argument, const std::vector<std::string>& flags) {
  if (std::ranges::find(flags, "--urls") != flags.end()) {  // Those of `compare`.
    constexpr std::string_view kOfRun[] = {"--rate",      "--ops",    "--duration", "--runner",
                                           "--in-flight", "--header", "--timeout"};
    if (std::ranges::find(kOfRun, argument) != std::end(kOfRun))
      return fmt::format("; put it after '--', as in compare --urls A B -- {} ...", argument);
    if (argument == "--slo" || argument == "--fail-on")
      return "; compare exits with 1 if the contender is slower; for a limit use 'run http --slo'";
  }
  const auto has = [&](const char* flag) { return std::ranges::find(flags, flag) != flags.end(); };
  if ((argument == "--rate" || argument == "--ops") && has("--budget") && has("--slo"))
    return "; it chooses its own loads: use --slo for a limit, --budget for the time";
  if ((argument == "--html" || argument == "--chart") &&
      std::ranges::find(flags, "--out") != flags.end())
    return "; save the results by --out FILE, then 'asyncmark report FILE --html PAGE'";
  for (const auto& [theirs, flag] : kElsewhere)
    if (theirs == argument &&
        std::ranges::find(flags, flag.substr(0, flag.find(' '))) != flags.end())
      return fmt::format("; did you mean '{}'?", flag);
  return suggestion(argument, flags);
}

bool may_hold_secrets(const std::string& option) {
  return std::ranges::any_of(Registry<WorkloadEntry>::all(), [&](const WorkloadEntry& workload) {
    return std::ranges::any_of(workload.options, [&](const OptionSpec& spec) {
      return option == "--" + spec.name && (spec.shown || !spec.hidden_by.empty());
    });
  });
}

}  // namespace

UsageError unknown(std::string argument, const CLI::App& app) {
  // A URL may hold a password, and so may the value of a mistyped option.
  if (!argument.starts_with('-') && argument.find("://") != std::string::npos)
    return UsageError(fmt::format("unknown argument: a URL needs {} before it",
                                  argument.starts_with("postgres") ? "--dsn" : "--url"));
  if (argument.starts_with("--")) argument.resize(std::min(argument.find('='), argument.size()));
  const bool is_option = argument.starts_with('-');
  if (!argument.empty() && argument.find_first_not_of("0123456789.") == std::string::npos)
    return UsageError(fmt::format(
        "unknown argument '{}'; separate the values of an option by commas, as in 100,200",
        argument));
  auto meant = is_option ? meant_by(argument, flags_of(&app)) : "";
  if (argument == "--fail-on" && meant.empty())
    meant = "; 'run' and 'probe' have it, and 'compare' exits with 1 if something is slower";
  if (argument == "--url" && meant.empty()) meant = "; 'asyncmark run http --url URL' calls one";
  return UsageError(fmt::format("unknown {} '{}'{}", is_option ? "option" : "argument", argument,
                                meant.empty() ? "; see --help" : meant));
}

bool stands_for_workload(const std::string& word) {
  return !word.starts_with('-') || word.starts_with("--url");
}

UsageError unknown_workload(const std::string& name, const std::string& command) {
  std::vector<std::string> names;
  for (const auto& workload : Registry<WorkloadEntry>::all()) names.push_back(workload.name);
  if (name.starts_with("--url") || name.find("://") != std::string::npos)
    return UsageError(
        fmt::format("{0}: to call a URL, use 'asyncmark {0} http --url URL'", command));
  const auto meant = suggestion(name, names);
  return UsageError(fmt::format(
      "{2}: no workload '{0}'{1} See 'asyncmark list workloads', write it with 'asyncmark new "
      "workload {0}', or use your own program: --runner cmd:PROGRAM",
      name, meant.empty() ? "." : meant, command));
}

UsageError unknown(const std::string& argument, const CLI::App& app,
                   const std::vector<std::string>& command) {
  const auto end = std::make_reverse_iterator(std::ranges::find(command, argument));
  const auto option =
      std::find_if(end, command.rend(), [](const auto& word) { return word.starts_with("--"); });
  if (argument.starts_with('-') || option == command.rend() || !may_hold_secrets(*option))
    return unknown(argument, app);
  return UsageError(
      fmt::format("unknown argument after {}; put a value with spaces into quotes", *option));
}

UsageError unknown_command(const std::string& name, const CLI::App& app) {
  std::vector<std::string> names;
  for (const auto* command : app.get_subcommands([](const CLI::App*) { return true; }))
    names.push_back(command->get_name());
  const auto all = fmt::format("the commands are {}", fmt::join(names, ", "));
  if (name.empty()) return UsageError(fmt::format("no command is given; {}", all));
  if (name.find("://") != std::string::npos)
    return UsageError("no command: to call a URL, use 'asyncmark run http --url URL'");
  if (const auto* workload = Registry<WorkloadEntry>::find(name))
    return UsageError(fmt::format("no command '{0}'; use 'asyncmark run {0}{1}'", name,
                                  workload->address_option.empty()
                                      ? ""
                                      : fmt::format(" --{} ...", workload->address_option)));
  if (name == "help") return UsageError("no command 'help'; use --help, also after a command");
  const auto meant = suggestion(name, names);
  return UsageError(fmt::format("no command '{}'{}", name, meant.empty() ? "; " + all : meant));
}

}  // namespace asyncmark
