#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "bench/base/junit.hpp"
#include "bench/results/failure_budget.hpp"
#include "bench/results/result_set.hpp"
#include "bench/results/slo.hpp"

namespace asyncmark {

/// What a gate found.
struct Objection {
  std::string gate;                ///< Its name, as in --fail-on.
  std::vector<std::string> cases;  ///< Their names; none: the whole run.
  std::string why;                 ///< The figures that show it.

  /// The cases, and the figures.
  std::string text() const;
};

/// Says on standard error what was found, and to GitHub's actions where they run this program.
void tell(const std::vector<Objection>& all);

/// Throws UsageError where --out and --junit lead to one file.
void check_apart(const std::string& out, const std::string& junit);

/// Returns the test cases of a JUnit report: what was found in a case is its failure, unless it is
/// an error already; what is about the whole run is a case by itself.
std::vector<JUnitCase> with_objections(std::vector<JUnitCase> cases,
                                       const std::vector<Objection>& all);

/// Reads a list of names, each of which has to be among the known ones; `slo` needs an objective
/// too. `choices` says what to give instead. Throws UsageError naming --fail-on.
std::vector<std::string> parse_gates(const std::string& text, const std::vector<std::string>& known,
                                     const std::string& choices, bool has_slo);

/// What makes the exit code 3 although everything was measured: `--fail-on slo,failed,saturated`.
class Gates {
 public:
  Gates() = default;

  /// Reads a list of `slo`, `failed` and names of checks. Throws UsageError naming --fail-on.
  static Gates parse(const std::string& text, bool has_slo);
  /// Everything except checks that only find a busy machine: `--strict`.
  static Gates strict();

  bool names(const std::string& what) const { return names_.contains(what); }
  void add(const Gates& other) { names_.insert(other.names_.begin(), other.names_.end()); }

  /// What they find in a run: the name, and the cases with the evidence.
  std::vector<Objection> objections(const ResultSet& run, const FailureBudget& budget,
                                    const std::optional<Slo>& slo) const;

 private:
  std::set<std::string> names_;
};

/// Returns a JUnit report of a run, a test case a case: what gates found in it is a failure; a case
/// that died, or had more failed operations than the budget accepts, is an error.
std::string junit_of(const ResultSet& run, const FailureBudget& budget,
                     const std::vector<Objection>& all);

}  // namespace asyncmark
