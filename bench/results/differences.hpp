#pragma once

#include <string>
#include <utility>
#include <vector>

#include "bench/results/result.hpp"

namespace asyncmark {

/// A fact of a Context by which results should not differ, with the words for it.
using ComparableFact = std::pair<const char*, const char*>;

/// Those that tell one machine from another.
const std::vector<ComparableFact>& machine_facts();

/// A fact as text; "not told" where it is not there.
std::string fact_text(const Context& context, const char* key);

/// By what the machines of two results differ, as far as both tell: "cores: 4 and 8".
std::vector<std::string> machine_differences(const Context& first, const Context& second);

}  // namespace asyncmark
