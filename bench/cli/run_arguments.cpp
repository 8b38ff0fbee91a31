#include "bench/cli/run_arguments.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <system_error>

#include "bench/base/errors.hpp"
#include "bench/base/shell_words.hpp"
#include "bench/base/text_encoding.hpp"
#include "bench/cli/flags.hpp"
#include "bench/cli/unknown.hpp"
#include "bench/model/workload_entry.hpp"

namespace asyncmark {
namespace {

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

/// What CLI11 did not know: flags of Google Benchmark, or a mistake.
BenchmarkFlags benchmark_flags(const CLI::App& app, const std::vector<std::string>& command) {
  const auto rest = app.remaining(true);
  for (const auto& argument : rest)
    if (!argument.starts_with("--benchmark_")) throw unknown(argument, app, command);
  return BenchmarkFlags::parse(rest);
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

}  // namespace

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
  settings.junit = common.junit;
  settings.command = command;
  return settings;
}

std::vector<Request> requested(const Grammar& grammar) {
  const auto chosen = grammar.run->get_subcommands();
  const auto& plan = grammar.arguments.plan;
  const auto rest = grammar.run->remaining();
  if (chosen.empty() && !rest.empty() && stands_for_workload(rest[0]))
    throw unknown_workload(rest[0], "run");
  if (chosen.empty() == plan.empty())
    throw UsageError("run: give either a workload (see 'asyncmark list workloads') or --plan FILE");
  if (!chosen.empty()) {
    Request request(chosen[0]->get_name());
    for (const auto& [name, text] : grammar.arguments.options) request.set(name, text);
    return {request};
  }
  return parse_plan(text_of_plan(plan), plan);
}

}  // namespace asyncmark
