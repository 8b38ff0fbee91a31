#pragma once

#include <string>
#include <vector>

#include "reports/reproductions/reproduction.hpp"

namespace asyncmark::reproduce_table {

using namespace reproduction;
using reproduction::Row;  // Not the row of a table for people.

/// The whole reproduction: what was planned, and what came of it.
struct Study : Comparison {
  Duration wait{};  ///< Of an operation in all rows but `computing`.
  Duration computing_wait{};
  Duration computing_cpu{};
  Row thread_per_op, thread_pool, unbounded, capped, computing, process_pool;
  /// The small example: one cell each, the second operation half as long again as the first.
  Row example_sync, example_gathered;
  /// The same in Python, which the published table was made with; without cells where this machine
  /// has no Python.
  Row python_sync, python_gathered, python_capped, python_threads, python_processes;

  std::vector<const Row*> others() const;     ///< All that stand beside the published async.
  std::vector<const Row*> in_python() const;  ///< All but python_sync; none without a Python.
  std::vector<const Row*> all_rows() const;
};

Study study_of(const std::vector<Result>& results, bool quick);
std::vector<Claim> claims_of(const Study& study);

}  // namespace asyncmark::reproduce_table
