// A fixed number of processes that claim operations from memory they share, each carrying out one
// at a time. A worker that dies is noticed at once, its operation counted as failed, and replaced.

#include <fmt/format.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstring>
#include <system_error>
#include <vector>

#include "bench/base/errors.hpp"
#include "bench/base/pages.hpp"
#include "bench/engine/client.hpp"
#include "bench/engine/hard_end.hpp"
#include "bench/engine/passes.hpp"
#include "bench/model/caps.hpp"
#include "bench/model/runner_entry.hpp"
#include "bench/os/placement.hpp"
#include "bench/os/process.hpp"
#include "bench/os/usage.hpp"

namespace asyncmark::process_pool_runner {
namespace {

/// What a worker and the process that keeps it write for each other.
struct Seat {
  std::atomic<std::uint32_t> arrived;  ///< 1 when its session is open, p + 1 after pass p.
  Usage used;                          ///< Since its fork, as of its last arrival.
  std::int64_t private_bytes;          ///< Its own memory at its end.
  char trouble[240];                   ///< Why its session would not open.
};

struct Shared {
  Stage stage;
  Futex pass;  ///< The pass the workers are let go for; the all-ones value ends them.
};

constexpr std::uint32_t kEnd = ~0u;

class ProcessPool {
 public:
  ProcessPool(const Workload& workload, std::size_t size)
      : workload_(workload),
        recorders_(size, Sharing::with_processes),
        seats_(size, Sharing::with_processes),
        shared_(1, Sharing::with_processes),
        arrivals_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
        workers_(size) {
    new (&shared_[0]) Shared;
    check_descriptors(size);
    try {
      for (std::size_t i = 0; i < size; ++i) hire(i);
      wait_for_all(1);
    } catch (...) {
      kill_all();
      throw;
    }
  }
  ~ProcessPool() { kill_all(); }

  void carry_out() {
    const auto accounted_before = accounted();
    deaths_.clear();
    ++pass_;
    shared_[0].pass.set_and_wake_all(pass_);
    wait_for_all(pass_ + 1);
    const auto held = HardEnd::hold();
    count_lost(stage().schedule.claimed() - (accounted() - accounted_before));
  }

  /// Ends the workers in peace and gives what memory they had of their own.
  std::int64_t end() {
    shared_[0].pass.set_and_wake_all(kEnd);
    std::int64_t bytes = 0;
    for (std::size_t i = 0; i < workers_.size(); ++i) {
      workers_[i].wait();
      workers_[i] = {};
      bytes += seats_[i].private_bytes;
    }
    return bytes;
  }

  Usage usage() {
    auto sum = own_usage();  // With the workers that died.
    for (std::size_t i = 0; i < workers_.size(); ++i) {
      sum += seats_[i].used;
      if (seats_[i].arrived.load(std::memory_order_acquire) > pass_) continue;
      // Of one that is away, as at a hard end, the kernel tells what it used since.
      sum.user +=
          std::max(Duration(0), processor_time_of(workers_[i].pid()) - seats_[i].used.cpu());
    }
    return sum;
  }
  /// Read from here, while the workers rest: a worker that did so itself would take a processor
  /// from those that still carry out operations. Unknown once one has died.
  std::optional<Duration> run_queue_wait() const {
    auto sum = died_ ? std::nullopt : own_run_queue_wait();
    for (const auto& worker : workers_) sum = sum_of(sum, run_queue_wait_of(worker.pid()));
    return sum;
  }
  Stage& stage() { return shared_[0].stage; }
  std::span<Recorder> recorders() { return recorders_.span(); }

 private:
  struct Death {
    std::size_t seat;
    std::string reason;
    bool in_flight;
  };

  /// Before ten thousand processes are forked in vain.
  static void check_descriptors(std::size_t size) {
    rlimit files{};
    getrlimit(RLIMIT_NOFILE, &files);
    if (size >= files.rlim_cur)
      throw CaseError(fmt::format("{} workers need as many descriptors; there are {} (ulimit -n)",
                                  size, files.rlim_cur));
  }

  void hire(std::size_t i) {
    seats_[i].arrived.store(0);
    seats_[i].used = {};
    const auto first_pass = std::max(pass_, 1u);
    workers_[i] = Process::fork([this, i, first_pass] { work(i, first_pass); },
                                fmt::format("worker {} of {}", i + 1, workers_.size()));
  }

  /// The worker's whole life.
  void work(std::size_t i, std::uint32_t pass) {
    auto& seat = seats_[i];
    std::unique_ptr<BlockingSession> session;
    try {
      session = open_blocking(workload_, stage());
    } catch (const std::exception& error) {
      std::strncpy(seat.trouble, error.what(), sizeof seat.trouble - 1);
      return;
    }
    arrive(seat, 1);
    for (;; ++pass) {
      if (shared_[0].pass.wait_for(pass) == kEnd) break;
      run_client(*session, stage(), recorders_[i]);
      arrive(seat, pass + 1);
    }
    seat.private_bytes = private_bytes();
  }

  void arrive(Seat& seat, std::uint32_t at) {
    seat.used = own_usage();
    seat.arrived.store(at, std::memory_order_release);
    // Only a hint to look: should the worker die before it, its death wakes the keeper as well.
    eventfd_write(arrivals_.get(), 1);
  }

  void wait_for_all(std::uint32_t at) {
    std::vector<pollfd> watched;
    const auto all_here = [&] {
      return std::ranges::all_of(seats_.span(), [&](const Seat& seat) {
        return seat.arrived.load(std::memory_order_acquire) >= at;
      });
    };
    while (!all_here()) {
      watched.assign(1, {arrivals_.get(), POLLIN, 0});
      for (const auto& worker : workers_) watched.push_back({worker.pidfd(), POLLIN, 0});
      poll(watched.data(), watched.size(), -1);
      eventfd_t hints = 0;
      eventfd_read(arrivals_.get(), &hints);
      for (std::size_t i = 0; i < workers_.size(); ++i)
        if (watched[i + 1].revents != 0) replace(i);
    }
  }

  void replace(std::size_t i) {
    const auto held = HardEnd::hold();
    const auto end = workers_[i].wait();
    died_ = true;
    const bool opened = seats_[i].arrived.load(std::memory_order_acquire) != 0;
    if (seats_[i].trouble[0] != '\0') throw CaseError(seats_[i].trouble);
    early_deaths_ = opened ? 0 : early_deaths_ + 1;
    if (early_deaths_ > kEarlyDeaths)
      throw CaseError(
          fmt::format("worker {} died while it opened its session: {}", i + 1, end.how));
    deaths_.push_back({i, end.how, recorders_[i].in_flight});
    // Its death is the end of its operation: the time until then was not saved.
    if (recorders_[i].in_flight) recorders_[i].last_finished = Clock::now();
    stage().in_flight.leave(recorders_[i].in_flight);
    hire(i);
  }

  std::uint64_t accounted() {
    std::uint64_t sum = 0;
    for (const auto& recorder : recorders_.span()) sum += recorder.ended();
    return sum;
  }

  /// Operations that were claimed and never written down died with their workers. Counting them so,
  /// by difference, holds at whatever instruction a worker was killed.
  void count_lost(std::uint64_t lost) {
    std::ranges::stable_partition(deaths_, &Death::in_flight);
    for (const auto& death : deaths_) {
      if (lost == 0) return;
      recorders_[death.seat].failures.add(FailureReason(death.reason));
      --lost;
    }
  }

  void kill_all() {
    for (auto& worker : workers_) worker.kill();
    for (auto& worker : workers_) worker.wait();
  }

  // A few, for a worker may be killed from outside at any moment, its first one included.
  static constexpr int kEarlyDeaths = 3;

  const Workload& workload_;
  Pages<Recorder> recorders_;
  Pages<Seat> seats_;
  Pages<Shared> shared_;
  Descriptor arrivals_;
  std::vector<Process> workers_;
  std::vector<Death> deaths_;
  std::uint32_t pass_ = 0;
  int early_deaths_ = 0;
  bool died_ = false;  ///< One of the workers, at any time.
};

class ProcessPoolRunner final : public Runner {
 public:
  explicit ProcessPoolRunner(std::optional<std::int64_t> workers) : workers_(workers) {}

  Concurrency concurrency(const Load& load) const override {
    return pool_of(workers_, load, own_cpus().size());
  }

  Measurement run(const Workload& workload, const Load& load) const override {
    const auto how = concurrency(load);
    ProcessPool pool(workload, how.workers);
    auto measurement = measure(load, how,
                               {.stage = pool.stage(),
                                .recorders = pool.recorders(),
                                .sessions = how.workers,
                                .carry_out = [&] { pool.carry_out(); },
                                .usage = [&] { return pool.usage(); },
                                .run_queue_wait = [&] { return pool.run_queue_wait(); }});
    measurement.resources.grown_bytes = pool.end();  // In place of the keeper's own recorders.
    return measurement;
  }

 private:
  std::optional<std::int64_t> workers_;
};

const bool registered = Registry<RunnerEntry>::add({
    .name = "process-pool",
    .summary = "a fixed number of processes, one operation each at a time",
    .timing = "its processes exist before timing starts; waking them and replacing one that dies "
              "is timed",
    .options = {workers_option()},
    .make =
        [](const OptionValues& options) {
          return std::make_unique<ProcessPoolRunner>(options.optional_count("workers"));
        },
});

}  // namespace
}  // namespace asyncmark::process_pool_runner
