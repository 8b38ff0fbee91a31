// A workload for our own tests: operations that fail, throw, hang, crash or exit where they are
// told to. Registered in the test programs only.

#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <random>
#include <set>
#include <stdexcept>

#include "bench/base/errors.hpp"
#include "bench/engine/client.hpp"
#include "bench/model/workload.hpp"
#include "bench/model/workload_entry.hpp"

namespace asyncmark {
namespace {

class Faulty final : public Workload {
 public:
  explicit Faulty(const OptionValues& options)
      : fault_(options.text("fault")),
        every_(static_cast<std::uint64_t>(options.optional_count("every").value_or(0))),
        at_(static_cast<std::uint64_t>(options.optional_count("at").value_or(0))),
        percent_(static_cast<std::uint64_t>(options.optional_count("percent").value_or(0))),
        wait_(options.duration("wait")) {}

  std::unique_ptr<BlockingSession> open_blocking() const override;
  Async<std::unique_ptr<AsyncSession>> open_async(EventLoop& loop) const override;
  bool holds_the_loop() const override { return false; }

  void open() const {
    if (fault_ == "refuse-open") throw CaseError("the session would not open");
    if (fault_ == "crash-open") std::abort();
    if (fault_ == "slow-open") sleep_until(Clock::now() + wait_);
  }

  Outcome act(std::uint64_t op) const {
    if (!now(op)) return {};
    if (fault_ == "fail") return Outcome::failed("refused");
    if (fault_ == "throw") throw std::runtime_error("thrown by an operation");
    if (fault_ == "hang")
      for (;;) pause();
    if (fault_ == "kill") raise(SIGKILL);
    if (fault_ == "crash") raise(SIGSEGV);
    if (fault_ == "exit") _exit(3);
    return {};
  }

  Duration wait(std::uint64_t op) const {
    if (fault_ == "slow-passes") {
      if (op == 0) slow_ = std::random_device{}() % 100 < percent_;
      return slow_ ? 3 * wait_ / 2 : wait_;
    }
    return fault_ == "slow-down" && op >= at_ ? 50 * wait_ : wait_;
  }
  bool waits(std::uint64_t op) const {
    return wait_ > Duration(0) && !(fault_ == "skip" && now(op));
  }
  std::optional<Cost> cost(std::uint64_t) const override { return Cost{wait_, Duration(0)}; }

 private:
  bool now(std::uint64_t op) const { return every_ != 0 ? (op + 1) % every_ == 0 : op == at_; }

  std::string fault_;
  std::uint64_t every_;
  std::uint64_t at_;
  std::uint64_t percent_;
  Duration wait_;
  mutable std::atomic<bool> slow_ = false;  ///< The pass that runs.
};

class BlockingFaulty final : public BlockingSession {
 public:
  explicit BlockingFaulty(const Faulty& faulty) : faulty_(faulty) {}
  Outcome call(std::uint64_t op) override {
    if (faulty_.waits(op)) sleep_until(Clock::now() + faulty_.wait(op));
    return faulty_.act(op);
  }

 private:
  const Faulty& faulty_;
};

class AsyncFaulty final : public AsyncSession {
 public:
  AsyncFaulty(const Faulty& faulty, EventLoop& loop) : faulty_(faulty), loop_(loop) {}
  Async<Outcome> call(std::uint64_t op) override {
    if (faulty_.waits(op)) co_await sleep_until(loop_, Clock::now() + faulty_.wait(op));
    co_return faulty_.act(op);
  }

 private:
  const Faulty& faulty_;
  EventLoop& loop_;
};

std::unique_ptr<BlockingSession> Faulty::open_blocking() const {
  open();
  return std::make_unique<BlockingFaulty>(*this);
}

Async<std::unique_ptr<AsyncSession>> Faulty::open_async(EventLoop& loop) const {
  open();
  co_return std::make_unique<AsyncFaulty>(*this, loop);
}

const bool registered = Registry<WorkloadEntry>::add({
    .name = "faulty",
    .summary = "for tests: does wrong where it is told to",
    .options =
        {
            choice_option("fault",
                          {"none", "fail", "throw", "hang", "kill", "crash", "exit", "refuse-open",
                           "crash-open", "slow-open", "skip", "slow-down", "slow-passes"},
                          "what goes wrong"),
            count_option("every", 1, "at every so many operations"),
            count_option("at", 0, "at this operation alone, or slow-down from it on (default: 0)"),
            count_option("percent", 0,
                         "of 100 passes so many take half as long again (default: 0)"),
            duration_option("wait", Duration(0), "how long an operation waits before"),
        },
    .make = [](const OptionValues& options,
               std::uint64_t) { return std::make_unique<Faulty>(options); },
});

}  // namespace
}  // namespace asyncmark
