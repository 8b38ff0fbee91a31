#include "bench/base/junit.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "bench/base/escaped.hpp"

namespace asyncmark {
namespace {

const char* element_of(JUnitOutcome outcome) {
  switch (outcome) {
    case JUnitOutcome::failure:
      return "failure";
    case JUnitOutcome::error:
      return "error";
    case JUnitOutcome::skipped:
      return "skipped";
    case JUnitOutcome::passed:
      break;
  }
  return "";
}

std::string case_element(const std::string& command, const JUnitCase& one) {
  auto text = fmt::format("    <testcase classname=\"asyncmark.{}\" name=\"{}\" time=\"{:.3f}\">",
                          command, escaped(one.name), seconds(one.spent));
  if (one.outcome != JUnitOutcome::passed)
    text +=
        fmt::format("\n      <{} message=\"{}\"/>", element_of(one.outcome), escaped(one.message));
  if (!one.said.empty())
    text += fmt::format("\n      <system-out>{}</system-out>", escaped(one.said));
  return text + "\n    </testcase>\n";
}

}  // namespace

std::string junit_document(const std::string& command, const std::vector<JUnitCase>& cases) {
  const auto count = [&](JUnitOutcome outcome) {
    return std::ranges::count(cases, outcome, &JUnitCase::outcome);
  };
  std::string elements;
  Duration spent{};
  for (const auto& one : cases) {
    spent += one.spent;
    elements += case_element(command, one);
  }
  return fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n  <testsuite name=\"asyncmark "
      "{}\" tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\" "
      "time=\"{:.3f}\">\n{}  </testsuite>\n</testsuites>\n",
      command, cases.size(), count(JUnitOutcome::failure), count(JUnitOutcome::error),
      count(JUnitOutcome::skipped), seconds(spent), elements);
}

}  // namespace asyncmark
