#pragma once

#include <string>

#include "bench/results/result_set.hpp"

namespace asyncmark {

/// Returns, in a sentence or two, what stored results allow to conclude and what not: what is
/// missing of them, whether two files are of one machine, whether repetitions show what is noise.
std::string conclusion(const ResultSets& sets);

}  // namespace asyncmark
