#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bench/base/registry.hpp"
#include "bench/probe/crossover_search.hpp"
#include "bench/results/result.hpp"

namespace asyncmark {

/// What two runners are compared by: the time of a run per operation, percentiles of the response
/// time (open loops) or service time, processor time per operation, memory per operation in flight.
enum class CrossoverMetric { time, p50, p99, cpu, memory };

/// The values of an option between which `crossover` searches.
struct ValueRange {
  enum class Kind { number, whole, duration, bytes };

  std::string option;  ///< Without dashes: "wait".
  Kind kind = Kind::number;
  double low = 0;  ///< In nanoseconds, bytes, or as it is.
  double high = 0;

  /// Reads `wait=1ms..100ms`, `ops=1..1000` or `share=0.1..0.9`. Throws UsageError.
  static ValueRange parse(const std::string& text);
  /// Returns a value as the option takes it, with three significant digits: "1.78ms", "32".
  std::string text(double value) const;
  /// Returns the value that text() stands for.
  double rounded(double value) const;
};

/// What `crossover` prints.
struct Crossover {
  Context context = {};
  std::string workload = {};
  std::string first = {};   ///< A runner.
  std::string second = {};  ///< Another.
  CrossoverMetric metric = CrossoverMetric::time;
  ValueRange range = {};
  std::vector<CrossoverPoint> points = {};  ///< In ascending order; figures in seconds or bytes.
  std::optional<CrossoverBracket> bracket = {};
  bool changes_twice = false;  ///< Whether the order changes more than once.
  std::string failed = {};     ///< Why it ended early; empty if it did not.
  bool partial = false;        ///< Whether an interrupt ended it.
};

/// A way to print what `crossover` found, by the name that `--format` takes.
struct CrossoverEntry {
  static constexpr std::string_view kKind = "format of crossover";
  std::string name;
  std::string summary;
  std::function<std::string(const Crossover&)> text;
  bool is_default = false;  ///< One entry has it.
};

}  // namespace asyncmark
