#pragma once

#include <set>
#include <string>
#include <vector>

#include "bench/checks/checks.hpp"
#include "reports/analysis/cases.hpp"

namespace asyncmark {

/// The findings of one rule of check(), for people.
struct CheckText {
  std::string sign;        ///< `1`, `2`, ...: stands in the rows of the cases that it is about.
  std::string heading;     ///< `loop-held: an operation blocked ...`
  std::string brief = {};  ///< The heading, with the evidence of its first cases.
  /// `sleep/event-loop/ops:100: operation 7 ...`, one a finding.
  std::vector<std::string> evidence;
  std::string remedy;
  std::string code;             ///< The name of the check.
  std::set<std::string> cases;  ///< Names; empty where it is about the whole run.
};

/// Returns what check() found, one entry a rule.
std::vector<CheckText> check_texts(const std::vector<Finding>& findings);

/// Returns the signs of the findings about these cases, `1,3`.
std::string check_signs(const std::vector<CheckText>& texts, const Cases& cases);

}  // namespace asyncmark
