#pragma once

#include <optional>
#include <string>
#include <vector>

#include "bench/results/format_entry.hpp"
#include "bench/results/slo.hpp"
#include "reports/analysis/cases.hpp"
#include "reports/text/table.hpp"

namespace asyncmark {

/// Returns the limit of --slo, which the context keeps.
std::optional<Slo> slo_of(const Context& context);

/// Returns the view with the percentile that this limit judges.
View view_of(const Context& context, View view);

/// Returns the response times by offered rate: a row for each runner, a column for each rate.
/// Absent where the open loops among the cases have one rate.
std::optional<Table> make_rates_table(const Context& context, const Cases& cases);

/// Returns sentences about the open loops: which rates each sustained, within which limit, and
/// which runner has the lowest response time.
std::vector<std::string> read_rates(const Context& context, const Cases& cases);

}  // namespace asyncmark
