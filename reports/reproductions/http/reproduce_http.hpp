#pragma once

#include <string>
#include <vector>

#include "reports/reproductions/reproduction.hpp"

namespace asyncmark::reproduce_http {
using namespace reproduction;
using reproduction::Row;  // Not the row of a table for people.

/// 1000 requests at once, against one kind of server.
struct Served {
  Row row;
  std::uint64_t at_once;  ///< Answers that this server has under way at a time, at most.

  const Cell& cell() const { return row.cells.front(); }
};

/// The whole reproduction: what was planned, and what came of it.
struct Study : Comparison {
  Duration delay{};  ///< Of every answer.
  Row thread_pool, unbounded, capped, process_pool;
  Served kept_loop, loop, kept_threads, threads, few_threads, one_thread;

  std::vector<const Row*> others() const;   ///< All that stand beside the published async.
  std::vector<const Row*> clients() const;  ///< Those and sync.
  std::vector<const Served*> servers() const;
  std::vector<const Row*> all_rows() const;
};

/// The least time that the waits of the answers alone take for this cell, so many at a time.
Duration least_of_waits(const Cell& cell, std::uint64_t at_once, Duration delay);

/// Microseconds of processor time that the server spent on one request, over all runs; absent where
/// it was not seen.
std::optional<double> server_cpu_us(const Cell& cell);

Study study_of(const std::vector<Result>& results, bool quick);
std::vector<Claim> claims_of(const Study& study);

}  // namespace asyncmark::reproduce_http
