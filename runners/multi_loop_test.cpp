// What several loops must do that one need not: divide what there is.

#include <gmock/gmock.h>

#include <algorithm>
#include <map>
#include <mutex>
#include <set>
#include <thread>
#include <vector>

#include "bench/base/errors.hpp"
#include "bench/engine/client.hpp"
#include "bench/engine/window.hpp"
#include "bench/model/runner.hpp"
#include "bench/model/runner_entry.hpp"
#include "bench/model/workload.hpp"
#include "bench/model/workload_entry.hpp"
#include "bench/os/placement.hpp"
#include "bench/testing/loads.hpp"
#include "bench/testing/rows.hpp"
#include "bench/testing/run_program.hpp"

namespace asyncmark::multi_loop_test {
namespace {

using namespace std::chrono_literals;
using testing::closed;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::ThrowsMessage;

/// What one loop, that is one thread, was seen to do.
struct OfLoop {
  std::uint64_t sessions = 0;
  std::vector<std::uint64_t> ops;
  std::uint64_t in_flight = 0, most_in_flight = 0;
  Cpus cpus;
};

/// A workload that waits, and notes on which loop it does.
class Noted : public Workload {
 public:
  Duration wait = 2ms;
  std::size_t opens = 1000;  ///< How many sessions, before it refuses.

  std::unique_ptr<BlockingSession> open_blocking() const override {
    class Session final : public BlockingSession {
     public:
      explicit Session(const Noted& noted) : noted_(noted) {}
      Outcome call(std::uint64_t op) override {
        noted_.begin(op);
        sleep_until(Clock::now() + noted_.wait);
        noted_.end();
        return {};
      }

     private:
      const Noted& noted_;
    };
    note_opened();
    return std::make_unique<Session>(*this);
  }
  Async<std::unique_ptr<AsyncSession>> open_async(EventLoop& loop) const override {
    class Session final : public AsyncSession {
     public:
      Session(const Noted& noted, EventLoop& loop) : noted_(noted), loop_(loop) {}
      Async<Outcome> call(std::uint64_t op) override {
        noted_.begin(op);
        co_await sleep_until(loop_, Clock::now() + noted_.wait);
        noted_.end();
        co_return Outcome{};
      }

     private:
      const Noted& noted_;
      EventLoop& loop_;
    };
    note_opened();
    co_return std::make_unique<Session>(*this, loop);
  }
  bool holds_the_loop() const override { return false; }

  /// By the first operation of each.
  std::vector<OfLoop> loops() const {
    std::vector<OfLoop> all;
    for (const auto& [thread, loop] : loops_) all.push_back(loop);
    std::ranges::sort(all, {}, &OfLoop::ops);
    return all;
  }

 private:
  void note_opened() const {
    const std::scoped_lock lock(mutex_);
    auto& loop = mine();
    if (opened_++ == opens) throw CaseError("closed today");
    ++loop.sessions;
    loop.cpus = own_cpus();
  }
  void begin(std::uint64_t op) const {
    const std::scoped_lock lock(mutex_);
    auto& loop = mine();
    loop.ops.push_back(op);
    loop.most_in_flight = std::max(loop.most_in_flight, ++loop.in_flight);
  }
  void end() const {
    const std::scoped_lock lock(mutex_);
    --mine().in_flight;
  }
  OfLoop& mine() const { return loops_[std::this_thread::get_id()]; }

  mutable std::mutex mutex_;
  mutable std::map<std::thread::id, OfLoop> loops_;
  mutable std::size_t opened_ = 0;
};

/// The same, offering blocking sessions only.
class BlockingOnly final : public Noted {
 public:
  Async<std::unique_ptr<AsyncSession>> open_async(EventLoop& loop) const override {
    return Workload::open_async(loop);
  }
  bool holds_the_loop() const override { return true; }
};

Measurement run(const Workload& workload, const Load& load, std::size_t loops) {
  const auto& entry = runner_entry("multi-loop");
  OptionValues options(entry.options);
  options.set("workers", std::to_string(loops));
  return entry.make(options)->run(workload, load);
}

TEST(MultiLoop, DividesOperationsSessionsAndTheCap) {
  Noted noted;
  const auto done = run(noted, closed(14, 5), 3);
  EXPECT_EQ(done.completed, 14u);
  const auto loops = noted.loops();
  ASSERT_EQ(loops.size(), 3u);
  EXPECT_THAT(loops[0].ops, ElementsAre(0, 3, 5, 8, 10, 13));
  EXPECT_THAT(loops[1].ops, ElementsAre(1, 4, 6, 9, 11));
  EXPECT_THAT(loops[2].ops, ElementsAre(2, 7, 12));
  const std::vector<std::uint64_t> caps{2, 2, 1};
  for (std::size_t i = 0; i < loops.size(); ++i) {
    EXPECT_EQ(loops[i].sessions, caps[i]);
    EXPECT_EQ(loops[i].most_in_flight, caps[i]);
  }
}

TEST(MultiLoop, HasNoMoreLoopsThanItMayHaveInFlight) {
  Noted noted;
  EXPECT_EQ(run(noted, closed(14, 2), 3).completed, 14u);
  EXPECT_EQ(noted.loops().size(), 2u);
}

TEST(MultiLoop, CarriesOutAWarmUpThatHasNotSomethingForEach) {
  Noted noted;
  auto load = closed(8, 4);
  load.warmup = 1;
  EXPECT_EQ(run(noted, load, 4).completed, 8u);
  EXPECT_THAT(noted.loops()[0].ops, ElementsAre(0, 0, 4));
}

TEST(MultiLoop, GivesEachLoopAThinnedPartOfTheSameArrivals) {
  Noted noted;
  Load load;
  load.rate = 1;
  load.warmup = 0;
  std::vector<std::int64_t> due;
  for (int i = 0; i < 40; ++i) due.push_back(i * 500'000);
  load.due = std::make_shared<const std::vector<std::int64_t>>(due);
  const auto done = run(noted, load, 2);
  EXPECT_EQ(done.completed, 40u);
  EXPECT_EQ(done.response_time.count(), 40u);
  EXPECT_GE(done.elapsed(), 19'500us);
  const auto loops = noted.loops();
  ASSERT_EQ(loops.size(), 2u);
  for (const auto& loop : loops) EXPECT_EQ(loop.ops.size(), 20u);
  // The peaks of both, at different times or not.
  EXPECT_EQ(done.peak_in_flight, loops[0].most_in_flight + loops[1].most_in_flight);
}

TEST(MultiLoop, KnowsItsPeakWhereEachLoopKeepsItsShareOfTheCap) {
  Noted noted;
  noted.wait = 250ms;
  const auto done = run(noted, closed(40, 20), 2);
  EXPECT_EQ(done.peak_in_flight, 20u);
  EXPECT_FALSE(done.peak_is_upper_bound);
}

TEST(MultiLoop, CanHaveOneInFlightOnEachLoopWhereCallsHoldIt) {
  BlockingOnly blocking;
  const auto done = run(blocking, closed(20, 10), 2);
  EXPECT_EQ(done.completed, 20u);
  const auto loops = blocking.loops();
  ASSERT_EQ(loops.size(), 2u);
  for (const auto& loop : loops) {
    EXPECT_EQ(loop.sessions, 1u);
    EXPECT_EQ(loop.most_in_flight, 1u);
  }
  EXPECT_LE(done.peak_in_flight, 2u);
}

TEST(MultiLoop, SaysWhyASessionOfOneLoopDoesNotOpen) {
  for (const std::size_t opens : {0, 1, 3, 5}) {
    Noted noted;
    noted.opens = opens;
    EXPECT_THAT([&] { run(noted, closed(12, 6), 3); },
                ThrowsMessage<CaseError>(HasSubstr("closed today")))
        << opens;
  }
}

TEST(MultiLoop, RefusesMoreLoopsThanCanCountBeforeAnythingRuns) {
  const auto with = [](const char* workers, const char* in_flight) {
    return testing::asyncmark({"run", "null", "--ops", "1000", "--runner", "multi-loop",
                               "--in-flight", in_flight, "--workers", workers, "--repetitions",
                               "1"});
  };
  const auto refused = with("257", "1000");
  EXPECT_EQ(refused.code, 2);
  EXPECT_EQ(refused.out, "");
  EXPECT_THAT(refused.err, HasSubstr("--workers: multi-loop may have 256 loops at most, not 257"));
  EXPECT_EQ(with("257", "10").code, 0) << "it takes no more than may be in flight";
}

TEST(MultiLoop, WatchesEachLoop) {
  Noted noted;
  noted.wait = 100ms;
  double most = 0;
  for (int i = 0; i < 3 && most <= 1.2; ++i) {
    const auto done = run(noted, closed(12, 4), 2);
    const auto looked = static_cast<std::int64_t>(done.loop.lag.count()) * kLoopProbePeriod;
    most = std::max(most, seconds(looked) / seconds(done.elapsed()));
  }
  EXPECT_GT(most, 1.2) << "one loop alone is looked at no more often than its period allows";
}

TEST(MultiLoop, KeepsALoopToItsProcessorWhereThereIsOneForEach) {
  const auto cpus = own_cpus();
  Noted noted;
  run(noted, closed(4 * cpus.size(), 2 * cpus.size()), cpus.size());
  std::set<Cpus> places;
  for (const auto& loop : noted.loops()) {
    EXPECT_EQ(loop.cpus.size(), 1u);
    places.insert(loop.cpus);
  }
  EXPECT_EQ(places.size(), cpus.size());
  EXPECT_EQ(own_cpus(), cpus);
  Noted more;
  run(more, closed(40, 20), cpus.size() + 1);
  for (const auto& loop : more.loops()) EXPECT_EQ(loop.cpus, cpus);
}

TEST(MultiLoop, ComputesOnAllLoopsAtOnce) {
  const auto& entry = Registry<WorkloadEntry>::at("hash");
  const auto hash = entry.make(OptionValues(entry.options), 1);
  const auto done = run(*hash, closed(4000, 8), 2);
  EXPECT_EQ(done.completed, 4000u);
  // With the time in which they had to wait for other programs, or a busy machine would fail this.
  ASSERT_TRUE(done.resources.run_queue_wait);
  EXPECT_GT(seconds(done.cpu() + *done.resources.run_queue_wait) / seconds(done.elapsed()), 1.4);
}

TEST(MultiLoop, IsWatchedFromOutside) {
  const auto ended = testing::asyncmark({"run", "sleep", "--wait", "50ms", "--ops", "400",
                                         "--runner", "multi-loop", "--workers", "2", "--in-flight",
                                         "20", "--repetitions", "1", "--out", "r"});
  ASSERT_EQ(ended.code, 0) << ended.err;
  const auto one = Json::parse(ended.files.at("r")).at("benchmarks")[0];
  EXPECT_EQ(one.at("completed"), 400);
  EXPECT_EQ(one.at("peak_in_flight"), 20);
  EXPECT_GT(one.at("sampled_in_flight"), 10) << "of both loops";
  EXPECT_GE(one.at("peak_threads"), 3);
  std::uint64_t begun = 0;
  for (const auto& slice : one.at("asyncmark").at("measurement").at("observed").at("slices"))
    begun += slice.get<std::uint64_t>();
  EXPECT_GT(begun, 300u) << "of both loops";
}

}  // namespace
}  // namespace asyncmark::multi_loop_test
