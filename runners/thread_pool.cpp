// A fixed number of threads, each carrying out one operation at a time.

#include <vector>

#include "bench/base/pages.hpp"
#include "bench/engine/client.hpp"
#include "bench/engine/gated_threads.hpp"
#include "bench/engine/passes.hpp"
#include "bench/model/caps.hpp"
#include "bench/model/runner_entry.hpp"

namespace asyncmark::thread_pool_runner {
namespace {

class Pool {
 public:
  Pool(const Workload& workload, std::size_t size)
      : shared_(workload.sessions() == Sessions::shared ? open_blocking(workload, stage_)
                                                        : nullptr),
        own_(shared_ ? 0 : size),
        recorders_(size, Sharing::with_threads),
        threads_(
            size,
            [this, &workload](std::size_t i) {
              if (!shared_) own_[i] = open_blocking(workload, stage_);
            },
            [this](std::size_t i) {
              run_client(shared_ ? *shared_ : *own_[i], stage_, recorders_[i]);
            }) {}

  void carry_out() { threads_.carry_out(); }
  Stage& stage() { return stage_; }
  std::span<Recorder> recorders() { return recorders_.span(); }
  std::size_t sessions() const { return shared_ ? 1 : own_.size(); }

 private:
  Stage stage_;
  std::unique_ptr<BlockingSession> shared_;
  std::vector<std::unique_ptr<BlockingSession>> own_;
  Pages<Recorder> recorders_;
  GatedThreads threads_;  ///< Last, for they use the others.
};

class ThreadPool final : public Runner {
 public:
  explicit ThreadPool(std::optional<std::int64_t> workers) : workers_(workers) {}

  Concurrency concurrency(const Load& load) const override {
    return pool_of(workers_, load, kUsualWorkers);
  }

  Measurement run(const Workload& workload, const Load& load) const override {
    const auto how = concurrency(load);
    Pool pool(workload, how.workers);
    return measure(load, how,
                   {.stage = pool.stage(),
                    .recorders = pool.recorders(),
                    .sessions = pool.sessions(),
                    .carry_out = [&] { pool.carry_out(); }});
  }

 private:
  static constexpr std::uint64_t kUsualWorkers = 32;
  std::optional<std::int64_t> workers_;
};

const bool registered = Registry<RunnerEntry>::add({
    .name = "thread-pool",
    .summary = "a fixed number of threads, one operation each at a time",
    .timing = "its threads exist before timing starts; waking them is timed",
    .options = {workers_option()},
    .make =
        [](const OptionValues& options) {
          return std::make_unique<ThreadPool>(options.optional_count("workers"));
        },
});

}  // namespace
}  // namespace asyncmark::thread_pool_runner
