#pragma once

#include <map>
#include <string>
#include <vector>

#include "bench/child/child.hpp"
#include "bench/compare/compare_builds.hpp"
#include "bench/results/failure_budget.hpp"
#include "bench/services/service.hpp"

namespace asyncmark {

/// One of two sides that carry out the same cases, each time in a fresh process.
class CaseSide {
 public:
  /// `child` has the program that carries out the cases, and what else its processes need.
  CaseSide(Side side, ChildSettings child, const FailureBudget& max_failed)
      : side_(std::move(side)), child_(std::move(child)), max_failed_(max_failed) {}

  const Side& side() const { return side_; }
  /// Whether another program than this one carries out the cases.
  bool is_build() const { return !child_.program.empty(); }
  /// Sets the cases: of both sides in the same order.
  void set_cases(std::vector<Result> cases) { cases_ = std::move(cases); }
  const std::vector<Result>& cases() const { return cases_; }
  void serve_by(Services& services);

  /// Runs a case once. Throws CaseError, naming the side.
  Measurement run(std::size_t index, std::uint64_t passes);

 private:
  [[noreturn]] void fail(const std::string& why) const;
  void check_understood(const Case& one, const Json& understood) const;

  Side side_;
  ChildSettings child_;
  FailureBudget max_failed_;
  std::vector<Result> cases_;
  std::map<std::size_t, Measurement> failed_;  ///< By the case: the ledger alone.
};

/// Which figures of a measurement are compared.
using BlockOf = std::function<Block(const Case&, const Measurement&)>;

/// Two sides, and the baseline a second time for the control.
struct PairedCases {
  CaseSide baseline;
  CaseSide contender;
  CaseSide itself;
  std::vector<std::string> names;
  BlockOf block;
};

/// Judges case after case, and the control with the first that can be judged, until an
/// Interruption happens. Adds the verdicts to `all`.
void judge_cases(PairedCases& cases, const CompareSettings& settings, Comparison& all);

/// Returns a comparison without verdicts.
Comparison begun(const CompareSettings& settings, const Side& baseline, const Side& contender);

/// Returns the figures of one block. An open loop's time is the median of its response times,
/// because the clock decides how long it runs.
Block block_of(const Case& one, const Measurement& measured);

/// Returns the same of a service: instead of what the client took, the processor time of the
/// service for an operation, as far as it is on this machine.
Block service_block_of(const Case& one, const Measurement& measured);

/// Returns how many passes a block of a case has, of which one takes so long: five, more where they
/// are short, and fewer where five would leave too few pairs in the budget. An open loop has as
/// many as its median needs, which alone is compared.
std::uint64_t passes_of_block(const Load& load, Duration pass, Duration budget);

}  // namespace asyncmark
