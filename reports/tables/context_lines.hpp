#pragma once

#include <string>
#include <utility>
#include <vector>

#include "bench/results/result.hpp"
#include "reports/text/terminal.hpp"

namespace asyncmark {

/// The context as a few (heading, text) lines for people: command, machine, build, date. What the
/// context does not know is left out.
std::vector<std::pair<std::string, std::string>> context_lines(const Context& context);
/// The machine, its load and the build on one line, with `separator` between machine and build.
std::string context_line(const Context& context, const std::string& separator);
/// All of context_lines(), as they stand above a table.
std::string context_text(const Context& context, const Terminal& terminal);

}  // namespace asyncmark
