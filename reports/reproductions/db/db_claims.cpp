// What `reproduce db` judges.

#include <fmt/format.h>

#include "reports/reproductions/db/reproduce_db.hpp"

namespace asyncmark::reproduce_db {
namespace {

constexpr double kSame = 0.05;
constexpr double kMuchTheSame = 0.15;
constexpr double kBusy = 0.9;
constexpr double kMuchDearer = 10;

constexpr auto kFew = kPools.front(), kMany = kPools.back();

/// The slowest over the fastest runner of those with so many connections.
Measured differences(const std::vector<Pooled>& rows, std::uint64_t connections) {
  std::vector<Measured> times;
  for (const auto* runner : kConcurrent)
    times.push_back(time_of(Study::pooled(rows, runner, connections).row));
  return spread(times);
}

Measured loop_time(const std::vector<Pooled>& rows, std::uint64_t connections) {
  return time_of(Study::pooled(rows, "event-loop", connections).row);
}

Measured busy_share(const Row& row) {
  return measured(row, [](const Cell& cell) {
    const auto server = server_share(cell);
    return server ? std::optional(server->busy) : std::nullopt;
  });
}

}  // namespace

std::vector<Claim> claims_of(const Study& study) {
  const auto more = static_cast<double>(kMany) / static_cast<double>(kFew);
  const auto& opened = study.opening.back();
  const auto of_slow = "arithmetic: only the waits take time; the slowest over the fastest";
  return {
      {fmt::format("Waiting queries, {} connections: all runners are equally fast", kFew),
       Unit::factor, Rule::at_most(1 + kSame), of_slow, differences(study.waiting, kFew)},
      {fmt::format("Waiting queries, {} connections: all runners are equally fast", kMany),
       Unit::factor, Rule::at_most(1 + kSame), of_slow, differences(study.waiting, kMany)},
      {fmt::format("Waiting queries: {} connections are {:g} times as fast as {}", kMany, more,
                   kFew),
       Unit::factor, Rule::within(kMuchTheSame, more), "articles: use a pool; arithmetic",
       ratio(loop_time(study.waiting, kFew), loop_time(study.waiting, kMany))},
      {"Cheap queries: the database is the bottleneck", Unit::share, Rule::at_least(kBusy),
       fmt::format("critics of async drivers; share of its processors that the server used, {} "
                   "connections",
                   kFew),
       busy_share(Study::pooled(study.cheap, "event-loop", kFew).row)},
      {"Cheap queries: an async driver is faster than threads", Unit::factor,
       Rule::at_least(1 + kMuchTheSame), "articles: use an async driver; time over the loop's",
       ratio(time_of(Study::pooled(study.cheap, "thread-pool", kFew).row),
             loop_time(study.cheap, kFew))},
      {fmt::format("Cheap queries: {} connections are faster than {}", kMany, kFew), Unit::factor,
       Rule::at_least(1 + kMuchTheSame), "articles: a larger pool; time over that of the larger",
       ratio(loop_time(study.cheap, kFew), loop_time(study.cheap, kMany))},
      {"A connection for each query is far slower than a pool", Unit::factor,
       Rule::at_least(kMuchDearer),
       "articles: use a pool; PostgreSQL starts a process for each connection",
       ratio(time_of(opened.per_op), time_of(opened.kept))},
  };
}

}  // namespace asyncmark::reproduce_db
