#pragma once

#include <string>
#include <vector>

#include "bench/results/result_set.hpp"
#include "reports/analysis/cases.hpp"

namespace asyncmark::charts {

/// What a family draws from: finished cases of one workload with one set of options.
struct Group {
  const ResultSet& set;
  Cases cases;
};

/// What of the load differs along a line.
enum class Axis { ops, in_flight, rate };

/// Cases that are alike but for that, in its order, with a name that tells the line from the
/// others: `event-loop, 28 in flight`.
struct Line {
  std::string label;
  std::string panel;  ///< What the label says besides the runner: `28 in flight`.
  Cases cases;
};

/// Open loops along the rate, all others along the two others.
std::vector<Line> lines_of(const Cases& cases, Axis axis);

/// What a row of figures says of its case: the case's name, and the line's `series`, `panel` and
/// `runner`.
Json row_of(const Line& line, const Result& result);

/// The last case of each line along the operations, and of open loops those at the highest rate at
/// which all kept up, or else the lowest: a case a line.
struct Largest {
  std::vector<Line> lines;
  std::string words;  ///< "at 4000/s, the highest rate at which all kept up".
};
Largest at_largest_load(const Cases& cases);

/// A median of several repetitions, and where the true one may lie: its 95 % interval, or with
/// fewer than six all that was seen.
struct Spread {
  double median = 0;
  double low = 0;
  double high = 0;
};
/// Needs one or more values.
Spread spread_of(std::vector<double> values);

/// Of the time of a pass in milliseconds.
Spread time_ms(const Result& one);
/// Of the successes per second.
Spread ops_per_s(const Result& one);

/// What the interval of these cases is, in words: "95 % intervals of the medians".
std::string interval_words(const Cases& cases);

}  // namespace asyncmark::charts
