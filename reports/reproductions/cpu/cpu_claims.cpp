// What `reproduce cpu` judges.

#include <fmt/format.h>

#include "reports/reproductions/cpu/reproduce_cpu.hpp"

namespace asyncmark::reproduce_cpu {
namespace {

using namespace std::chrono_literals;

constexpr double kSame = 0.05;
constexpr double kMuchTheSame = 0.25;
constexpr Duration kFreeOfLag = 2ms;

const Row& hashing(const Study& study, const char* runner) {
  return Study::row(study.hashing, runner);
}

/// How many times as fast as sync 1000 hashes are.
Measured speed_up(const Study& study, const char* runner) {
  return ratio(time_of(hashing(study, "sync")), time_of(hashing(study, runner)));
}

Measured lag_of(const Row& row) {
  return measured(row, [](const Cell& cell) {
    const auto lag = worst_lag(cell);
    return lag ? std::optional(seconds(*lag)) : std::nullopt;
  });
}

/// Time of the event loop over that of threads, at a share of computing.
Measured loop_over_threads(const Study& study, std::size_t share) {
  return ratio(time_of(Study::row(study.capped, "event-loop"), share),
               time_of(Study::row(study.capped, "thread-pool"), share));
}

}  // namespace

std::vector<Claim> claims_of(const Study& study) {
  const auto processes = hashing(study, "process-pool").cells.back().planned.how.workers;
  return {
      {"Async does not speed up hashing", Unit::factor, Rule::at_most(1 + kSame),
       "articles: async is for waiting; times as fast as sync", speed_up(study, "event-loop")},
      {"Threads do not speed up hashing", Unit::factor, Rule::at_most(1 + kSame),
       "articles on Python: its global lock; times as fast as sync",
       speed_up(study, "thread-pool")},
      {fmt::format("{} processes speed it up {} times", processes, processes), Unit::factor,
       Rule::within(kMuchTheSame, static_cast<double>(processes)),
       "articles: CPU-bound work wants processes; one for each processor",
       speed_up(study, "process-pool")},
      {"Hashing on an event loop blocks it", Unit::time, Rule::at_least(seconds(kFreeOfLag)),
       "articles: a blocking call stops the loop; loop lag, 2 ms counts as blocked",
       lag_of(hashing(study, "event-loop"))},
      {"An executor keeps the loop free", Unit::time, Rule::at_most(seconds(kFreeOfLag)),
       "articles: run_in_executor is the remedy; loop lag of hybrid, 2 ms counts as blocked",
       lag_of(hashing(study, "hybrid"))},
      {fmt::format("{} in flight that only wait: the loop is no slower", kCap), Unit::factor,
       Rule::at_most(1 + kSame), "arithmetic: both take the waits alone; time over that of threads",
       loop_over_threads(study, 0)},
      {fmt::format("{} in flight that compute {} %: the loop is slower", kCap, kShares[kTenth]),
       Unit::factor, Rule::at_least(1 + kSame),
       fmt::format("arithmetic: one processor is busy from 1/{} of computing on; time over that of "
                   "threads",
                   kCap),
       loop_over_threads(study, kTenth)},
  };
}

}  // namespace asyncmark::reproduce_cpu
