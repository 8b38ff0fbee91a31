#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "reports/text/terminal.hpp"

namespace asyncmark::reproduction {

/// A figure of the results, or why there is none.
struct Measured {
  std::optional<double> value;
  std::string missing;  ///< The reason, in a few words; empty where there is a value.

  static Measured of(double value) { return {value, ""}; }
  static Measured none(std::string reason) { return {std::nullopt, std::move(reason)}; }
};

/// The first over the second.
Measured ratio(const Measured& first, const Measured& second);
/// The largest over the smallest of them.
Measured spread(const std::vector<Measured>& all);

/// What a figure counts: seconds, a ratio, a share of 1, operations per second.
enum class Unit { time, factor, share, rate };

/// A figure for people: `46.0 s`, `27.4×`, `2.2 %`, `21.7/s`.
std::string text_of(double value, Unit unit);

/// What is predicted of a figure, and when a measured one agrees with it.
class Rule {
 public:
  /// At most that part of the prediction off.
  static Rule within(double part, double predicted);
  /// At most so many times as much or as little.
  static Rule within_factor(double factor, double predicted);
  static Rule at_most(double most);
  static Rule at_least(double least);
  static Rule between(double least, double most);

  bool holds(double measured) const;
  /// Whether half as much or twice as much would not hold either.
  bool fails_clearly(double measured) const;
  /// Such as `46.0 s` and `at most 1.15×`.
  std::string prediction(Unit unit) const;
  /// Such as `within 15 % of the prediction`.
  std::string text() const;

 private:
  enum class Kind { within, factor, at_most, at_least, between };
  Rule(Kind kind, double first, double second) : kind_(kind), first_(first), second_(second) {}
  /// From the least to the most that holds.
  std::pair<double, double> range() const;

  Kind kind_;
  double first_;   ///< The prediction, or the lower end.
  double second_;  ///< The tolerance, or the upper end.
};

enum class Verdict { yes, no, not_known, not_measured };

/// A sentence that articles or arithmetic make, and what the results say of it.
struct Claim {
  std::string sentence;
  Unit unit;
  Rule rule;
  std::string source;  ///< Where the prediction comes from: a published figure, or a formula.
  Measured measured;
  bool disturbed = false;  ///< Other programs used the machine meanwhile.

  /// Of a disturbed measurement, a figure fails only by a factor of two: less may be the others'.
  Verdict verdict() const;
};

/// The table of claims for a terminal; sentences are broken so that it fits. Below it are the
/// reasons of what was not measured.
std::string claims_table(const std::vector<Claim>& claims, const Terminal& terminal);
/// The same in Markdown, with the rule and the source of each.
std::string claims_in_markdown(const std::vector<Claim>& claims);

}  // namespace asyncmark::reproduction
