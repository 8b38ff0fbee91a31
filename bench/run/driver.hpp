#pragma once

#include <functional>
#include <string>
#include <vector>

#include "bench/base/screen.hpp"
#include "bench/child/child.hpp"
#include "bench/results/result.hpp"

namespace asyncmark {

/// What the user said to Google Benchmark (`--benchmark_*`), as far as we act on it ourselves.
struct BenchmarkFlags {
  std::string filter;  ///< A regular expression; with a leading '-', what to leave out.
  bool list_tests = false;
  std::optional<std::uint64_t> repetitions;
  std::string format;  ///< console, json, csv; empty: our own output.
  std::string out;
  std::string out_format = "json";
  std::vector<std::string> passed_on;  ///< To Google Benchmark as they are.

  /// Whether a reporter of Google Benchmark's shows the results.
  bool reports() const { return !format.empty() || !out.empty(); }

  /// Takes `--benchmark_filter=...` and its kin, and sets Google Benchmark's own. Throws UsageError
  /// for one that does not exist or whose value is wrong.
  static BenchmarkFlags parse(const std::vector<std::string>& arguments);
};

struct DriverSettings {
  ChildSettings child;
  BenchmarkFlags benchmark;
  ProgressMode progress = ProgressMode::automatic;
  /// Called after each child, with all results so far: the place to save them. Nothing is measured
  /// meanwhile.
  std::function<void(const std::vector<Result>&)> keep;
};

/// Leaves the cases whose names pass the filter. Throws UsageError for a malformed expression or
/// when nothing is left.
std::vector<Result> filtered(std::vector<Result> cases, const std::string& filter);

/// Carries out the cases: Google Benchmark repeats, interleaves and reports, each run in a child of
/// its own. On an Interruption (which the caller watches for) the rest is left out; `cases` then
/// holds what was finished.
void drive(std::vector<Result>& cases, const DriverSettings& settings);

}  // namespace asyncmark
