#pragma once

#include <array>
#include <string>
#include <vector>

#include "reports/reproductions/reproduction.hpp"

namespace asyncmark::reproduce_cpu {
using namespace reproduction;
using reproduction::Row;  // Not the row of a table for people.

/// In hundredths: the share of an operation's time in which it computes, and does not wait.
inline constexpr std::array<int, 4> kShares{0, 10, 50, 100};
inline constexpr std::size_t kTenth = 1;  ///< Where in kShares it computes for a tenth of it.

/// The whole reproduction: what was planned, and what came of it. A row a runner.
struct Study {
  Duration operation{};      ///< Of the mixed work: waiting and computing together.
  std::vector<Row> hashing;  ///< A cell for each of kOps.
  std::vector<Row>
      capped;  ///< Mixed work in a closed loop at the same limit; a cell for each share.
  std::vector<Row> clocked;  ///< Mixed work in an open loop; likewise.

  /// Throws std::out_of_range for a runner that has no row.
  static const Row& row(const std::vector<Row>& rows, const std::string& runner);
  std::vector<const Row*> all_rows() const;
};

/// How late the loop was at worst: the median of the runs; absent without a loop.
std::optional<Duration> worst_lag(const Cell& cell);
/// Response time at p99, over all runs; absent in a closed loop, and of too few operations.
std::optional<Duration> response_p99(const Cell& cell);

Study study_of(const std::vector<Result>& results, bool quick);
std::vector<Claim> claims_of(const Study& study);

}  // namespace asyncmark::reproduce_cpu
