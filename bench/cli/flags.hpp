#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <string>
#include <vector>

#include "bench/base/options.hpp"
#include "bench/base/screen.hpp"
#include "bench/cli/grammar.hpp"
#include "bench/model/workload_entry.hpp"

namespace asyncmark {

/// Adds `flag`, whose text goes into `value`; what is in there is the default and is in the help.
CLI::Option* add_value(CLI::App& app, const std::string& flag, std::string& value,
                       const char* placeholder, const std::string& help, const char* group);

/// Adds `flag`, which names a file to write.
void add_file(CLI::App& app, const std::string& flag, std::string& path, const std::string& help,
              const char* group);

/// Adds `--progress` and `--quiet`.
void add_progress(CLI::App& app, std::string& progress, bool& quiet, const char* group);

/// Adds `--name`, whose text is added to `texts`.
CLI::Option* add_text(CLI::App& app, Texts& texts, const std::string& name,
                      const std::string& placeholder, const std::string& help,
                      const std::string& group);

using Given = std::function<void(const std::vector<std::string>&)>;

/// Adds an option that may be given several times, with one value each.
void add_repeated(CLI::App& app, const std::string& name, const Given& given,
                  const std::string& placeholder, const std::string& help,
                  const std::string& group);

/// Adds an option that a plug-in declares, unless the command has it already.
void add_declared(CLI::App& app, Texts& texts, const OptionSpec& spec, const std::string& group);

/// Adds the options of a workload, of a load and of the runners, as `run` has them.
void add_case_options(CLI::App& app, Texts& texts, const WorkloadEntry& workload);

/// Splits the command of `--launcher` into words. Throws UsageError where its program is not there.
std::vector<std::string> launcher_words(const std::string& command);

/// Reads `--progress` and `--quiet`. Throws UsageError.
ProgressMode progress_mode(const std::string& when, bool quiet);

}  // namespace asyncmark
