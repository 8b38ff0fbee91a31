#include "bench/engine/executor.hpp"

#include <fmt/format.h>
#include <sys/resource.h>

#include <system_error>

#include "bench/base/errors.hpp"

namespace asyncmark {
namespace {

/// Of the calling thread alone; Linux has it so.
void yield_to_loops() {
  setpriority(PRIO_PROCESS, 0, getpriority(PRIO_PROCESS, 0) + kExecutorNice);
}

}  // namespace

ThreadExecutor::ThreadExecutor(std::uint64_t threads) : open_(context_.get_executor()) {
  try {
    while (threads_.size() < threads)
      threads_.emplace_back([this, number = threads_.size()] {
        thread_number_ = number;
        yield_to_loops();
        context_.run();
      });
  } catch (const std::system_error& error) {
    const auto started = threads_.size();
    stop();
    throw CaseError(fmt::format("thread {} of {} of the executor could not be started: {}",
                                started + 1, threads, error.code().message()));
  } catch (...) {
    stop();
    throw;
  }
}

void ThreadExecutor::stop() {
  context_.stop();
  for (auto& thread : threads_) thread.join();
  threads_.clear();
}

}  // namespace asyncmark
