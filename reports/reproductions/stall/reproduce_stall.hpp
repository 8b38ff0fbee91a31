#pragma once

#include <string>
#include <vector>

#include "reports/reproductions/reproduction.hpp"

namespace asyncmark::reproduce_stall {
using namespace reproduction;
using reproduction::Row;  // Not the row of a table for people.

inline constexpr double kRate = 450;  ///< Operations due per second.
inline constexpr std::uint64_t kEvery = 500;
inline constexpr Duration kStall = std::chrono::milliseconds(200);
inline constexpr Duration kDelay = std::chrono::milliseconds(1);

/// What wrk says of the same server.
struct Wrk {
  Duration p50{}, p99{};
  double ops_per_s = 0;

  /// Reads what `wrk --latency` prints; absent where it is something else.
  static std::optional<Wrk> parse(const std::string& printed);
};

/// The whole reproduction: what was planned, and what came of it.
struct Study {
  Row closed, sync, thread_pool, event_loop;
  std::optional<Wrk> wrk;

  std::vector<const Row*> open() const { return {&sync, &thread_pool, &event_loop}; }
  std::vector<const Row*> rows() const { return {&closed, &sync, &thread_pool, &event_loop}; }
};

Study study_of(const Context& context, const std::vector<Result>& results, bool quick);
std::vector<Claim> claims_of(const Study& study);

}  // namespace asyncmark::reproduce_stall
