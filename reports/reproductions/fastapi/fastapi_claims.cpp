// What `reproduce fastapi` judges.

#include <fmt/format.h>

#include "reports/reproductions/fastapi/reproduce_fastapi.hpp"

namespace asyncmark::reproduce_fastapi {
namespace {

constexpr double kNear = 0.15;
constexpr double kMuchTheSame = 0.25;
constexpr double kFar = 2;
constexpr double kBusy = 0.8;
constexpr double kPublishedGain = 25;

Measured of(const Study& study, const char* endpoint, const char* client, const Figure& figure) {
  const auto* asked = study.find(endpoint, client);
  return asked ? measured(asked->row, figure)
               : Measured::none(fmt::format("{} is not installed", client));
}

Measured time_by(const Study& study, const char* endpoint, const char* client) {
  return of(study, endpoint, client,
            [](const Cell& cell) { return std::optional(cell.seconds()); });
}

Measured rate_of(const Study& study, const char* endpoint, const char* client) {
  return of(study, endpoint, client,
            [](const Cell& cell) { return std::optional(requests_per_s(cell)); });
}

}  // namespace

std::vector<Claim> claims_of(const Study& study) {
  const auto wait_s = seconds(kDelay);
  const auto rounds = static_cast<double>((kRequests + kThreads - 1) / kThreads);
  const auto loop = time_by(study, "await", "event-loop");
  return {
      {"async def, one request at a time: 1 / 46 ms", Unit::rate, Rule::within(kNear, 1 / wait_s),
       "arithmetic", rate_of(study, "await", "sync")},
      {"async def: 1000 at once are 25 times as fast as that", Unit::factor,
       Rule::at_least(kPublishedGain), "headline of the published table; requests/s / sync's",
       ratio(rate_of(study, "await", "event-loop"), rate_of(study, "await", "sync"))},
      {"async def: 1000 at once take about one wait", Unit::time, Rule::within_factor(kFar, wait_s),
       "articles: the event loop waits for all at once", loop},
      {"async def: the server's CPU limits them", Unit::share, Rule::at_least(kBusy),
       "arithmetic: Python runs one thread at a time; CPU time of the server over time",
       of(study, "await", "event-loop", server_busy)},
      {"def: 1000 at once take 25 rounds of 40 threads", Unit::time,
       Rule::within(kMuchTheSame, rounds * wait_s),
       "documentation of Starlette: 40 threads; 1000 / 40, times one wait",
       time_by(study, "threads", "event-loop")},
      {"async def that blocks: at once no more than 1 / 46 ms", Unit::rate,
       Rule::within(kNear, 1 / wait_s), "arithmetic: the loop is held during each wait",
       rate_of(study, "blocking", "event-loop")},
      {"aiohttp is as fast as asyncmark's event-loop", Unit::factor, Rule::within(kMuchTheSame, 1),
       "arithmetic: the server is the same; time over event-loop's",
       ratio(time_by(study, "await", "aiohttp"), loop)},
  };
}

}  // namespace asyncmark::reproduce_fastapi
