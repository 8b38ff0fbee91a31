// What continuous integration reads: a test case a case. Slower is a failure, a side that failed an
// error, and what is inconclusive is skipped.

#include <fmt/format.h>

#include <algorithm>

#include "bench/base/escaped.hpp"
#include "bench/compare/comparison_entry.hpp"
#include "reports/comparison/rows.hpp"

namespace asyncmark::junit_output {
namespace {

struct Counts {
  std::size_t failures = 0;
  std::size_t errors = 0;
  std::size_t skipped = 0;
};

/// What stands in a test case, by what became of it; empty where all is well.
std::string inside(const CaseVerdict& one, bool gates, Counts& counts) {
  const auto element = [](const char* name, const std::string& message) {
    return fmt::format("<{} message=\"{}\"/>", name, escaped(message));
  };
  if (one.died) {
    ++counts.errors;
    return element("error", one.failed);
  }
  if (one.failed.empty() && one.verdict == Verdict::slower && gates) {
    ++counts.failures;
    return element("failure", "slower: " + one.reason());
  }
  if (!one.failed.empty() || one.verdict == Verdict::inconclusive) {
    ++counts.skipped;
    if (!one.failed.empty()) return element("skipped", one.failed);
    return element("skipped", fmt::format("inconclusive: {}{}{}", one.reason(),
                                          one.remark.empty() ? "" : "; ", one.remark));
  }
  return "";
}

std::string test_case(const std::string& name, Duration spent, const std::string& inside,
                      const std::string& said) {
  auto text =
      fmt::format("    <testcase classname=\"asyncmark.compare\" name=\"{}\" time=\"{:.3f}\">",
                  escaped(name), seconds(spent));
  if (!inside.empty()) text += "\n      " + inside;
  if (!said.empty()) text += fmt::format("\n      <system-out>{}</system-out>", escaped(said));
  return text + "\n    </testcase>\n";
}

std::string print(const Comparison& comparison) {
  Counts counts;
  std::string cases;
  Duration spent{};
  std::size_t tests = comparison.cases.size();
  for (const auto& one : comparison.cases) {
    spent += one.spent;
    cases += test_case(one.name, one.spent,
                       inside(one, comparison.gates && !comparison.is_void(), counts),
                       one.failed.empty() ? one.reason() : "");
  }
  if (comparison.control) {
    ++tests;
    const auto& control = *comparison.control;
    spent += control.spent;
    const bool flagged = control.failed.empty() &&
                         (control.verdict == Verdict::slower || control.verdict == Verdict::faster);
    counts.errors += flagged;
    cases +=
        test_case("control: the baseline compared with itself", control.spent,
                  flagged ? fmt::format("<error message=\"{}\"/>", escaped(comparison.sentence()))
                          : inside(control, false, counts),
                  control_text(comparison));
  }
  return fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n  <testsuite "
      "name=\"asyncmark compare\" tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\" "
      "time=\"{:.3f}\">\n{}  </testsuite>\n</testsuites>\n",
      tests, counts.failures, counts.errors, counts.skipped, seconds(spent), cases);
}

const bool registered = Registry<ComparisonEntry>::add({
    .name = "junit",
    .summary = "JUnit's XML for continuous integration: slower fails, inconclusive is skipped",
    .text = print,
});

}  // namespace
}  // namespace asyncmark::junit_output
