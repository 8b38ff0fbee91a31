#pragma once

#include <string>

#include "bench/results/result_set.hpp"

namespace asyncmark {

/// The whole result document, in the shape of Google Benchmark's JSON, as read_results() reads it.
std::string result_document(const ResultSet& set);

}  // namespace asyncmark
