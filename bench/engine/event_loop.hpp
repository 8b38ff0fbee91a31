#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <exception>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>
#include <variant>

#include "bench/base/errors.hpp"
#include "bench/engine/executor.hpp"
#include "bench/measure/loop_times.hpp"
#include "bench/model/async.hpp"

namespace asyncmark {

/// One thread's event loop: Boost.Asio's io_context as people use it, told that one thread runs it.
class EventLoop {
 public:
  using Executor = asio::io_context::executor_type;

  /// With an executor of so many threads, if any. Throws CaseError when the machine has no thread
  /// or no descriptor left for it: now, and not at the first wait, where an operation would be
  /// blamed.
  explicit EventLoop(std::uint64_t executor_threads = 0) : probe_(probe_on(context_)) {
    if (executor_threads != 0) workers_ = std::make_unique<ThreadExecutor>(executor_threads);
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

  /// How a session marks work that takes a processor for long, or blocks. A plain loop does it here
  /// and now, which costs a coroutine's frame (12 ns) and holds the loop. One with an executor
  /// hands it over, goes on with others, and resumes the caller when it is done. What `work()`
  /// throws, the caller gets.
  template <class Work>
  Async<std::invoke_result_t<Work&>> compute(Work work) {
    using Value = std::invoke_result_t<Work&>;
    if (!workers_) co_return work();
    std::optional<std::conditional_t<std::is_void_v<Value>, std::monostate, Value>> result;
    std::exception_ptr error;
    const auto away = [&] {
      try {
        if constexpr (std::is_void_v<Value>)
          work();
        else
          result.emplace(work());
      } catch (...) {
        error = std::current_exception();
      }
    };
    co_await on_executor(away);
    if (error) std::rethrow_exception(error);
    if constexpr (!std::is_void_v<Value>) co_return std::move(*result);
  }

  /// Its executor; null where it has none.
  ThreadExecutor* workers() { return workers_.get(); }

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
  /// `held` is whether it is known to have kept the loop from its beginning: else it is not known
  /// an operation that waits alone on an idle loop from one that blocks it, but by a probe that is
  /// late.
  [[gnu::noinline]] void ends(std::uint64_t op, Clock::time_point now, bool held) {
    if (times_) weigh(now, op, held);
  }

  /// Runs until nothing is left to do or wait for, here or on the executor. May be called again.
  void run() {
    context_.restart();
    context_.run();
  }

 private:
  static AsyncTimer probe_on(asio::io_context& context) {
    try {
      return AsyncTimer(context);
    } catch (const boost::system::system_error& error) {
      throw CaseError(fmt::format("the event loop cannot be set up: {}", error.code().message()));
    }
  }

  /// An awaitable that runs `task` on the executor and then resumes the caller, which keeps `task`,
  /// here.
  template <class Task>
  auto on_executor(const Task& task) {
    const auto hand_over = [this, &task](auto resume) {
      workers_->post(
          [&task, resume = std::move(resume), busy = asio::make_work_guard(context_)]() mutable {
            task();
            asio::post(std::move(resume));
          });
    };
    return asio::async_initiate<const asio::deferred_t&, void()>(hand_over, asio::deferred);
  }

  /// When the clock was last read.
  Clock::time_point seen() const { return std::max(seen_, *last_finished_); }

  /// No client read the clock since seen(). The one that reads it now held the loop for all that
  /// time, if it never gave it back; else since the probe fell due at the least, for an idle loop
  /// runs that.
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
  /// Ends before the context does, for what it runs comes back there.
  std::unique_ptr<ThreadExecutor> workers_;
};

/// Gives the loop back until `when`.
inline Async<void> sleep_until(EventLoop& loop, Clock::time_point when) {
  AsyncTimer timer(loop.executor(), when);
  co_await timer.async_wait(use_async);
}

}  // namespace asyncmark
