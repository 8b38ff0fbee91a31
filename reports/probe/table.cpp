// What `probe` prints.

#include <fmt/format.h>

#include "bench/base/visible.hpp"
#include "bench/base/wrap.hpp"
#include "bench/probe/probe_entry.hpp"
#include "reports/probe/rows.hpp"
#include "reports/probe/words.hpp"
#include "reports/tables/context_lines.hpp"
#include "reports/text/draw.hpp"
#include "reports/text/typeset.hpp"

namespace asyncmark::probe_table_output {
namespace {

std::string evidence(const Probe& probe, const Terminal& terminal) {
  std::string text;
  for (const auto& endpoint : probe.endpoints) {
    if (!endpoint.points.empty()) text += '\n' + draw(sweep_table(endpoint), terminal);
    if (probe.slo && endpoint.capacity && !endpoint.capacity->steps.empty())
      text += '\n' + draw(steps_table(endpoint, *probe.slo), terminal);
  }
  return text;
}

/// What a server can be asked to confirm.
std::string counts(const Probe& probe) {
  return fmt::format(
      "{} operations, {} failed; the server also counts {} of the warm-up, and those that test "
      "whether it is idle again",
      probe.operations, probe.failed, probe.warm_up);
}

std::string print(const Probe& probe) {
  if (probe.endpoints.empty()) return "";
  const auto terminal = Terminal::of_standard_output();
  std::string text;
  for (const auto& endpoint : probe.endpoints) {
    const auto sentence = visible(probe_sentence(endpoint, probe.slo));
    text += bold(wrap(terminal.unicode ? typeset(sentence) : sentence, terminal.text_width()),
                 terminal);
  }
  text += '\n' + draw(probe_table(probe), terminal);
  if (probe.explain) text += evidence(probe, terminal);
  text += '\n' + wrap(counts(probe), terminal.text_width());
  text += wrap(context_line(probe.context, " - "), terminal.text_width());
  return text + (probe.explain ? "" : "Measurements: --explain\n");
}

const bool registered = Registry<ProbeEntry>::add({
    .name = "table",
    .summary = "for people",
    .text = print,
    .is_default = true,
});

}  // namespace
}  // namespace asyncmark::probe_table_output
