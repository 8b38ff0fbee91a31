#include "reports/analysis/check_texts.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace asyncmark {
namespace {

/// `a` to `z`, then `aa`, `bb`, ...
std::string sign(std::size_t number) {
  return std::string(1 + number / 26, static_cast<char>('a' + number % 26));
}

}  // namespace

std::vector<CheckText> check_texts(const std::vector<Finding>& findings) {
  std::vector<CheckText> texts;
  std::string code;
  for (const auto& one : findings) {
    if (one.code != code)
      texts.push_back({sign(texts.size()), one.code + ": " + one.sentence, {}, one.remedy, {}});
    code = one.code;
    texts.back().cases.insert(one.cases.begin(), one.cases.end());
    // What is about several names them in its evidence.
    texts.back().evidence.push_back(one.cases.size() == 1 ? one.cases.front() + ": " + one.evidence
                                                          : one.evidence);
  }
  return texts;
}

std::string check_signs(const std::vector<CheckText>& texts, const Cases& cases) {
  std::vector<std::string> signs;
  for (const auto& text : texts)
    if (std::ranges::any_of(cases,
                            [&](const auto* one) { return text.cases.contains(one->name()); }))
      signs.push_back(text.sign);
  return fmt::format("{}", fmt::join(signs, " "));
}

}  // namespace asyncmark
