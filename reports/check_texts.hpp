#pragma once

#include <string>
#include <vector>

#include "bench/checks.hpp"

namespace asyncmark {

/// The findings of one rule of check(), for people.
struct CheckText {
  std::string heading;  ///< `loop-held: one operation kept ...`
  std::vector<std::string>
      evidence;  ///< `sleep/event-loop/ops:100: operation 7 ...`, one a finding.
  std::string remedy;
};

/// What check() found, one entry a rule.
std::vector<CheckText> check_texts(const std::vector<Finding>& findings);

}  // namespace asyncmark
