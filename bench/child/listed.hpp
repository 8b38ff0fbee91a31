#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "bench/measure/measurement.hpp"
#include "bench/model/case.hpp"

namespace asyncmark {

/// The operations of one pass as an adapter lists them, a column a figure. It need not tell when
/// each was intended: that is in the load.
struct Listed {
  std::vector<std::uint64_t> op;  ///< Their numbers; empty: 0, 1, 2, ...
  std::vector<Duration> started;  ///< These times count from the pass's start.
  std::vector<Duration> finished;
  std::vector<std::uint32_t> worker;                           ///< Empty: not told.
  std::map<std::string, std::vector<std::uint64_t>> failed{};  ///< By reason: their numbers.
};

/// Throws UsageError for what is no such list.
Listed listed_from_json(const Json& json);

/// Makes of the lists, one a pass, what our own children hand back: the ledger, the histograms, the
/// most in flight, the timeline. What the measurement tells already must be what comes of them.
/// Throws UsageError that names the operation which cannot have been so.
void add_up(Measurement& measurement, const std::vector<Listed>& passes, const Case& one,
            const Concurrency& how);

}  // namespace asyncmark
