// A single server and its queue, against what queueing theory says of it.

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "bench/model/arrivals.hpp"
#include "bench/model/runner.hpp"
#include "bench/model/runner_entry.hpp"
#include "bench/model/workload.hpp"
#include "bench/model/workload_entry.hpp"
#include "bench/testing/rows.hpp"
#include "bench/testing/run_program.hpp"

namespace asyncmark::queueing_test {
namespace {

/// When each operation began and ended, by a clock read inside the call.
struct Records {
  std::vector<Clock::time_point> began, finished;
};

/// Another workload, whose operations are written down one by one.
class Recorded final : public Workload {
 public:
  Recorded(std::unique_ptr<Workload> workload, Records& records)
      : workload_(std::move(workload)), records_(records) {}
  std::unique_ptr<BlockingSession> open_blocking() const override {
    class Session final : public BlockingSession {
     public:
      Session(std::unique_ptr<BlockingSession> session, Records& records)
          : session_(std::move(session)), records_(records) {}
      Outcome call(std::uint64_t op) override {
        records_.began[op] = Clock::now();
        const auto outcome = session_->call(op);
        records_.finished[op] = Clock::now();
        return outcome;
      }

     private:
      std::unique_ptr<BlockingSession> session_;
      Records& records_;
    };
    return std::make_unique<Session>(workload_->open_blocking(), records_);
  }

 private:
  std::unique_ptr<Workload> workload_;
  Records& records_;
};

Load poisson(std::uint64_t ops, double rate) {
  Load load;
  load.ops = ops;
  load.rate = rate;
  load.arrivals = Arrivals::poisson;
  load.warmup = 0;
  load.due = std::make_shared<const std::vector<std::int64_t>>(make_arrivals(load, 7));
  return load;
}

/// Response times by Lindley's recursion (1952): an operation begins when it is due and the one
/// before has ended. `late` is how much later than due the server woke up, where it was idle.
std::vector<double> lindley(const Load& load, const std::vector<double>& service,
                            const std::vector<double>& late) {
  std::vector<double> response;
  double free_at = 0;
  for (std::size_t op = 0; op < service.size(); ++op) {
    const auto due = static_cast<double>((*load.due)[op]) / 1e9;
    free_at = std::max(due + (free_at < due ? late[op] : 0), free_at) + service[op];
    response.push_back(free_at - due);
  }
  return response;
}

double mean(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

double p99(std::vector<double> values) {
  const auto rank = static_cast<std::ptrdiff_t>(0.99 * static_cast<double>(values.size()));
  std::ranges::nth_element(values, values.begin() + rank);
  return values[static_cast<std::size_t>(rank)];
}

Measurement sync_run(const Workload& workload, const Load& load) {
  const auto& sync = runner_entry("sync");
  return sync.make(OptionValues(sync.options))->run(workload, load);
}

/// Response times in seconds.
struct Response {
  double mean, p99;

  void expect_near(const Response& other, double tolerance) const {
    EXPECT_NEAR(mean / other.mean, 1, tolerance);
    EXPECT_NEAR(p99 / other.p99, 1, tolerance);
  }
};

Response summary(const std::vector<double>& times) { return {mean(times), p99(times)}; }

/// Of M/M/1: exponential times between arrivals, and of service.
Response mm1(double service, double utilisation) {
  const auto mean = service / (1 - utilisation);
  return {mean, mean * std::log(100)};
}

TEST(NightlyQueue, OfOneServerIsAsLindleyAndTheTheoryOfMM1SayItIs) {
  constexpr std::uint64_t kOps = 100'000;
  OptionValues options(Registry<WorkloadEntry>::at("sleep").options);
  options.set("wait", "0ms");
  options.set("cpu", "0.5ms");
  options.set("distribution", "exponential");
  const auto drawn = Registry<WorkloadEntry>::at("sleep").make(options, 7);
  Records records{std::vector<Clock::time_point>(kOps), std::vector<Clock::time_point>(kOps)};
  const Recorded workload(Registry<WorkloadEntry>::at("sleep").make(options, 7), records);
  Load rehearsal;
  rehearsal.ops = 10'000;
  const double rate = 0.8 / seconds(sync_run(workload, rehearsal).service_time.mean());
  const auto load = poisson(kOps, rate);
  const auto run = sync_run(workload, load);
  if (run.completed != kOps) GTEST_SKIP() << "the machine became busier: " << run.never_started;

  std::vector<double> service, late, asked;
  const auto t0 = records.finished.back() - run.elapsed();
  for (std::size_t op = 0; op < kOps; ++op) {
    service.push_back(seconds(records.finished[op] - records.began[op]));
    late.push_back(seconds(records.began[op] - t0) - static_cast<double>((*load.due)[op]) / 1e9);
    asked.push_back(seconds(drawn->cost(op)->cpu));
  }
  // What was recorded is what the arrivals and the service times come to: those that were measured,
  // for on a shared machine others take the processor away, and they are not exponential then.
  const Response recorded{seconds(run.response_time.mean()),
                          seconds(*run.response_time.percentile(0.99))};
  recorded.expect_near(summary(lindley(load, service, late)), 0.01);
  // And what was asked for is as the theory supposes it.
  const auto undisturbed = summary(lindley(load, asked, std::vector<double>(kOps, 0)));
  const auto theory = mm1(mean(asked), mean(asked) * rate);
  undisturbed.expect_near(theory, 0.15);
  fmt::print(
      "service {:.4f} ms of {:.4f} asked for; response mean {:.3f} ms, p99 {:.2f} ms; undisturbed "
      "{:.3f} and {:.2f}, M/M/1 {:.3f} and {:.2f}\n",
      1e3 * mean(service), 1e3 * mean(asked), 1e3 * recorded.mean, 1e3 * recorded.p99,
      1e3 * undisturbed.mean, 1e3 * undisturbed.p99, 1e3 * theory.mean, 1e3 * theory.p99);
}

TEST(Queue, BehindAStallShowsInTheOpenLoopAloneSideBySide) {
  const auto ended = testing::asyncmark({"run", "--plan", "plan.json", "--benchmark_format=json"},
                                        {.files = {{"plan.json", R"({"cases": [
      {"workload": "sleep", "wait": "1ms", "stall": "200ms@500", "runner": "sync",
       "ops": 2000, "rate": [450], "repetitions": 1},
      {"workload": "sleep", "wait": "1ms", "stall": "200ms@500", "runner": "sync",
       "ops": 2000, "repetitions": 1}]})"}}});
  const auto all = testing::rows(ended);
  ASSERT_EQ(all.size(), 2u) << ended.err;
  const auto open = all[0].at("response_p99_ns").get<double>() / 1e6;
  const auto closed = all[1].at("service_p99_ns").get<double>() / 1e6;
  EXPECT_GT(open, 150);
  EXPECT_GT(open, 3 * closed);
  EXPECT_FALSE(all[1].contains("response_p99_ns"));
}

}  // namespace
}  // namespace asyncmark::queueing_test
