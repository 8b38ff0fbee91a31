// What a loop with an executor does otherwise than the other runners.

#include <gmock/gmock.h>

#include <algorithm>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "bench/engine/client.hpp"
#include "bench/model/runner.hpp"
#include "bench/model/runner_entry.hpp"
#include "bench/model/workload.hpp"
#include "bench/testing/rows.hpp"
#include "bench/testing/run_program.hpp"

namespace asyncmark::hybrid_test {
namespace {

using namespace std::chrono_literals;
using testing::accounted;
using testing::number;
using testing::rows;

/// What calls tell of the threads that carried them out.
struct Threads {
  std::mutex mutex;
  std::set<std::thread::id> all;
  int at_once = 0, most_at_once = 0, opened = 0, sessions_on_two = 0;

  void enter(std::optional<std::thread::id>& of_session) {
    const std::scoped_lock lock(mutex);
    all.insert(std::this_thread::get_id());
    sessions_on_two +=
        of_session.value_or(std::this_thread::get_id()) != std::this_thread::get_id();
    of_session = std::this_thread::get_id();
    most_at_once = std::max(most_at_once, ++at_once);
  }
  void leave() {
    const std::scoped_lock lock(mutex);
    --at_once;
  }
};

Outcome fails_and_throws(std::uint64_t op) {
  if (op % 10 == 3) return Outcome::failed("refused");
  if (op % 10 == 7) throw std::runtime_error("broken");
  return {};
}

/// Blocks for a millisecond; or, on a loop, computes for as long where it says so.
class Watched final : public Workload {
 public:
  Watched(Threads& threads, bool marks, Outcome (*act)(std::uint64_t) = nullptr)
      : threads_(threads), marks_(marks), act_(act) {}

  std::unique_ptr<BlockingSession> open_blocking() const override {
    const std::scoped_lock lock(threads_.mutex);
    ++threads_.opened;
    return std::make_unique<Session>(*this);
  }
  Async<std::unique_ptr<AsyncSession>> open_async(EventLoop& loop) const override {
    if (!marks_) co_return co_await Workload::open_async(loop);
    co_return std::make_unique<Marking>(loop, open_blocking());
  }
  bool holds_the_loop() const override { return !marks_; }

 private:
  class Session final : public BlockingSession {
   public:
    explicit Session(const Watched& watched) : watched_(watched) {}
    Outcome call(std::uint64_t op) override {
      watched_.threads_.enter(last_);
      sleep_until(Clock::now() + 1ms);
      watched_.threads_.leave();
      return watched_.act_ ? watched_.act_(op) : Outcome{};
    }

   private:
    const Watched& watched_;
    std::optional<std::thread::id> last_;
  };
  class Marking final : public AsyncSession {
   public:
    Marking(EventLoop& loop, std::unique_ptr<BlockingSession> session)
        : loop_(loop), session_(std::move(session)) {}
    Async<Outcome> call(std::uint64_t op) override {
      const auto here = std::this_thread::get_id();
      const auto outcome = co_await loop_.compute([&] { return session_->call(op); });
      EXPECT_EQ(std::this_thread::get_id(), here) << "resumes on the loop";
      co_return outcome;
    }

   private:
    EventLoop& loop_;
    std::unique_ptr<BlockingSession> session_;
  };

  Threads& threads_;
  bool marks_;
  Outcome (*act_)(std::uint64_t);
};

Measurement run(const Workload& workload, const char* workers, std::uint64_t in_flight = 20) {
  const auto& entry = runner_entry("hybrid");
  OptionValues options(entry.options);
  options.set("workers", workers);
  Load load;
  load.ops = 60;
  load.in_flight = in_flight;
  load.warmup = 0;
  return entry.make(options)->run(workload, load);
}

TEST(Hybrid, RunsBlockingCallsOnItsThreadsEachWithASessionOfItsOwn) {
  Threads threads;
  const auto done = run(Watched(threads, /*marks=*/false), "3");
  EXPECT_EQ(done.completed, 60u);
  EXPECT_EQ(done.peak_in_flight, 20u);
  EXPECT_EQ(threads.opened, 3);
  EXPECT_EQ(threads.sessions_on_two, 0);
  EXPECT_EQ(threads.all.count(std::this_thread::get_id()), 0u);
  EXPECT_LE(threads.all.size(), 3u);
  EXPECT_EQ(threads.most_at_once, 3);
}

TEST(Hybrid, OpensNoMoreSessionsThanMayBeInFlight) {
  Threads threads;
  EXPECT_EQ(run(Watched(threads, /*marks=*/false), "8", 2).completed, 60u);
  EXPECT_EQ(threads.opened, 2);
}

TEST(Hybrid, RunsWhatASessionMarksOffTheLoopsThread) {
  Threads threads;
  const auto done = run(Watched(threads, /*marks=*/true), "3");
  EXPECT_EQ(done.completed, 60u);
  EXPECT_EQ(threads.opened, 20) << "sessions on the loop are one for each in flight";
  EXPECT_EQ(threads.all.count(std::this_thread::get_id()), 0u);
  EXPECT_EQ(threads.most_at_once, 3);
}

TEST(Hybrid, CountsWhatFailsOrThrowsOnItsThreads) {
  for (const bool marks : {false, true}) {
    Threads threads;
    const auto done = run(Watched(threads, marks, fails_and_throws), "3");
    EXPECT_EQ(done.completed, 48u);
    EXPECT_EQ(done.failures,
              (std::map<std::string, std::uint64_t>{{"refused", 6}, {"exception", 6}}));
  }
}

TEST(Hybrid, MeasuresItsHop) {
  Threads threads;
  const auto done = run(Watched(threads, /*marks=*/false), "2");
  ASSERT_TRUE(done.hop);
  EXPECT_GT(done.hop->cpu, 0ns);
  EXPECT_GT(done.hop->alone, 0ns);
}

std::vector<Json> under(const std::string& runners, std::vector<std::string> words) {
  words.insert(words.begin(), "run");
  words.insert(words.end(), {"--runner", runners, "--repetitions", "1", "--benchmark_format=json"});
  const auto ended = testing::asyncmark(words);
  EXPECT_EQ(ended.code, 0) << ended.err;
  return rows(ended);
}

TEST(Hybrid, CarriesOutEveryWorkloadWithoutLossAndNotFasterThanCanBe) {
  for (const auto& words :
       std::vector<std::vector<std::string>>{{"null"},
                                             {"hash", "--size", "16KiB"},
                                             {"sleep", "--wait", "2ms"},
                                             {"sleep", "--wait", "2ms", "--blocking"},
                                             {"mixed", "--wait", "2ms", "--cpu", "100us"},
                                             {"mixed", "--wait", "0ms", "--cpu", "100us"},
                                             {"http", "--delay", "1ms"},
                                             {"http", "--client", "httplib"}}) {
    auto all = words;
    all.insert(all.end(), {"--ops", "200", "--in-flight", "16", "--workers", "2"});
    const auto row = under("hybrid", all).at(0);
    EXPECT_EQ(number(row, "completed"), 200u) << row.at("name");
    EXPECT_EQ(accounted(row), 200u);
    // Operations that do nothing are over before another begins.
    if (words[0] != "null") {
      EXPECT_EQ(number(row, "peak_in_flight"), 16u);
    }
    EXPECT_LE(row.value("efficiency", 0.0), 1.0) << row.at("name");
    EXPECT_GT(row.at("hop_cpu_ns"), 0) << row.at("name");
  }
}

TEST(Hybrid, IsBoundByItsThreadsWhereOperationsHoldThem) {
  const auto row =
      under("hybrid", {"sleep", "--wait", "5ms", "--blocking", "--ops", "40", "--workers", "2"})
          .at(0);
  EXPECT_EQ(row.at("bound_ns"), 20 * 5e6);
  EXPECT_GT(row.at("efficiency"), 0.2);
  EXPECT_LE(row.at("efficiency"), 1.0);
}

TEST(Hybrid, KeepsItsLoopFreeWhereAnEventLoopIsHeld) {
  const auto all =
      under("event-loop,hybrid", {"hash", "--size", "8MiB", "--ops", "60", "--in-flight", "8"});
  const auto lag = [&](std::size_t row) { return all.at(row).at("loop_lag_max_ns").get<double>(); };
  EXPECT_GT(lag(0), 4 * lag(1));
  EXPECT_FALSE(all.at(0).contains("hop_cpu_ns"));
}

}  // namespace
}  // namespace asyncmark::hybrid_test
