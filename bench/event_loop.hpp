#pragma once

#include <boost/asio/co_spawn.hpp>
#include <exception>
#include <utility>

#include "bench/async.hpp"
#include "bench/errors.hpp"

namespace asyncmark {

/// One thread's event loop: Boost.Asio's io_context as people use it, told that one thread runs it.
class EventLoop {
 public:
  using Executor = asio::io_context::executor_type;

  /// Throws CaseError when the machine has no descriptor left for it: now, and not at the first
  /// wait, where an operation would be blamed.
  EventLoop() {
    try {
      AsyncTimer timer(executor());
    } catch (const boost::system::system_error& error) {
      throw CaseError("the event loop cannot be set up: " + error.code().message());
    }
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

  /// Runs until nothing is left to do or wait for. May be called again.
  void run() {
    context_.restart();
    context_.run();
  }

 private:
  asio::io_context context_{1};
};

/// Gives the loop back until `when`.
inline Async<void> sleep_until(EventLoop& loop, Clock::time_point when) {
  AsyncTimer timer(loop.executor(), when);
  co_await timer.async_wait(use_async);
}

}  // namespace asyncmark
