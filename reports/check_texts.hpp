#pragma once

#include <string>
#include <vector>

#include "bench/result.hpp"

namespace asyncmark {

/// The findings of one rule of check(), for people.
struct CheckText {
  std::string heading;  ///< `loop-held: one operation kept ...`
  std::vector<std::string>
      evidence;  ///< `sleep/event-loop/ops:100: operation 7 ...`, one a finding.
  std::string remedy;
};

/// Everything that check() finds, one entry a rule.
std::vector<CheckText> check_texts(const Context& context, const std::vector<Result>& results);

}  // namespace asyncmark
