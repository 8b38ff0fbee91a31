#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <vector>

namespace asyncmark {

/// Which of two runners did better.
enum class Better { unknown, first, second };

/// What runs in turn showed at one value of an option. In all figures less is better.
struct CrossoverPoint {
  double value = 0;
  std::vector<double> first = {};   ///< A figure for each run of the first runner.
  std::vector<double> second = {};  ///< The same of the second.

  /// Returns which one did better: all its figures are lower than all of the other, and they differ
  /// by more than 2 % and by more than chance explains. Four runs of each that are apart by chance
  /// are one case in 35 (2 of 8 over 4); with fewer runs the distance has to be a multiple of the
  /// spread.
  Better better() const;
  /// Returns the geometric mean of second over first.
  double ratio() const;
};

/// Between which values the order of two runners changes.
struct CrossoverBracket {
  double low = 0;
  double high = 0;
  Better below = Better::unknown;  ///< At `low`; unknown where they cannot be told apart there.
  Better above = Better::unknown;  ///< At `high`, in the same way.
};

/// Finds the value of an option at which the order of two runners changes: measures both ends, then
/// halves the bracket, and repeats what chance may decide. The halves are equal on a logarithmic
/// scale if the range is wide.
class CrossoverSearch {
 public:
  /// `rounded`: returns the value of the option next to a number. `most_pairs`: runs of each
  /// runner, over all values.
  CrossoverSearch(double low, double high, std::function<double(double)> rounded,
                  std::size_t most_pairs);

  /// Returns the value to measure both runners at; absent at the end.
  std::optional<double> next() const;
  void note(double value, double first, double second);

  /// Returns the first change of the order in the range; absent if there is none so far.
  std::optional<CrossoverBracket> bracket() const;
  /// Returns the points in ascending order of their values.
  const std::vector<CrossoverPoint>& points() const { return points_; }
  /// Returns whether a part of the range has the first runner ahead, and another the second.
  bool changes_twice() const;

 private:
  const CrossoverPoint* at(double value) const;
  bool wants_more(double value) const;
  double scaled(double value) const;
  std::optional<double> middle(double low, double high) const;

  double low_, high_;
  std::function<double(double)> rounded_;
  std::size_t pairs_left_;
  std::vector<CrossoverPoint> points_;
};

}  // namespace asyncmark
