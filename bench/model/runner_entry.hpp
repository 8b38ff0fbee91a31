#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "bench/base/options.hpp"
#include "bench/base/registry.hpp"

namespace asyncmark {

class Runner;

/// Another program that carries out cases, as docs/protocol.md says.
struct Program {
  std::vector<std::string> words;
  std::string_view text = {};  ///< A script of ours that it finds on kScriptDescriptor, or none.
  std::string package = {};    ///< Of Debian, that has it; empty: who names it knows.
};

/// A runner as it registers itself.
struct RunnerEntry {
  static constexpr std::string_view kKind = "runner";
  std::string name;
  std::string summary;
  std::string timing;  ///< One sentence: whether starting threads or processes is timed.
  std::vector<OptionSpec> options;
  bool knows_in_flight = true;  ///< False where the cap is 1 by definition.
  std::function<std::unique_ptr<Runner>(const OptionValues&)> make;
  /// Whose processes carry out its cases, where that is not asyncmark. Its Runner only plans, see
  /// elsewhere().
  std::optional<Program> program = {};

  /// The built-in ones come before the adapters.
  bool order() const { return program.has_value(); }
};

/// Those of asyncmark itself: `all`.
std::span<const RunnerEntry> built_in_runners();

/// Those that are other programs.
std::span<const RunnerEntry> adapters();

/// Returns the runner of this name. `cmd:PROGRAM ARGUMENTS` is whatever speaks the protocol,
/// whether it is there or not. Throws UsageError, with the names that exist, for any other name.
const RunnerEntry& runner_entry(std::string_view name);

}  // namespace asyncmark
