#pragma once

#include <string>
#include <vector>

#include "reports/analysis/cases.hpp"

namespace asyncmark {

/// A table read aloud, in a few sentences made from its figures: which runner was fastest at the
/// largest load, by how much, what its ideal bound was; and of open loops, who kept up and answered
/// soonest. Empty when nothing finished there.
std::vector<std::string> reading(const Context& context, const Cases& cases);

}  // namespace asyncmark
