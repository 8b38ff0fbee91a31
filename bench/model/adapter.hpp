#pragma once

#include <functional>
#include <memory>
#include <string>

#include "bench/model/load.hpp"
#include "bench/model/runner_entry.hpp"

namespace asyncmark {

/// `--runner 'cmd:PROGRAM ARGUMENTS'`
inline constexpr std::string_view kCommandPrefix = "cmd:";

/// The Runner of an entry with a Program: it tells how that carries out a load, and only that.
std::unique_ptr<Runner> elsewhere(std::function<Concurrency(const Load&)> concurrency);

/// The entry for `cmd:PROGRAM ARGUMENTS`. Throws UsageError for what is no command.
RunnerEntry runner_of_command(const std::string& name);

/// Throws UsageError where the program of a runner, if it has one, is not on this machine.
void check_program_of(const RunnerEntry& runner);

}  // namespace asyncmark
