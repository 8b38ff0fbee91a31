// What `reproduce table` judges.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "reports/reproductions/table/reproduce_table.hpp"

namespace asyncmark::reproduce_table {
namespace {

constexpr double kNear = 0.15;
constexpr double kFar = 2;

constexpr const char* kFits =
    "arithmetic: each published async time within 15 % of what such a loop takes";

/// How far off the published async times the farthest of a row's is, as a part of it.
Measured farthest_off(const Study& study, const Row& row) {
  double most = 0;
  for (std::size_t i = 0; i < kColumns; ++i) {
    const auto time = time_of(row, i);
    if (!time.value) return time;
    most = std::max(most, std::abs(*time.value / study.published(row, i) - 1));
  }
  return Measured::of(most);
}

Measured time_in_python(const Row& row) {
  return row.cells.empty() ? Measured::none("python3 is not installed") : time_of_all_at_once(row);
}

}  // namespace

std::vector<Claim> claims_of(const Study& study) {
  const auto sync_s = study.published(study.sync, kColumns - 1);
  const auto async_s = study.published(study.unbounded, kColumns - 1);
  const auto slower_s = study.quick ? 0.3 : 3.0;
  return {
      {"Sync takes the sum of all waits", Unit::time, Rule::within(kNear, sync_s),
       "published table: sync, 1000 operations", time_of(study.sync)},
      {"Two gathered operations take as long as the slower one", Unit::time,
       Rule::within(kNear, slower_s), "arithmetic: the longer of the two waits",
       time_of(study.example_gathered)},
      {"1000 operations on an event loop take the published time", Unit::time,
       Rule::within_factor(kFar, async_s), "published table: async, 1000 operations",
       time_of_all_at_once(study.unbounded)},
      {"1000 operations under Python's asyncio.gather take it as well", Unit::time,
       Rule::within_factor(kFar, async_s), "published table: async, 1000 operations",
       time_in_python(study.python_gathered)},
      {"Async is 25 to 40 times as fast as sync", Unit::factor, Rule::between(25, 40),
       "headline of the published table, 1000 operations",
       ratio(time_of(study.sync), time_of_all_at_once(study.unbounded))},
      {fmt::format("The published times fit a loop with a limit of {} in flight", kCap),
       Unit::share, Rule::at_most(kNear), kFits, farthest_off(study, study.capped)},
      {"The published times fit a loop that computes 1.66 ms per operation", Unit::share,
       Rule::at_most(kNear), kFits, farthest_off(study, study.computing)},
      {fmt::format("The published times fit a pool of {} threads", kCap), Unit::share,
       Rule::at_most(kNear), kFits, farthest_off(study, study.thread_pool)},
  };
}

}  // namespace asyncmark::reproduce_table
