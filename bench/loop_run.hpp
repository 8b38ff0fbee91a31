#pragma once

#include <memory>
#include <span>
#include <vector>

#include "bench/event_loop.hpp"
#include "bench/pages.hpp"
#include "bench/recorder.hpp"
#include "bench/workload.hpp"

namespace asyncmark {

/// Clients on one event loop, in the calling thread: what every runner with a loop is made of.
/// Sessions are opened by the constructor, which throws CaseError when one cannot be.
class LoopRun {
 public:
  /// At most `cap` operations in flight, on a loop with an executor of so many threads, if any.
  LoopRun(const Workload& workload, std::uint64_t cap, std::uint64_t executor_threads = 0);

  /// Carries out what stage().schedule says, and returns when every claimed operation has ended.
  void carry_out();

  EventLoop& loop() { return loop_; }
  Stage& stage() { return stage_; }
  std::span<Recorder> recorders() { return recorders_.span(); }
  std::size_t sessions() const { return sessions_.size(); }

 private:
  Async<void> open(const Workload& workload, std::uint64_t count);
  void launch();
  void begins_work();
  Async<void> client(AsyncSession& session);

  Stage stage_;
  EventLoop loop_;
  bool holds_;  ///< Whether an operation keeps the loop to itself.
  std::uint64_t cap_;
  std::uint64_t clients_ = 0;
  std::uint64_t ended_ = 0;
  std::uint64_t waiting_ = 0;  ///< Clients that are between two operations.
  bool launching_ = false;
  bool over_ = false;  ///< The schedule has nothing left to begin, or its time is over.
  Pages<Recorder> recorders_;
  std::vector<std::unique_ptr<AsyncSession>> sessions_;
};

}  // namespace asyncmark
