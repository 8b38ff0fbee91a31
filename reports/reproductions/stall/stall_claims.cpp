// What `reproduce stall` judges: who sees the 99th percentile that arithmetic gives.

#include <algorithm>

#include "reports/reproductions/stall/reproduce_stall.hpp"

namespace asyncmark::reproduce_stall {
namespace {

constexpr double kFactor = 2;

/// The share of requests that are due during a stall.
constexpr double kLateShare = kRate * seconds(kStall) / static_cast<double>(kEvery);

/// Requests that are due during a stall wait for up to all of it, evenly spread:
/// P(wait > t) = kLateShare (1 - t / stall), which is 1 % at this t.
constexpr double kTrueP99 = seconds(kStall) * (1 - 0.01 / kLateShare) + seconds(kDelay);

constexpr const char* kSource =
    "arithmetic: P(wait > t) = 18 % x (1 - t / 200 ms) is 1 %, plus the 1 ms of an answer";

/// The least of the open loops', so that all of them must see it.
Measured least_p99(const Study& study) {
  auto least = p99_of(study.sync, &Measurement::response_time);
  for (const auto* row : {&study.thread_pool, &study.event_loop}) {
    const auto one = p99_of(*row, &Measurement::response_time);
    if (!one.value || !least.value) return one.value ? least : one;
    least.value = std::min(*least.value, *one.value);
  }
  return least;
}

}  // namespace

std::vector<Claim> claims_of(const Study& study) {
  const auto claim = [](const char* sentence, Measured measured) {
    return Claim{sentence, Unit::time, Rule::within_factor(kFactor, kTrueP99), kSource,
                 std::move(measured)};
  };
  return {
      claim("Open loop: the response p99 shows the stalls", least_p99(study)),
      claim("Closed loop: the service p99 shows the stalls",
            p99_of(study.closed, &Measurement::service_time)),
      claim("wrk: the p99 shows the stalls",
            study.wrk ? Measured::of(seconds(study.wrk->p99))
                      : Measured::none("wrk is not installed or failed")),
      claim("Open loop, one client: the service p99 shows the stalls",
            p99_of(study.sync, &Measurement::service_time)),
      claim("One client: the server's own p99 shows the stalls", own_p99_of(study.sync)),
      claim("Event loop: the server's own p99 shows the stalls", own_p99_of(study.event_loop)),
  };
}

}  // namespace asyncmark::reproduce_stall
