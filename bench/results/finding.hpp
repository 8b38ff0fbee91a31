#pragma once

#include <string>
#include <vector>

namespace asyncmark {

/// Why a careful reader would not take a figure, or a comparison, for what it seems to be.
struct Finding {
  std::string code;                     ///< Of the rule: "loop-held".
  std::vector<std::string> cases = {};  ///< The names of those it is about; none: the whole run.
  std::string sentence = {};  ///< What is wrong, in plain words; the same for all of one code.
  std::string evidence = {};  ///< The figures that show it.
  std::string remedy = {};    ///< What to do about it.
};

}  // namespace asyncmark
