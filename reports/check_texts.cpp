#include "reports/check_texts.hpp"

#include <fmt/format.h>

namespace asyncmark {

std::vector<CheckText> check_texts(const std::vector<Finding>& findings) {
  std::vector<CheckText> texts;
  std::string code;
  for (const auto& one : findings) {
    if (one.code != code) texts.push_back({one.code + ": " + one.sentence, {}, one.remedy});
    code = one.code;
    // What is about several names them in its evidence.
    texts.back().evidence.push_back(one.cases.size() == 1 ? one.cases.front() + ": " + one.evidence
                                                          : one.evidence);
  }
  return texts;
}

}  // namespace asyncmark
