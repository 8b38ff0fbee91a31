#include "bench/compare/compare_command.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <iostream>

#include "bench/base/errors.hpp"
#include "bench/base/github_actions.hpp"
#include "bench/base/output_file.hpp"
#include "bench/base/shell_words.hpp"
#include "bench/base/standard_error.hpp"
#include "bench/base/visible.hpp"
#include "bench/compare/compare_stored.hpp"
#include "bench/compare/comparison_entry.hpp"
#include "bench/run/context.hpp"

namespace asyncmark {
namespace {

enum class Kind { builds, commands, urls, stored };

/// What is compared follows from how it is asked: --commands, --urls, cases behind --, or none.
Kind kind_of(const CompareRequest& request) {
  if (request.commands) {
    if (!request.requests.empty())
      throw UsageError(
          "compare: --commands times the two commands as they are; remove the words after '--'");
    return Kind::commands;
  }
  if (request.urls) return Kind::urls;
  if (request.requests.empty()) return Kind::stored;
  for (const auto& build : {request.settings.baseline, request.settings.contender})
    if (!find_program(build))
      throw UsageError(fmt::format(
          "compare: '{}' is not a program; give a build in the PATH or with its folder. To compare "
          "two files of results, remove the words after '--'; for two commands, give --commands",
          build));
  return Kind::builds;
}

/// Compares two files of results. Throws UsageError, which names what two builds need in addition.
Comparison compare_files(const std::string& baseline, const std::string& contender) {
  try {
    return compare_stored(baseline, contender);
  } catch (const UsageError& error) {
    for (const auto& side : {baseline, contender}) {
      if (side.find("://") != side.npos)
        throw UsageError(
            "compare: to compare two running services, give --urls, as in 'compare --urls A B'");
      if (side.find(' ') != side.npos && !std::filesystem::exists(side))
        throw UsageError(fmt::format("{}; to compare two commands, give --commands", error.what()));
    }
    if (!find_program(baseline) && !find_program(contender)) throw;
    throw UsageError(
        fmt::format("{}; to compare two builds, give the cases after '--', as in 'compare OLD NEW "
                    "-- sleep --wait 4ms --ops 10'; to compare two commands, give --commands",
                    error.what()));
  }
}

std::vector<std::pair<const ComparisonEntry*, OutputFile>> checked_outputs(
    const CompareRequest& request) {
  std::vector<std::pair<const ComparisonEntry*, OutputFile>> all;
  for (const auto& [name, path] : request.outputs) {
    if (path.empty()) throw UsageError(fmt::format("--{}: needs a name", name));
    for (const auto& [other, taken] : request.outputs)
      if (other < name && same_file(taken, path))
        throw UsageError(
            fmt::format("--{} and --{}: both are '{}'; give two files", other, name, path));
    for (const auto& read : {request.settings.baseline, request.settings.contender})
      if (!request.commands && !request.urls && same_file(read, path))
        throw UsageError(
            fmt::format("--{}: '{}' is one of the inputs; give another name", name, path));
    const auto& entry = Registry<ComparisonEntry>::at(name);
    entry.text({});  // What this program cannot make it says now, and not after minutes.
    all.emplace_back(&entry, OutputFile(path, "--" + name));
  }
  return all;
}

std::vector<Annotation> annotations(const Comparison& all) {
  if (all.is_void()) return {{"invalid", all.sentence()}};
  std::vector<Annotation> slower;
  for (const auto& one : all.cases)
    if (all.gates && one.verdict == Verdict::slower && one.failed.empty())
      slower.push_back({"slower: " + one.name, one.reason()});
  return slower;
}

void tell_github(const Comparison& all) {
  if (runs_in_github_actions()) std::cout << annotation_lines(annotations(all), "slower");
  for (const auto& entry : Registry<ComparisonEntry>::all())
    if (entry.is_job_summary) append_to_job_summary([&] { return entry.text(all); });
}

/// What went wrong and what is odd, a line each on standard error.
void warn(const Comparison& all) {
  if (!all.machine_differences.empty())
    fmt::print(stderr, "warning: the machines differ: {}\n",
               visible(fmt::format("{}", fmt::join(all.machine_differences, "; "))));
  for (const auto& one : all.cases)
    if (!one.failed.empty())
      to_standard_error("warning: {}: {}\n", visible(one.name), visible(one.failed));
}

int exit_code(const Comparison& all, bool strict) {
  if (all.partial && !all.stored) return 130;
  if (all.is_void()) return 5;
  if (all.failed()) return 4;
  if (all.gates && all.count(Verdict::slower) > 0) return 1;
  return strict && all.count(Verdict::inconclusive) > 0 ? 3 : 0;
}

Comparison compared(Kind kind, const CompareRequest& request) {
  const auto& settings = request.settings;
  switch (kind) {
    case Kind::stored:
      return compare_files(settings.baseline, settings.contender);
    case Kind::commands:
      return compare_commands(settings);
    case Kind::urls:
      return compare_urls(request.requests.at(0), settings);
    case Kind::builds:
      break;
  }
  return compare_builds(request.requests, settings);
}

/// What both sides are, if they are the same; else empty.
std::string same_twice(Kind kind, const CompareSettings& settings) {
  if (kind == Kind::urls) return settings.baseline == settings.contender ? "URL" : "";
  return kind != Kind::commands && same_file(settings.baseline, settings.contender) ? "file" : "";
}

}  // namespace

int compare(CompareRequest request) {
  auto& settings = request.settings;
  const auto kind = kind_of(request);
  const auto outputs = checked_outputs(request);
  if (request.gate_stored && kind != Kind::stored)
    throw UsageError("--gate-stored: needs two files of results");

  const auto context = look_around(request.command.front(), request.command);
  const auto write = [&](Comparison all) {
    all.context = context;
    return std::ranges::all_of(
        outputs, [&](const auto& one) { return one.second.write(one.first->text(all)); });
  };
  settings.keep = [&](const Comparison& so_far) {
    auto all = so_far;
    all.partial = true;
    if (std::ranges::all_of(outputs, [](const auto& one) { return one.second.is_regular(); }))
      write(std::move(all));
  };
  auto all = compared(kind, request);
  if (const auto same = same_twice(kind, settings); !same.empty())
    to_standard_error("warning: baseline and contender are the same {}\n", same);
  all.context = context;
  all.gates = !all.stored || request.gate_stored;
  const bool written = write(all);
  std::cout << Registry<ComparisonEntry>::default_entry().text(all) << std::flush;
  tell_github(all);
  if (!std::cout.flush()) throw UsageError("standard output cannot be written");
  warn(all);
  if (all.partial && !all.stored)
    to_standard_error("interrupted: {}\n",
                      all.cases.empty() ? "there is no verdict" : "the verdicts so far are above");
  return written ? exit_code(all, request.strict) : 2;
}

}  // namespace asyncmark
