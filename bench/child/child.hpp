#pragma once

#include <functional>
#include <string>
#include <vector>

#include "bench/child/live.hpp"
#include "bench/model/case.hpp"
#include "bench/results/result.hpp"

namespace asyncmark {

class Service;

struct ChildSettings {
  /// What carries cases out, when told to `run-case`: another build of asyncmark, or what speaks as
  /// one. Empty: this very program.
  std::string program = {};
  Duration time_limit = std::chrono::minutes(10);  ///< A child that runs longer is killed.
  std::vector<std::string> launcher;               ///< A command put before the child's own.
  std::function<void(const Live&)> tick;           ///< Called four times a second meanwhile.
  std::function<Service*(const Case&)> service;    ///< Which a case calls; null for none of ours.
  std::function<std::string(const Case&)> write;   ///< The document, if not by write_case().
};

/// The parent's side: carries out the case in a fresh process and waits for its report, but for one
/// whose service has ended. Whatever becomes of the child is told in the repetition; nothing
/// throws. Returns early, with the child ended, when an Interruption happens.
Repetition run_in_child(const Case& one, const ChildSettings& settings);

/// The child's side, `asyncmark run-case`: gives the exit code.
int run_case();

/// `asyncmark launch COMMAND...`: becomes that command, which then ends when our parent does. (A
/// launcher may wait for the child that it starts, and would otherwise keep it alive.)
int launch(char** command);

}  // namespace asyncmark
