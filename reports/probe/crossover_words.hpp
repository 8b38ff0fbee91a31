#pragma once

#include <string>

#include "bench/probe/crossover.hpp"

namespace asyncmark {

/// Returns where another runner becomes the better one, in one or two sentences.
std::string crossover_sentence(const Crossover& found);

/// Returns what the runners are compared by: "p99".
std::string metric_text(CrossoverMetric metric);

}  // namespace asyncmark
