#pragma once

#include <stdexcept>
#include <string>
#include <vector>

#include "bench/base/options.hpp"
#include "bench/testing/run_program.hpp"

namespace asyncmark::testing {

/// The rows that `--benchmark_format=json` printed. Throws when standard output holds anything
/// else.
inline std::vector<Json> rows(const Ended& ended) {
  const auto document = Json::parse(ended.out);
  std::vector<Json> all;
  for (const auto& row : document.at("benchmarks")) all.push_back(row);
  return all;
}

/// The first row whose name begins so.
inline Json row(const Ended& ended, const std::string& begin) {
  for (const auto& one : rows(ended))
    if (one.at("name").get<std::string>().starts_with(begin)) return one;
  throw std::runtime_error("no row " + begin + "; standard error: " + ended.err);
}

inline std::uint64_t number(const Json& row, const char* counter) {
  return static_cast<std::uint64_t>(row.at(counter).get<double>());
}

/// Completed, failed and dropped together.
inline std::uint64_t accounted(const Json& row) {
  return number(row, "completed") + number(row, "failed") + number(row, "never_started");
}

}  // namespace asyncmark::testing
