#include "reports/analysis/check_texts.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "bench/base/split.hpp"

namespace asyncmark {
namespace {

/// The runner in a case's name, which is enough beside the table.
std::string runner_in(const std::string& name) {
  const auto parts = split(name, '/');
  return parts.size() > 1 ? parts[1] : name;
}

/// The runner, and what a case has that the others do not: `event-loop in_flight:16`.
std::string label_of(const std::string& name, const std::vector<std::string>& names) {
  const auto runner = runner_in(name);
  auto text = runner;
  for (const auto& part : split(name, '/')) {
    const auto lacks = [&](const std::string& other) {
      const auto parts = split(other, '/');
      return runner_in(other) == runner && std::ranges::find(parts, part) == parts.end();
    };
    if (std::ranges::any_of(names, lacks)) text += " " + part;
  }
  return text;
}

/// The evidence, with runners instead of the names of cases.
std::string with_runners(const Finding& finding) {
  auto text = finding.evidence;
  for (const auto& name : finding.cases)
    if (const auto at = text.find(name); at != std::string::npos)
      text.replace(at, name.size(), label_of(name, finding.cases));
  return text;
}

/// That of the first case: the rows of the table say which others there are.
std::string brief_evidence(const std::vector<const Finding*>& findings) {
  const auto& first = *findings.front();
  if (findings.size() == 1) return with_runners(first);
  std::vector<std::string> names;
  for (const auto* one : findings) names.insert(names.end(), one->cases.begin(), one->cases.end());
  const auto about = first.cases.size() == 1 ? label_of(first.cases.front(), names) + ": " : "";
  return fmt::format("e.g. {}{}", about, with_runners(first));
}

CheckText text_of(const std::vector<const Finding*>& findings, std::size_t number) {
  const auto& first = *findings.front();
  CheckText text{.sign = std::to_string(number),
                 .heading = first.code + ": " + first.sentence,
                 .evidence = {},
                 .remedy = first.remedy,
                 .code = first.code,
                 .cases = {}};
  text.brief = fmt::format("{} ({})", text.heading, brief_evidence(findings));
  for (const auto* one : findings) {
    text.cases.insert(one->cases.begin(), one->cases.end());
    // A finding about several cases names them in its evidence.
    text.evidence.push_back(one->cases.size() == 1 ? one->cases.front() + ": " + one->evidence
                                                   : one->evidence);
  }
  return text;
}

}  // namespace

std::vector<CheckText> check_texts(const std::vector<Finding>& findings) {
  std::vector<CheckText> texts;
  std::vector<const Finding*> alike;
  for (const auto& one : findings) {
    if (!alike.empty() && alike.front()->code != one.code) {
      texts.push_back(text_of(alike, texts.size() + 1));
      alike.clear();
    }
    alike.push_back(&one);
  }
  if (!alike.empty()) texts.push_back(text_of(alike, texts.size() + 1));
  return texts;
}

std::string check_signs(const std::vector<CheckText>& texts, const Cases& cases) {
  std::vector<std::string> signs;
  for (const auto& text : texts)
    if (std::ranges::any_of(cases,
                            [&](const auto* one) { return text.cases.contains(one->name()); }))
      signs.push_back(text.sign);
  return fmt::format("{}", fmt::join(signs, ","));
}

}  // namespace asyncmark
