#include "bench/cli/flags.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "bench/base/errors.hpp"
#include "bench/base/shell_words.hpp"
#include "bench/model/runner_entry.hpp"
#include "bench/plan/plan.hpp"

namespace asyncmark {
namespace {

/// `--ops 1,2 --ops 3` is `--ops 1,2,3`. CLI11's own join() drops empty entries, which are
/// mistakes.
void add_list(CLI::App& app, Texts& texts, const RunOption& option) {
  add_repeated(
      app, option.name,
      [&texts, name = option.name](const std::vector<std::string>& all) {
        texts.emplace_back(name, fmt::format("{}", fmt::join(all, ",")));
      },
      option.placeholder, option.help, option.group);
}

}  // namespace

CLI::Option* add_value(CLI::App& app, const std::string& flag, std::string& value,
                       const char* placeholder, const std::string& help, const char* group) {
  const auto shown = value.empty() ? help : fmt::format("{} (default: {})", help, value);
  return app.add_option(flag, value, shown)->type_name(placeholder)->group(group);
}

void add_file(CLI::App& app, const std::string& flag, std::string& path, const std::string& help,
              const char* group) {
  add_value(app, flag, path, "FILE", help, group)->check([](const std::string& given) {
    return given.empty() ? "needs a name" : "";
  });
}

void add_progress(CLI::App& app, std::string& progress, bool& quiet, const char* group) {
  add_value(app, "--progress", progress, "WHEN",
            "auto: a status block on a terminal; plain: one line per case", group);
  app.add_flag("--quiet", quiet, "show no progress")->group(group);
}

CLI::Option* add_text(CLI::App& app, Texts& texts, const std::string& name,
                      const std::string& placeholder, const std::string& help,
                      const std::string& group) {
  return app
      .add_option_function<std::string>(
          "--" + name, [&texts, name](const std::string& text) { texts.emplace_back(name, text); },
          help)
      ->type_name(placeholder)
      ->group(group);
}

void add_repeated(CLI::App& app, const std::string& name, const Given& given,
                  const std::string& placeholder, const std::string& help,
                  const std::string& group) {
  app.add_option_function<std::vector<std::string>>("--" + name, given, help)
      ->allow_extra_args(false)
      ->type_name(placeholder)
      ->group(group);
}

void add_declared(CLI::App& app, Texts& texts, const OptionSpec& spec, const std::string& group) {
  if (app.get_option_no_throw("--" + spec.name)) return;  // Another runner declared it as well.
  if (spec.kind == OptionKind::flag) {
    app.add_flag_callback(
           "--" + spec.name, [&texts, name = spec.name] { texts.emplace_back(name, "true"); },
           spec.help)
        ->group(group);
    return;
  }
  if (spec.adds_up)
    add_repeated(
        app, spec.name,
        [&texts, name = spec.name](const std::vector<std::string>& all) {
          for (const auto& text : all) texts.emplace_back(name, text);
        },
        spec.value_name(), spec.help_text(), group);
  else
    add_text(app, texts, spec.name, spec.value_name(), spec.help_text(), group);
}

std::vector<std::string> launcher_words(const std::string& command) {
  auto all = shell_words(command, "--launcher");
  if (!all.empty()) program_file(all[0], "--launcher");
  return all;
}

ProgressMode progress_mode(const std::string& when, bool quiet) {
  choice_option("progress", {"auto", "plain"}, "").parse(when);
  if (quiet) return ProgressMode::none;
  return when == "plain" ? ProgressMode::plain : ProgressMode::automatic;
}

void add_case_options(CLI::App& app, Texts& texts, const WorkloadEntry& workload) {
  for (const auto& spec : workload.options) add_declared(app, texts, spec, "Operation");
  for (const auto& option : run_options()) {
    if (option.is_list)
      add_list(app, texts, option);
    else
      add_text(app, texts, option.name, option.placeholder, option.help, option.group);
    if (option.name != "runner") continue;
    for (const auto& runner : Registry<RunnerEntry>::all())
      for (const auto& spec : runner.options) add_declared(app, texts, spec, option.group);
  }
}

}  // namespace asyncmark
