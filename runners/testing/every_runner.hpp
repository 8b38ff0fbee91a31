#pragma once

#include <gmock/gmock.h>

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "bench/base/errors.hpp"
#include "bench/base/pages.hpp"
#include "bench/engine/client.hpp"
#include "bench/model/runner.hpp"
#include "bench/model/runner_entry.hpp"
#include "bench/model/workload.hpp"

namespace asyncmark::testing {

/// As many operations are told apart.
inline constexpr std::size_t kMostOps = 512;

/// What happened, told from outside the harness's own records; workers in processes write here too.
struct Seen {
  std::atomic<int> opened;
  std::atomic<int> in_flight;
  std::atomic<int> most_in_flight;
  std::atomic<int> calls[kMostOps];  ///< By operation.

  void enter() {
    const int now = ++in_flight;
    for (int most = most_in_flight; now > most && !most_in_flight.compare_exchange_weak(most, now);)
      ;
  }
};

/// A workload that waits, notes what it sees, and does as it is told.
class Watched : public Workload {
 public:
  Duration wait{};
  Sessions kept = Sessions::one_each;
  std::function<Outcome(std::uint64_t op)> act = [](std::uint64_t) { return Outcome{}; };
  bool opens = true;

  std::unique_ptr<BlockingSession> open_blocking() const override {
    note_opened();
    return std::make_unique<Blocking>(*this);
  }
  Async<std::unique_ptr<AsyncSession>> open_async(EventLoop& loop) const override {
    note_opened();
    co_return std::make_unique<OnLoop>(*this, loop);
  }
  bool holds_the_loop() const override { return false; }
  Sessions sessions() const override { return kept; }

  Seen& seen() const { return pages_[0]; }
  int calls() const {
    int sum = 0;
    for (const auto& times : seen().calls) sum += times;
    return sum;
  }

 private:
  class Blocking final : public BlockingSession {
   public:
    explicit Blocking(const Watched& watched) : watched_(watched) {}
    Outcome call(std::uint64_t op) override {
      watched_.begin(op);
      if (watched_.wait > Duration(0)) sleep_until(Clock::now() + watched_.wait);
      return watched_.end(op);
    }

   private:
    const Watched& watched_;
  };
  class OnLoop final : public AsyncSession {
   public:
    OnLoop(const Watched& watched, EventLoop& loop) : watched_(watched), loop_(loop) {}
    Async<Outcome> call(std::uint64_t op) override {
      watched_.begin(op);
      if (watched_.wait > Duration(0)) co_await sleep_until(loop_, Clock::now() + watched_.wait);
      co_return watched_.end(op);
    }

   private:
    const Watched& watched_;
    EventLoop& loop_;
  };

  void note_opened() const {
    if (!opens) throw CaseError("closed today");
    ++seen().opened;
  }
  void begin(std::uint64_t op) const {
    ++seen().calls[op % kMostOps];
    seen().enter();
  }
  Outcome end(std::uint64_t op) const {
    --seen().in_flight;
    return act(op);
  }

  mutable Pages<Seen> pages_{1, Sharing::with_processes};
};

/// Carries the workload out under the runner of this name, with its options at their defaults.
inline Measurement run_under(const std::string& runner, const Workload& workload,
                             const Load& load) {
  const auto& entry = runner_entry(runner);
  return entry.make(OptionValues(entry.options))->run(workload, load);
}

/// Returns the names of the built-in runners.
inline std::vector<std::string> all_runners() {
  std::vector<std::string> names;
  for (const auto& entry : built_in_runners()) names.push_back(entry.name);
  return names;
}

/// Returns the name of a runner as the name of a test takes it.
inline std::string name_of(const ::testing::TestParamInfo<std::string>& one) {
  auto name = one.param;
  std::erase(name, '-');
  return name;
}

/// A test that is carried out under each of `all_runners()`.
class OfEveryRunner : public ::testing::TestWithParam<std::string> {
 protected:
  Measurement run(const Workload& workload, const Load& load) const {
    return run_under(GetParam(), workload, load);
  }
  bool is_sync() const { return GetParam() == "sync"; }
};

}  // namespace asyncmark::testing
