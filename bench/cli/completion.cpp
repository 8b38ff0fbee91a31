#include "bench/cli/completion.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>

#include "bench/model/runner_entry.hpp"
#include "bench/model/workload_entry.hpp"
#include "bench/plan/reproduction_entry.hpp"
#include "bench/probe/crossover.hpp"
#include "bench/probe/probe_entry.hpp"
#include "bench/results/format_entry.hpp"
#include "bench/services/serving.hpp"

namespace asyncmark {
namespace {

using Words = std::vector<std::string>;

Words names(const auto& entries) {
  Words all;
  for (const auto& entry : entries) all.push_back(entry.name);
  return all;
}

/// The values of a flag, where they are known by name. `above` is the command that `command`
/// belongs to.
Words values_of(const std::string& flag, const std::string& command, const std::string& above) {
  if (flag == "--format" && above == "probe") return names(Registry<ProbeEntry>::all());
  if (flag == "--format" && above == "crossover") return names(Registry<CrossoverEntry>::all());
  if (flag == "--metric") return {"time", "p50", "p99", "cpu", "memory"};
  if (flag == "--format" && command == "reproduce") return {"table", "markdown"};
  if (flag == "--format") return names(Registry<FormatEntry>::all());
  if (flag == "--arrivals") return {"fixed", "poisson"};
  if (flag == "--progress") return {"auto", "plain"};
  if (flag == "--runner") {
    auto all = names(Registry<RunnerEntry>::all());
    all.push_back("all");
    return all;
  }
  const auto choices = [&](const auto& entries) {
    for (const auto& entry : entries)
      for (const auto& spec : entry.options)
        if (entry.name == command && "--" + spec.name == flag) return spec.choices;
    return Words{};
  };
  const auto found = choices(Registry<WorkloadEntry>::all());
  return found.empty() ? choices(Registry<ServiceEntry>::all()) : found;
}

/// What may stand for a word that is no flag.
Words positional(const CLI::App& app) {
  if (app.get_name() == "list")
    return {"workloads", "runners", "services", "formats", "reproductions"};
  if (app.get_name() == "reproduce") return names(Registry<ReproductionEntry>::all());
  Words all;
  for (const auto* command :
       app.get_subcommands([](const CLI::App* one) { return !one->get_group().empty(); }))
    all.push_back(command->get_name());
  return all;
}

Words flags(const CLI::App& app) {
  Words all;
  for (const auto* option : app.get_options())
    if (!option->get_group().empty())  // Without a group it is not for people.
      for (const auto& name : option->get_lnames()) all.push_back("--" + name);
  return all;
}

}  // namespace

Words completions(const CLI::App& app, const Words& words) {
  const auto* command = &app;
  for (std::size_t i = 0; i + 1 < words.size(); ++i)
    for (const auto* below : command->get_subcommands([](const CLI::App*) { return true; }))
      if (below->get_name() == words[i]) {
        command = below;
        break;
      }
  const auto typed = words.empty() ? "" : words.back();
  const auto before = words.size() < 2 ? "" : words[words.size() - 2];
  const auto* flag = before.starts_with("--") ? command->get_option_no_throw(before) : nullptr;
  Words found;
  if (flag && flag->get_items_expected_max() > 0)
    found = values_of(before, command->get_name(),
                      command->get_parent() ? command->get_parent()->get_name() : "");
  else
    found = typed.starts_with('-') ? flags(*command) : positional(*command);
  // Each entry of a list is completed by itself.
  const auto list = typed.substr(0, typed.rfind(',') + 1);
  for (auto& one : found) one = list + one;
  std::erase_if(found, [&](const auto& one) { return !one.starts_with(typed); });
  std::ranges::sort(found);
  return found;
}

}  // namespace asyncmark
