#pragma once

#include <memory>
#include <new>

#include "bench/engine/event_loop.hpp"
#include "bench/engine/recorder.hpp"
#include "bench/engine/sleep_until.hpp"
#include "bench/model/workload.hpp"

namespace asyncmark {

/// Opens a session, and notes that it took from now until then.
inline std::unique_ptr<BlockingSession> open_blocking(const Workload& workload, Stage& stage) {
  stage.connect.begins(Clock::now());
  auto session = workload.open_blocking();
  stage.connect.ends(Clock::now());
  return session;
}

/// What a call that throws comes to. Only where an exception is being handled.
inline Outcome thrown() {
  try {
    throw;
  } catch (const std::bad_alloc&) {
    return Outcome::failed("out of memory");
  } catch (...) {
    return Outcome::failed("exception");
  }
}

/// One call whose exception, if any, becomes a failed operation.
inline Outcome call(BlockingSession& session, std::uint64_t op) {
  try {
    return session.call(op);
  } catch (...) {
    return thrown();
  }
}

/// One client on a thread of its own: claims operations until the schedule has none left. In a
/// closed loop one clock reading ends an operation and starts the next.
inline void run_client(BlockingSession& session, Stage& stage, Recorder& recorder) {
  auto now = Clock::now();
  while (const auto start = stage.schedule.next(now, recorder.service_time.max())) {
    if (start->intended && *start->intended > now) {
      stage.in_flight.leave(recorder.in_flight);
      sleep_until(*start->intended);
      now = Clock::now();
    }
    stage.in_flight.enter(recorder.in_flight);
    const auto outcome = call(session, start->op);
    const auto finished = Clock::now();
    if (stage.schedule.counts(finished)) recorder.record(*start, now, finished, outcome);
    now = finished;
  }
  stage.drain.begins(now);
  stage.in_flight.leave(recorder.in_flight);
}

}  // namespace asyncmark
