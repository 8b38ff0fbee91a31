// What `probe` found, for pull requests and the summary of a job: the sentences and the table.

#include <fmt/format.h>

#include "bench/probe/probe_entry.hpp"
#include "reports/probe/rows.hpp"
#include "reports/probe/words.hpp"
#include "reports/tables/context_lines.hpp"
#include "reports/text/markdown_table.hpp"

namespace asyncmark::probe_markdown_output {
namespace {

std::string print(const Probe& probe) {
  if (probe.endpoints.empty()) return "";
  std::string text;
  for (const auto& endpoint : probe.endpoints)
    text += fmt::format("- **{}**\n", markdown_text(probe_sentence(endpoint, probe.slo)));
  text += '\n' + markdown_table(probe_table(probe));
  if (probe.explain)
    for (const auto& endpoint : probe.endpoints) {
      if (!endpoint.points.empty()) text += '\n' + markdown_table(sweep_table(endpoint));
      if (probe.slo && endpoint.capacity && !endpoint.capacity->steps.empty())
        text += '\n' + markdown_table(steps_table(endpoint, *probe.slo));
    }
  if (const auto line = context_line(probe.context, "; "); !line.empty())
    text += fmt::format("\n{}\n", markdown_text(line));
  return text;
}

const bool registered = Registry<ProbeEntry>::add({
    .name = "markdown",
    .summary = "for pull requests and job summaries",
    .text = print,
    .is_job_summary = true,
});

}  // namespace
}  // namespace asyncmark::probe_markdown_output
