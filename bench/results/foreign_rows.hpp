#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "bench/base/options.hpp"
#include "bench/results/result_set.hpp"

namespace asyncmark {

/// Collects rows that any version of Google Benchmark wrote, by their case. Rows that no time is
/// in, as those of Complexity(), are passed over.
class ForeignRows {
 public:
  /// Takes a row in; `why` its case is no Result. Throws UsageError for what is no row.
  void take(const Json& row, const std::string& why);

  /// Returns the cases in the order in which they came. Of one whose single runs are not there the
  /// median will do, unless `is_known` says that the case is among the results.
  std::vector<ForeignCase> cases(const std::function<bool(const std::string&)>& is_known);

 private:
  ForeignCase& at(const std::string& name, const std::string& why);
  const ForeignCase* find(const std::string& name) const;
  void take_run(const Json& row, const std::string& name, const std::string& why);
  std::string base_of(const ForeignCase& one) const;
  bool are_lone_aggregates(const std::string& base) const;
  void sort_out_old_aggregates();

  std::vector<ForeignCase> cases_;
  std::map<std::string, std::size_t> places_;  ///< By name, where in `cases_`.
  std::set<std::string> untyped_;              ///< Names in rows without a run_type.
  std::vector<Json> medians_;
};

}  // namespace asyncmark
