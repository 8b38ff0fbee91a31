#pragma once

#include <optional>
#include <string>
#include <vector>

#include "bench/results/slo.hpp"
#include "reports/analysis/cases.hpp"
#include "reports/text/table.hpp"

namespace asyncmark {

/// What response times were to keep to, as the context has it.
std::optional<Slo> slo_of(const Context& context);

/// Response times against the offered rate: a line a runner, a column a rate. Absent where the open
/// loops among the cases have one rate.
std::optional<Table> make_rates_table(const Context& context, const Cases& cases);

/// The open loops among the cases in sentences: who kept up, and who answered soonest.
std::vector<std::string> read_rates(const Context& context, const Cases& cases);

}  // namespace asyncmark
