#pragma once

#include <atomic>
#include <cstddef>
#include <exception>
#include <functional>
#include <thread>
#include <vector>

namespace asyncmark {

/// Threads that are there before anything is timed, and carry out passes together: they wait at a
/// gate that lets all of them go at once.
class GatedThreads {
 public:
  /// What thread i does.
  using Task = std::function<void(std::size_t i)>;

  /// Starts the threads, each of which begins with `set_up`, and waits until all have ended that.
  /// Throws CaseError when one cannot be started, and what a set-up threw when all have ended.
  GatedThreads(std::size_t count, Task set_up, Task pass);
  ~GatedThreads() { end(); }
  GatedThreads(const GatedThreads&) = delete;
  GatedThreads& operator=(const GatedThreads&) = delete;

  /// Lets each of them carry out `pass` once, and waits for all. Throws what one of these threw.
  void carry_out();

 private:
  void live(std::size_t i);
  void attempt(const Task& task, std::size_t i);
  /// Called by a thread: waits to be let go for this pass; false when there will be none.
  bool is_let_go(unsigned pass);
  void let_go();
  void wait_for_all();
  void end();

  Task set_up_;
  Task pass_;
  std::atomic<unsigned> open_{0};     ///< The pass they are let go for.
  std::atomic<std::size_t> away_{0};  ///< Those that have not come back to the gate.
  std::atomic<bool> closed_{false};
  std::vector<std::exception_ptr> thrown_;  ///< By each.
  std::vector<std::thread> threads_;
};

}  // namespace asyncmark
