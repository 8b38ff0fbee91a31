// A fixed number of threads, each carrying out one operation at a time.

#include <fmt/format.h>

#include <atomic>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

#include "bench/caps.hpp"
#include "bench/catalog.hpp"
#include "bench/client.hpp"
#include "bench/errors.hpp"
#include "bench/pages.hpp"
#include "bench/passes.hpp"

namespace asyncmark {
namespace {

/// Lets the threads go, pass by pass, and waits until all have come back.
class Gate {
 public:
  /// Called by a thread: waits to be let go for pass `pass`; false when there will be none.
  bool wait(unsigned pass) {
    for (auto open = open_.load(); open < pass; open = open_.load()) open_.wait(open);
    return !closed_.load();
  }
  /// Called by a thread that has come to the gate: after its start, and after each pass.
  void arrive() {
    if (away_.fetch_sub(1) == 1) away_.notify_one();
  }

  void expect(std::size_t threads) { away_.store(threads); }
  void wait_for_all() {
    for (auto away = away_.load(); away != 0; away = away_.load()) away_.wait(away);
  }
  void let_go() {
    open_.fetch_add(1);
    open_.notify_all();
  }
  void close() {
    closed_.store(true);
    let_go();
  }

 private:
  std::atomic<unsigned> open_{0};
  std::atomic<std::size_t> away_{0};
  std::atomic<bool> closed_{false};
};

class Pool {
 public:
  Pool(const Workload& workload, std::size_t size)
      : workload_(workload), recorders_(size, Sharing::with_threads) {
    if (workload.sessions() == Sessions::shared) shared_ = open_blocking(workload, stage_);
    gate_.expect(size);
    for (std::size_t i = 0; i < size; ++i) {
      try {
        threads_.emplace_back([this, i] { work(recorders_[i]); });
      } catch (const std::system_error& error) {
        end();
        throw CaseError(fmt::format("thread {} of {} could not be started: {}", i + 1, size,
                                    error.code().message()));
      } catch (...) {
        end();
        throw;
      }
    }
    gate_.wait_for_all();
    if (!trouble_.empty()) {
      end();
      throw CaseError(trouble_);
    }
  }
  ~Pool() { end(); }

  void carry_out() {
    gate_.expect(threads_.size());
    gate_.let_go();
    gate_.wait_for_all();
  }

  Stage& stage() { return stage_; }
  std::span<Recorder> recorders() { return recorders_.span(); }
  std::size_t sessions() const { return shared_ ? 1 : threads_.size(); }

 private:
  void work(Recorder& recorder) {
    std::unique_ptr<BlockingSession> own;
    try {
      if (!shared_) own = open_blocking(workload_, stage_);
    } catch (const std::exception& error) {
      const std::lock_guard lock(trouble_mutex_);
      trouble_ = error.what();
    }
    gate_.arrive();
    for (unsigned pass = 1; gate_.wait(pass); ++pass) {
      run_client(own ? *own : *shared_, stage_, recorder);
      gate_.arrive();
    }
  }

  void end() {
    gate_.close();
    for (auto& thread : threads_) thread.join();
    threads_.clear();
  }

  Stage stage_;
  const Workload& workload_;
  std::unique_ptr<BlockingSession> shared_;
  Pages<Recorder> recorders_;
  Gate gate_;
  std::mutex trouble_mutex_;
  std::string trouble_;
  std::vector<std::thread> threads_;
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

const bool registered = Catalog::add(RunnerEntry{
    .name = "thread-pool",
    .summary = "a fixed number of threads, one operation each at a time",
    .timing = "starting its threads is not timed: they are there before, and waking them is timed",
    .options = {workers_option()},
    .make =
        [](const OptionValues& options) {
          return std::make_unique<ThreadPool>(options.optional_count("workers"));
        },
});

}  // namespace
}  // namespace asyncmark
