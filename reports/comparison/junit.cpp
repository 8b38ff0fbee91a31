// What continuous integration reads: a test case a case. Slower is a failure, a side that failed an
// error, and what is inconclusive is skipped.

#include "bench/base/junit.hpp"

#include <fmt/format.h>

#include "bench/compare/comparison_entry.hpp"
#include "reports/comparison/rows.hpp"

namespace asyncmark::junit_output {
namespace {

JUnitCase test_case(const CaseVerdict& one, bool gates) {
  JUnitCase test{.name = one.name, .spent = one.spent};
  const auto becomes = [&](JUnitOutcome outcome, std::string message) {
    test.outcome = outcome;
    test.message = std::move(message);
  };
  if (!one.failed.empty())
    becomes(one.died ? JUnitOutcome::error : JUnitOutcome::skipped, one.failed);
  else if (one.verdict == Verdict::slower && gates)
    becomes(JUnitOutcome::failure, "slower: " + one.reason());
  else if (one.verdict == Verdict::inconclusive)
    becomes(JUnitOutcome::skipped, fmt::format("inconclusive: {}{}{}", one.reason(),
                                               one.remark.empty() ? "" : "; ", one.remark));
  return test;
}

JUnitCase control_case(const Comparison& comparison) {
  auto test = test_case(*comparison.control, false);
  test.name = "control: the baseline compared with itself";
  test.said = control_text(comparison);
  const auto& control = *comparison.control;
  if (control.failed.empty() &&
      (control.verdict == Verdict::slower || control.verdict == Verdict::faster)) {
    test.outcome = JUnitOutcome::error;
    test.message = comparison.sentence();
  }
  return test;
}

std::string print(const Comparison& comparison) {
  std::vector<JUnitCase> all;
  const bool gates = comparison.gates && !comparison.is_void();
  for (const auto& one : comparison.cases) {
    auto test = test_case(one, gates);
    if (one.failed.empty()) test.said = one.reason();
    // The name of a case does not have the URLs.
    if (comparison.services)
      for (const auto& [role, url] : side_lines(comparison))
        test.said += fmt::format("{}{}: {}", test.said.empty() ? "" : "; ", role, url);
    all.push_back(std::move(test));
  }
  if (comparison.control) all.push_back(control_case(comparison));
  return junit_document("compare", all);
}

const bool registered = Registry<ComparisonEntry>::add({
    .name = "junit",
    .summary = "JUnit's XML for continuous integration: slower fails, inconclusive is skipped",
    .text = print,
});

}  // namespace
}  // namespace asyncmark::junit_output
