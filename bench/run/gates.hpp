#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "bench/results/failure_budget.hpp"
#include "bench/results/result_set.hpp"
#include "bench/results/slo.hpp"

namespace asyncmark {

/// What a gate found.
struct Objection {
  std::string gate;  ///< Its name, as in --fail-on.
  std::string what;  ///< The cases, and the figures that show it.
};

/// Says on standard error what was found, and to GitHub's actions where they run this program.
void tell(const std::vector<Objection>& all);

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

}  // namespace asyncmark
