#pragma once

#include <set>
#include <string>
#include <vector>

#include "bench/checks/checks.hpp"
#include "reports/analysis/cases.hpp"

namespace asyncmark {

/// The findings of one rule of check(), for people.
struct CheckText {
  std::string sign;     ///< `a`, `b`, ...: stands in the rows of the cases that it is about.
  std::string heading;  ///< `loop-held: one operation kept ...`
  std::vector<std::string>
      evidence;  ///< `sleep/event-loop/ops:100: operation 7 ...`, one a finding.
  std::string remedy;
  std::set<std::string> cases;  ///< Names; empty where it is about the whole run.
};

/// What check() found, one entry a rule.
std::vector<CheckText> check_texts(const std::vector<Finding>& findings);

/// The signs of what was found of these cases, `a c`.
std::string check_signs(const std::vector<CheckText>& texts, const Cases& cases);

}  // namespace asyncmark
