#pragma once

#include <optional>

#include "reports/tables/rows.hpp"

namespace asyncmark {

/// What the service that was started for these cases did and used under each of them; absent where
/// none was started.
std::optional<Table> service_table(const Cases& cases, bool partial);

}  // namespace asyncmark
