#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "bench/results/finding.hpp"
#include "bench/results/result.hpp"

namespace asyncmark {

/// Of the result document. Rises when a reader of the last one would misread this one; keys may be
/// added without.
inline constexpr int kSchemaVersion = 1;

/// One repetition of a ForeignCase: the times of an iteration, and whatever else was counted.
struct ForeignRun {
  double real_ns = 0;
  double cpu_ns = 0;
  std::uint64_t iterations = 0;
  std::vector<std::pair<std::string, double>> counters = {};
};

/// What can be told of a case that is no Result here: another program of Google Benchmark's wrote
/// it, or this build lacks its workload or runner.
struct ForeignCase {
  std::string name;
  std::string why;  ///< It is no Result: "another program wrote it".
  std::vector<ForeignRun> runs = {};
  std::string died = {};     ///< Why the first that failed did so; empty: none did.
  std::string skipped = {};  ///< Likewise of one that the program itself left out.

  /// What is to be said of runs that are not there; empty: none is missing.
  std::string missing() const;
  std::vector<double> real_ns() const;  ///< One a run.
  std::vector<double> cpu_ns() const;
};

/// The results of one run, or of one file.
struct ResultSet {
  std::string label = {};  ///< Tells it from others beside it; empty where it is alone.
  Context context = {};
  std::vector<Result> results = {};
  /// What check() says of them; of a file what it said when they were kept, for it looks at the
  /// workloads too, which may be others here.
  std::vector<Finding> findings = {};
  std::vector<ForeignCase> foreign = {};

  /// Whether something planned was not run: an interruption, or a file kept meanwhile.
  bool is_partial() const;
};

/// One or several side by side, of which no two have the same label.
using ResultSets = std::vector<const ResultSet*>;

}  // namespace asyncmark
