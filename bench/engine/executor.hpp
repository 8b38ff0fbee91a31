#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <cstdint>
#include <thread>
#include <utility>
#include <vector>

#include "bench/engine/executor_nice.hpp"

namespace asyncmark {

/// Threads to which an event loop hands what would hold it; see EventLoop::compute().
///
/// Threads of our own that run an io_context: asio::thread_pool is the same scheduler, but never
/// comes back from its constructor where the machine refuses one of its threads.
class ThreadExecutor {
 public:
  /// Throws CaseError when the machine does not give it as many.
  explicit ThreadExecutor(std::uint64_t threads);
  ~ThreadExecutor() { stop(); }

  /// Has `task` run on one of the threads, the first posted first. It must not throw.
  template <class Task>
  void post(Task task) {
    boost::asio::post(context_, std::move(task));
  }

  /// Ends the threads, each after what it is running; what waits is never run.
  void stop();

  std::uint64_t size() const { return threads_.size(); }
  /// Which of its executor's threads the calling one is, from 0. Of other threads it says nothing.
  static std::size_t thread_number() { return thread_number_; }

 private:
  static inline thread_local std::size_t thread_number_ = 0;

  boost::asio::io_context context_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> open_;
  std::vector<std::thread> threads_;
};

}  // namespace asyncmark
