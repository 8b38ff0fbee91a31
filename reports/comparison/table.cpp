// What `compare` prints.

#include <fmt/format.h>

#include "bench/base/visible.hpp"
#include "bench/base/wrap.hpp"
#include "bench/compare/comparison_entry.hpp"
#include "reports/comparison/rows.hpp"
#include "reports/tables/context_lines.hpp"
#include "reports/text/draw.hpp"

namespace asyncmark::table_output {
namespace {

std::string print(const Comparison& comparison) {
  const auto terminal = Terminal::of_standard_output();
  auto text = context_text(comparison.context, terminal);
  for (const auto& [role, side] : side_lines(comparison))
    text += fmt::format("{:<9}{}{}\n", role, role.size() < 9 ? "" : " ", visible(side));
  if (!comparison.cases.empty()) text += '\n' + draw(comparison_table(comparison), terminal);
  text += '\n';
  if (const auto control = control_text(comparison); !control.empty())
    text += wrap(control, terminal.text_width());
  const auto sentence = wrap(comparison.sentence(), terminal.text_width());
  return text + (comparison.count(Verdict::slower) > 0 || comparison.is_void()
                     ? red(sentence, terminal)
                     : bold(sentence, terminal));
}

const bool registered = Registry<ComparisonEntry>::add({
    .name = "table",
    .summary = "for people",
    .text = print,
    .is_default = true,
});

}  // namespace
}  // namespace asyncmark::table_output
