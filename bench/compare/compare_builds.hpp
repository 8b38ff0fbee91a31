#pragma once

#include <string>
#include <vector>

#include "bench/base/screen.hpp"
#include "bench/compare/comparison.hpp"
#include "bench/plan/plan.hpp"
#include "bench/results/failure_budget.hpp"

namespace asyncmark {

/// What is compared, and how carefully.
struct CompareSettings {
  std::string baseline;  ///< A program, a command or a URL.
  std::string contender;
  PairSettings pairs;
  Duration time_limit = std::chrono::minutes(10);
  std::vector<std::string> launcher;
  FailureBudget max_failed;
  ProgressMode progress = ProgressMode::automatic;
  /// Called with the verdicts so far whenever there is one more: the place to save them.
  std::function<void(const Comparison&)> keep = [](const Comparison&) {};
};

/// Carries the cases out with two builds of asyncmark (or whatever speaks as one), by turns. A
/// build that fails in a case leaves the others to be judged. Throws UsageError for a program that
/// cannot be started and for cases that make no sense.
Comparison compare_builds(const std::vector<Request>& requests, const CompareSettings& settings);

/// The same for two commands, each a whole process from its start to its end; one case. Throws
/// UsageError for what is no command.
Comparison compare_commands(const CompareSettings& settings);

/// The same for two running services, whose URLs are the baseline and the contender: each case of
/// the request is carried out with either URL. Throws UsageError, which names the URL, for a
/// service that is not there.
Comparison compare_urls(const Request& request, const CompareSettings& settings);

}  // namespace asyncmark
