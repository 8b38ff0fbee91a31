// What `reproduce http` judges.

#include <fmt/format.h>

#include "reports/reproductions/http/reproduce_http.hpp"

namespace asyncmark::reproduce_http {
namespace {

constexpr double kNear = 0.15;
constexpr double kFar = 2;

/// What the server's waits alone take, in seconds.
double rounds_s(const Study& study, const Served& served) {
  return seconds(least_of_waits(served.cell(), served.at_once, study.delay));
}

}  // namespace

std::vector<Claim> claims_of(const Study& study) {
  const auto wait_s = seconds(study.delay);
  const auto& pool = study.few_threads;
  return {
      {"Sync takes the sum of all waits", Unit::time,
       Rule::within(kNear, study.published(study.sync, kColumns - 1)),
       "published table: sync, 1000 operations", time_of(study.sync)},
      {"1000 calls on an event loop take the published time", Unit::time,
       Rule::within_factor(kFar, study.published(study.unbounded, kColumns - 1)),
       "published table: async, 1000 operations", time_of_all_at_once(study.unbounded)},
      {"1000 gathered calls take about one wait", Unit::time, Rule::within_factor(kFar, wait_s),
       "arithmetic: one wait", time_of_all_at_once(study.unbounded)},
      {fmt::format("With {} calls in flight, an event loop is faster than threads", kCap),
       Unit::factor, Rule::at_least(1 + kNear), "articles: async is faster; time over the loop's",
       ratio(time_of(study.thread_pool), time_of(study.capped))},
      {fmt::format("A sync server of {} threads queues {} requests", pool.at_once,
                   pool.cell().ops()),
       Unit::time, Rule::within(2 * kNear, rounds_s(study, pool)),
       "arithmetic: requests over threads (rounded up), times one wait", time_of(pool.row)},
      {"An async server answers them in about one wait", Unit::time,
       Rule::within_factor(kFar, wait_s), "arithmetic: one wait", time_of(study.kept_loop.row)},
      {"Even with a thread for each request, a sync server is much slower", Unit::factor,
       Rule::at_least(kFar), "articles: blocking calls are the reason; time over the event loop's",
       ratio(time_of(study.threads.row), time_of(study.loop.row))},
      {"The server's own p99 shows how long callers wait in its queue", Unit::share,
       Rule::at_least(0.5), "a common assumption; own p99 over the callers' p99, with 1 thread",
       ratio(own_p99_of(study.one_thread.row),
             p99_of(study.one_thread.row, &Measurement::response_time))},
  };
}

}  // namespace asyncmark::reproduce_http
