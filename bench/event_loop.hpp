#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <exception>
#include <utility>

#include "bench/async.hpp"
#include "bench/errors.hpp"
#include "bench/loop_times.hpp"

namespace asyncmark {

/// One thread's event loop: Boost.Asio's io_context as people use it, told that one thread runs it.
class EventLoop {
 public:
  using Executor = asio::io_context::executor_type;

  /// Throws CaseError when the machine has no descriptor left for it: now, and not at the first
  /// wait, where an operation would be blamed.
  EventLoop() try : probe_(context_) {
  } catch (const boost::system::system_error& error) {
    throw CaseError(fmt::format("the event loop cannot be set up: {}", error.code().message()));
  }

  Executor executor() { return context_.get_executor(); }

  /// Starts a coroutine on the loop. Called on the loop, it runs at once up to its first wait. An
  /// exception that leaves it ends run() and is rethrown there.
  void spawn(Async<void> task) {
    asio::co_spawn(context_, std::move(task), [](std::exception_ptr error) {
      if (error) std::rethrow_exception(error);
    });
  }

  template <class Callback>
  void post(Callback callback) {
    asio::post(context_, std::move(callback));
  }

  /// Notes, from here to stop_watch(), how late the loop runs what is due, and who holds it. The
  /// clients lend their clock readings, of which they leave the latest in `last_finished`, so an
  /// operation costs a comparison and no reading more.
  void start_watch(LoopTimes& times, const Clock::time_point& last_finished) {
    times_ = &times;
    last_finished_ = &last_finished;
    seen_ = Clock::now();
    probe_.expires_at(seen_ + kLoopProbePeriod);
    await_probe();
  }
  void stop_watch() {
    if (!times_) return;  // By the last client, and again by each that comes when all is over.
    // A probe that is due and was never run is the latest of all.
    if (seen() > probe_.expiry()) times_->lag.add(seen() - probe_.expiry());
    times_ = nullptr;
    probe_.cancel();
  }

  /// A client that did not just end another operation begins `op`, having read the clock.
  void begins(std::uint64_t op, Clock::time_point now) {
    weigh(now, last_op_, false);
    seen_ = now;
    last_op_ = op;
  }
  /// A client ends an operation, and writes `now` down after this. It cannot have held the loop for
  /// longer than it took, so this is called only for what took longer than the longest hold so far.
  /// `held` is whether it is known to have kept the loop from its beginning: else nobody can tell
  /// an operation that waits alone on an idle loop from one that blocks it, but by a probe that is
  /// late.
  [[gnu::noinline]] void ends(std::uint64_t op, Clock::time_point now, bool held) {
    if (times_) weigh(now, op, held);
  }

  /// Runs until nothing is left to do or wait for. May be called again.
  void run() {
    context_.restart();
    context_.run();
  }

 private:
  /// When somebody last read the clock.
  Clock::time_point seen() const { return std::max(seen_, *last_finished_); }

  /// No client read the clock since seen(). Whoever reads it now held the loop for all that time,
  /// if it never gave it back; else since the probe fell due at the least, for an idle loop runs
  /// that.
  [[gnu::noinline]] void weigh(Clock::time_point now, std::uint64_t op, bool all_of_it) {
    if (!times_) return;
    const auto held = now - (all_of_it ? seen() : std::max(seen(), probe_.expiry()));
    if (held <= times_->longest_hold) return;
    times_->longest_hold = held;
    times_->held_by = op;
  }

  void await_probe() {
    probe_.async_wait([this](const boost::system::error_code&) {
      // Not the error code: a wait that was over already is no longer cancelled.
      if (!times_) return;
      const auto now = Clock::now();
      times_->lag.add(now - probe_.expiry());
      weigh(now, last_op_, false);
      seen_ = now;
      probe_.expires_at(now + kLoopProbePeriod);
      await_probe();
    });
  }

  asio::io_context context_{1};
  AsyncTimer probe_;
  LoopTimes* times_ = nullptr;  ///< While it is watched.
  Clock::time_point seen_{};    ///< When a client began or the probe ran.
  const Clock::time_point* last_finished_ = nullptr;
  std::uint64_t last_op_ = 0;
};

/// Gives the loop back until `when`.
inline Async<void> sleep_until(EventLoop& loop, Clock::time_point when) {
  AsyncTimer timer(loop.executor(), when);
  co_await timer.async_wait(use_async);
}

}  // namespace asyncmark
