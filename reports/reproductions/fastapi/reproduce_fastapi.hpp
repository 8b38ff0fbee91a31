#pragma once

#include <string>
#include <vector>

#include "reports/reproductions/reproduction.hpp"

namespace asyncmark::reproduce_fastapi {
using namespace reproduction;
using reproduction::Row;  // Not the row of a table for people.

inline constexpr Duration kDelay = std::chrono::milliseconds(46);  ///< Of every answer.
inline constexpr std::uint64_t kRequests = 1000;
inline constexpr std::uint64_t kThreads = 40;  ///< Of FastAPI's pool for `def` endpoints.

/// One client against one endpoint: a cell.
struct Asked {
  std::string endpoint;  ///< As of 'asyncmark serve fastapi'.
  Row row;               ///< Its label is the client.

  const Cell& cell() const { return row.cells.front(); }
};

/// The whole reproduction: what was planned, and what came of it.
struct Study {
  std::vector<Asked> asked;

  /// Null where that client is not there: aiohttp, on a machine without it.
  const Asked* find(const std::string& endpoint, const std::string& client) const;
  std::vector<const Row*> all_rows() const;
};

/// What is asked; of aiohttp only where it is there.
std::vector<Request> requests(bool quick, bool with_aiohttp);
Study study_of(const std::vector<Result>& results, bool quick);
std::vector<Claim> claims_of(const Study& study);

/// Requests per second, of the median run. Needs timed().
double requests_per_s(const Cell& cell);
/// Processor time of the server over the time of the run; absent where it was not seen. Above 1
/// where several threads of it computed.
std::optional<double> server_busy(const Cell& cell);

}  // namespace asyncmark::reproduce_fastapi
