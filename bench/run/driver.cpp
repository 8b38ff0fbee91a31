#include "bench/run/driver.hpp"

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <algorithm>
#include <iostream>
#include <regex>

#include "bench/base/errors.hpp"
#include "bench/child/settling.hpp"
#include "bench/os/interruption.hpp"
#include "bench/run/benchmark_reporters.hpp"
#include "bench/run/progress.hpp"

namespace asyncmark {
namespace {

/// One run of one case in a child.
void run_once(Result& result, const DriverSettings& settings, Settling& settling,
              Progress& progress) {
  if (Interruption::happened()) return;
  auto child = settings.child;
  if (progress.is_live()) child.tick = [&](const Live& live) { progress.show(live); };
  const auto what = result.what.of_repetition(result.repetitions.size());
  Settling::Wait waited;
  if (settling.is_needed(what)) {
    progress.wait_for_service(result);
    waited = settling.wait(what, child);
  }
  progress.begin(result);
  auto repetition = run_in_child(what, child);
  settling.ended(what, repetition);
  repetition.measurement.phases.settle = waited.took;
  repetition.measurement.busy_before = waited.still_busy;
  // A run cut short by the user is no result, not even a failed one.
  if (!Interruption::happened() || repetition.died.empty()) take(result, std::move(repetition));
  progress.end(result);
  if (settings.benchmark.reports()) progress.clear();  // Its reporter prints now.
}

/// Throws UsageError for what Google Benchmark does not take.
void pass_on(const std::vector<std::string>& flags) {
  static char name[] = "asyncmark";  // Kept by Google Benchmark, for its context.
  // From the environment Google Benchmark would take BENCHMARK_OUT and its kin.
  std::vector<std::string> arguments{"--benchmark_list_tests=false",
                                     "--benchmark_out=", "--benchmark_repetitions=1",
                                     "--benchmark_min_time=0.5", "--benchmark_min_warmup_time=0"};
  arguments.insert(arguments.end(), flags.begin(), flags.end());
  std::vector<char*> argv{name};
  for (auto& argument : arguments) argv.push_back(argument.data());
  auto argc = static_cast<int>(argv.size());
  benchmark::Initialize(&argc, argv.data());
  if (argc > 1)
    throw UsageError(fmt::format("{}: unknown flag or value of Google Benchmark", argv[1]));
}

}  // namespace

BenchmarkFlags BenchmarkFlags::parse(const std::vector<std::string>& arguments) {
  BenchmarkFlags flags;
  for (const auto& argument : arguments) {
    const auto equals = argument.find('=');
    const auto name = argument.substr(0, equals);
    const auto value = equals == std::string::npos ? "" : argument.substr(equals + 1);
    const auto one_of = [&](std::vector<std::string> right) {
      return std::get<std::string>(
          choice_option(name.substr(2), std::move(right), "").parse(value));
    };
    if (name == "--benchmark_filter") {
      flags.filter = value;
    } else if (name == "--benchmark_list_tests") {
      flags.list_tests = value.empty() || one_of({"true", "false"}) == "true";
    } else if (name == "--benchmark_repetitions") {
      flags.repetitions = static_cast<std::uint64_t>(parse_count(value, name, 1, kMostRepetitions));
    } else if (name == "--benchmark_format") {
      flags.format = one_of({"console", "json", "csv"});
    } else if (name == "--benchmark_out") {
      flags.out = value;
      flags.passed_on.push_back(argument);
    } else if (name == "--benchmark_out_format") {
      flags.out_format = one_of({"json", "console", "csv"});
      flags.passed_on.push_back(argument);
    } else if (name == "--benchmark_time_unit") {
      one_of({"ns", "us", "ms", "s"});
      flags.passed_on.push_back(argument);
    } else if (name == "--benchmark_color") {
      one_of({"auto", "true", "false", "yes", "no", "1", "0"});
      flags.passed_on.push_back(argument);
    } else if (name == "--benchmark_min_time" || name == "--benchmark_min_warmup_time") {
      throw UsageError(
          fmt::format("{}: a case has its own length; use --ops or --duration, and "
                      "--warmup",
                      name));
    } else {
      flags.passed_on.push_back(argument);
    }
  }
  pass_on(flags.passed_on);
  return flags;
}

std::vector<Result> filtered(std::vector<Result> cases, const std::string& filter) {
  if (filter.empty() || filter == "all") return cases;
  const bool leave_out = filter.front() == '-';
  std::regex expression;
  try {
    expression.assign(filter.substr(leave_out ? 1 : 0), std::regex::extended);
  } catch (const std::regex_error& error) {
    throw UsageError(fmt::format("--benchmark_filter: '{}' is not a regular expression: {}", filter,
                                 error.what()));
  }
  std::erase_if(cases, [&](const Result& one) {
    return std::regex_search(one.name(), expression) == leave_out;
  });
  if (cases.empty())
    throw UsageError(
        fmt::format("--benchmark_filter: '{}' matches no case; "
                    "--benchmark_list_tests shows their names",
                    filter));
  return cases;
}

void drive(std::vector<Result>& cases, const DriverSettings& settings) {
  Progress progress(cases, settings.progress);
  Settling settling;
  for (auto& result : cases) {
    // Google Benchmark learns neither times nor failures: it crashes where it computes statistics
    // and the first repetition failed. The reporters take all figures from the results.
    const auto body = [&](benchmark::State& state) {
      const auto before = result.repetitions.size();
      for ([[maybe_unused]] auto _ : state) run_once(result, settings, settling, progress);
      // After an interruption thousands may be left out, one by one.
      if (settings.keep && result.repetitions.size() != before) settings.keep(cases);
    };
    benchmark::RegisterBenchmark(result.name().c_str(), body)
        ->UseManualTime()
        ->Iterations(1)
        ->Repetitions(static_cast<int>(result.planned_repetitions))
        ->Unit(benchmark::kMillisecond);
  }
  const auto display = make_display_reporter(settings.benchmark.format, cases);
  const auto file = settings.benchmark.out.empty()
                        ? nullptr
                        : make_file_reporter(settings.benchmark.out_format, cases);
  // Every case that is registered has passed the filter already, by its plain name.
  benchmark::RunSpecifiedBenchmarks(display.get(), file.get(), "all");
  benchmark::ClearRegisteredBenchmarks();
}

}  // namespace asyncmark
