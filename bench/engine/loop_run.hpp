#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "bench/base/pages.hpp"
#include "bench/engine/event_loop.hpp"
#include "bench/engine/recorder.hpp"
#include "bench/model/workload.hpp"

namespace asyncmark {

/// What some event loops carry out together: each has a lane of the schedule and a recorder, so
/// that they share nothing while they are timed.
struct Loops {
  /// With `cap` operations in flight at the most, of all together.
  Loops(std::size_t count, std::uint64_t cap) : recorders(count, Sharing::with_threads) {
    stage.schedule.divide(count, cap);
  }
  Stage stage;
  Pages<Recorder> recorders;
};

/// Clients on one event loop, in the calling thread: what every runner with a loop is made of.
/// Sessions are opened by the constructor, which throws CaseError when one cannot be.
class LoopRun {
 public:
  /// Loop `number` of these, with at most `cap` operations in flight, and with an executor of so
  /// many threads, if any.
  LoopRun(const Workload& workload, std::uint64_t cap, Loops& loops, std::size_t number = 0,
          std::uint64_t executor_threads = 0);

  /// Carries out the loop's share of what the schedule says, and returns when every operation that
  /// it claimed has ended. In the thread that constructed it.
  void carry_out();

  EventLoop& loop() { return loop_; }
  std::size_t sessions() const { return sessions_.size(); }

 private:
  Async<void> open(const Workload& workload, std::uint64_t count);
  void launch();
  void begins_work();
  Async<void> client(AsyncSession& session);

  Stage& stage_;
  Recorder& recorder_;
  Lane lane_;
  EventLoop loop_;
  bool holds_;  ///< Whether an operation keeps the loop to itself.
  std::uint64_t cap_;
  std::uint64_t clients_ = 0;
  std::uint64_t ended_ = 0;
  std::uint64_t waiting_ = 0;  ///< Clients that are between two operations.
  bool launching_ = false;
  bool over_ = false;  ///< The schedule has nothing left to begin, or its time is over.
  std::vector<std::unique_ptr<AsyncSession>> sessions_;
};

}  // namespace asyncmark
