#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bench/base/registry.hpp"
#include "bench/model/cost.hpp"
#include "bench/results/result.hpp"

/// What the checks look at, and how.
namespace asyncmark::check_rules {

/// A case of which at least one repetition finished.
struct Subject {
  const Result& result;
  const Measurement& all;  ///< Its finished repetitions as one.
  double processors;       ///< That its runner could use, of those that it was given.

  LoadKind kind() const { return kind_of(result.what.load, result.how); }
  /// Operations that were begun and ended, whatever came of them.
  double ended() const { return static_cast<double>(all.completed + all.failed); }
  /// The share of the processors it can use that it kept busy, by CPU time.
  double busy() const;
  /// Whether its operations hold the loop or thread that carries them out.
  bool holds_the_loop() const;
};

/// Cases of one workload with the same options under the same load, but for the cap.
using Compared = std::vector<const Subject*>;

/// Everything that there is to look at.
struct Scene {
  const Context& context;
  std::vector<Subject> subjects;
  std::vector<Compared> comparisons;
};

/// Figures about some of the compared cases.
struct Difference {
  std::vector<std::string> cases;
  std::string evidence;
};

/// Gives the evidence wherever what it looks for is there.
using Rule = std::function<std::vector<Difference>(const Scene&)>;

Rule in_each_case(std::optional<std::string> (*rule)(const Subject&));
Rule in_each_case(std::optional<std::string> (*rule)(const Subject&, const Context&));
/// Of compared cases.
Rule in_each_comparison(std::optional<Difference> (*rule)(const Compared&));
/// Of all cases of a run, compared or not.
Rule in_all_cases(std::optional<Difference> (*rule)(const Compared&));
Rule in_the_context(std::optional<std::string> (*rule)(const Context&));

/// What an operation takes, if its workload tells: the median over the first ones.
std::optional<Cost> typical_cost(const Subject& one);

}  // namespace asyncmark::check_rules

namespace asyncmark {

/// What a finding says about what kept its case from being faster.
enum class LimitedBy { unknown, busy_service, queue_of_service, runner, held_loop, processors };

/// A check as it registers itself. It looks at one thing and knows no other check.
struct CheckEntry {
  static constexpr std::string_view kKind = "check";
  std::string name;  ///< The code of its findings: "loop-held".
  int order;         ///< Findings are sorted by it.
  check_rules::Rule look;
  std::string sentence;     ///< What is wrong, in plain words.
  std::string remedy = {};  ///< What to do about it.
  /// What to do about it in a case, where that differs from case to case.
  std::function<std::string(const Result&)> remedy_of = {};
  LimitedBy limit = LimitedBy::unknown;
  bool is_noise = false;  ///< It finds that the machine had other things to do.
};

}  // namespace asyncmark
