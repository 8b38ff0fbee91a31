// For a pull request and GitHub's summary of a job: the verdict first, the details folded.

#include <fmt/format.h>

#include "bench/compare/comparison_entry.hpp"
#include "reports/comparison/rows.hpp"
#include "reports/tables/context_lines.hpp"
#include "reports/text/markdown_table.hpp"

namespace asyncmark::markdown_output {
namespace {

/// The cases that a reviewer has to look at.
std::string what_matters(const Comparison& comparison) {
  std::string text;
  for (const auto& one : comparison.cases) {
    if (!one.failed.empty())
      text +=
          fmt::format("- no verdict: {}: {}\n", markdown_text(one.name), markdown_text(one.failed));
    else if (one.verdict == Verdict::slower || one.verdict == Verdict::faster)
      text += fmt::format("- **{}**: {}: {}\n", text_of(one.verdict), markdown_text(one.name),
                          markdown_text(one.reason()));
  }
  return text.empty() ? "" : text + '\n';
}

std::string print(const Comparison& comparison) {
  auto text =
      fmt::format("**{}**\n\n", markdown_text(comparison.sentence())) + what_matters(comparison);
  text += "<details><summary>All cases</summary>\n\n" +
          markdown_table(comparison_table(comparison)) + '\n';
  if (const auto control = control_text(comparison); !control.empty())
    text += fmt::format("- {}\n", markdown_text(control));
  for (const auto& [role, side] : side_lines(comparison))
    text += fmt::format("- {}: {}\n", role, markdown_text(side));
  for (const auto& [heading, line] : context_lines(comparison.context))
    text += fmt::format("- {}: {}\n", heading, markdown_text(line));
  return text + "\n</details>\n";
}

const bool registered = Registry<ComparisonEntry>::add({
    .name = "markdown",
    .summary = "for a pull request: the verdict, what is slower, and the table",
    .text = print,
    .is_job_summary = true,
});

}  // namespace
}  // namespace asyncmark::markdown_output
