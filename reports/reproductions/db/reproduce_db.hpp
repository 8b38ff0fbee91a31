#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "reports/reproductions/reproduction.hpp"

namespace asyncmark::reproduce_db {
using namespace reproduction;
using reproduction::Row;  // Not the row of a table for people.

inline constexpr std::array<std::uint64_t, 2> kPools{10, 50};
inline constexpr std::array kConcurrent{"thread-pool", "event-loop", "process-pool"};

/// One runner with one pool of connections.
struct Pooled {
  std::string runner;
  std::uint64_t connections;
  Row row;  ///< A cell for each number of operations.

  const Cell& last() const { return row.cells.back(); }
};

/// One runner, with connections that stay and with one for each operation.
struct Opened {
  std::string runner;
  Row kept, per_op;  ///< A cell each.
};

/// The whole reproduction: what was planned, and what came of it.
struct Study {
  Duration wait{};              ///< Of a query that waits.
  std::vector<Pooled> waiting;  ///< pg_sleep, a cell for each of kOps.
  std::vector<Pooled> cheap;    ///< A row by its key, a cell each.
  std::vector<Opened> opening;  ///< The same.

  /// Throws std::out_of_range for what was not planned.
  static const Pooled& pooled(const std::vector<Pooled>& rows, const std::string& runner,
                              std::uint64_t connections);
  std::vector<const Row*> all_rows() const;
};

/// What the server did during the runs of a cell.
struct ServerShare {
  double cpu_us = 0;  ///< Processor time for one query.
  double busy = 0;    ///< Of the processors that it was kept to, or of all.
  /// Connections with a query under way, over time; absent where too few looks at them tell.
  std::optional<double> active;
  std::uint64_t at_most = 0;  ///< Connections that there were.
};

/// Absent where the server was not seen.
std::optional<ServerShare> server_share(const Cell& cell);

/// Queries in a second: of the median run. Needs timed().
double queries_per_s(const Cell& cell);
/// Microseconds of processor time of the client's side for one query. Needs timed().
double client_us(const Cell& cell);

Study study_of(const std::vector<Result>& results, bool quick);
std::vector<Claim> claims_of(const Study& study);

}  // namespace asyncmark::reproduce_db
