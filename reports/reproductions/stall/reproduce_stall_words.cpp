// What the figures of `reproduce stall` allow to be said, and nothing else.

#include <fmt/format.h>

#include "reports/reproductions/stall/reproduce_stall.hpp"

namespace asyncmark::reproduce_stall {
namespace {

// A percentile that differs from another by this factor tells of another world.
constexpr double kFar = 5;

/// The share of requests that fall due during a stall.
double late_share() { return kRate * seconds(kStall) / static_cast<double>(kEvery); }

/// Those that fall due during a stall wait for anything from nothing to all of it, evenly spread:
/// P(wait > t) = late_share (1 - t / stall), which is 1 % at this t.
Duration true_p99() { return from_seconds(seconds(kStall) * (1 - 0.01 / late_share())) + kDelay; }

std::string or_missing(const std::optional<Duration>& time) {
  return time ? rounded_text(*time) : "n/a";
}

bool far(const std::optional<Duration>& more, const std::optional<Duration>& less) {
  return more && less && seconds(*more) > kFar * seconds(*less);
}

std::string of_the_server() {
  return fmt::format(
      "The server, one event loop in a process of its own, answers after {}; at every {}th request "
      "it answers nobody for {}. At {:g} requests a second {:.0f} fall due in such a stall, "
      "{:.0f}% of all, and wait for up to {}: by arithmetic the 99th percentile of what callers "
      "see is {}.",
      exact_text(kDelay), kEvery, exact_text(kStall), kRate, kRate * seconds(kStall),
      late_share() * 100, exact_text(kStall), rounded_text(true_p99()));
}

std::string of_the_closed_loop(const Study& study) {
  if (!study.closed.cells.front().sound()) return "The closed loop cannot be quoted.";
  const auto times = times_of(study.closed);
  if (!far(true_p99(), times.service_p99))
    return fmt::format("Closed loop: a client that waits for its answer has a p99 of {} here.",
                       or_missing(times.service_p99));
  return fmt::format(
      "Closed loop: sync asks again once it is answered. It meets one slow request in a stall, and "
      "then does not ask: its p99 is {}. The {} that users would have sent meanwhile are nowhere "
      "in it (coordinated omission); only the worst, {}, hints at them.",
      or_missing(times.service_p99), static_cast<int>(kRate * seconds(kStall)),
      rounded_text(times.worst));
}

/// Its version 4 fills in after the run what it would have sent, had it kept its own mean rate.
std::string of_wrk(const Study& study) {
  if (!study.wrk) return "wrk was not asked: it is not installed, or did not answer.";
  const auto p99 = rounded_text(study.wrk->p99);
  if (far(true_p99(), study.wrk->p99))
    return fmt::format("wrk, a closed loop as well, has a p99 of {}.", p99);
  return fmt::format(
      "wrk is a closed loop as well; after the run it adds, by arithmetic, the requests that it "
      "did not send. So its p99 of {} is no measurement: it supposes that its own mean rate is the "
      "one wanted, and that whatever would have been asked meanwhile waits for the stall alone.",
      p99);
}

std::string of_the_open_loops(const Study& study) {
  std::vector<std::string> parts;
  bool all_see_it = true;
  for (const auto* row : study.open()) {
    if (!row->cells.front().sound()) continue;
    const auto times = times_of(*row);
    parts.push_back(fmt::format("{} {}", row->label, or_missing(times.response_p99)));
    all_see_it = all_see_it && times.response_p99 && *times.response_p99 > true_p99() / 2;
  }
  if (parts.empty()) return "No open loop can be quoted.";
  return fmt::format("Open loop: asked by the clock, on the same arrivals, response p99 is {}. {}",
                     list(parts),
                     all_see_it ? "That is what users get."
                                : "That is not what the arithmetic gives: the load was not held, "
                                  "or the machine was busy.");
}

std::string of_service_times(const Study& study) {
  if (!study.sync.cells.front().sound()) return "The open loop of sync cannot be quoted.";
  const auto times = times_of(study.sync);
  if (!far(times.response_p99, times.service_p99))
    return fmt::format("Service and response p99 of sync in the open loop: {} and {}.",
                       or_missing(times.service_p99), or_missing(times.response_p99));
  return fmt::format(
      "Service time alone hides it as well: for sync it is {} at p99 where the response time is "
      "{}, for what is due behind a slow request has not been sent yet.",
      or_missing(times.service_p99), or_missing(times.response_p99));
}

std::string of_the_server_itself(const Study& study) {
  const auto &few = study.sync, &many = study.event_loop;
  if (!few.cells.front().sound() || !many.cells.front().sound())
    return "What the server saw by itself cannot be compared.";
  const auto one = times_of(few), all = times_of(many);
  if (!far(all.own_p99, one.own_p99))
    return fmt::format(
        "The server's own p99, from arrival to answer: {} when sync asked, {} when the event loop "
        "did.",
        or_missing(one.own_p99), or_missing(all.own_p99));
  return fmt::format(
      "The server's own p99, from arrival to answer, is {} when the event loop asks and {} when "
      "sync does: a server knows nothing of a queue in front of it.",
      or_missing(all.own_p99), or_missing(one.own_p99));
}

}  // namespace

std::vector<std::string> how_to_read(const Study& study) {
  auto all = troubles(study.rows());
  all.push_back(of_the_server());
  all.push_back(of_the_closed_loop(study));
  all.push_back(of_wrk(study));
  all.push_back(of_the_open_loops(study));
  all.push_back(of_service_times(study));
  all.push_back(of_the_server_itself(study));
  all.push_back("Without wrk: " + ledger(study.rows()));
  return all;
}

}  // namespace asyncmark::reproduce_stall
