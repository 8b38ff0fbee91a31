// A single server and its queue, against what queueing theory says of it.

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <sys/prctl.h>

#include <algorithm>
#include <numeric>

#include "bench/arrivals.hpp"
#include "bench/catalog.hpp"
#include "bench/testing/rows.hpp"
#include "bench/testing/run_program.hpp"

namespace asyncmark {
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
  const auto& sync = Catalog::runner("sync");
  return sync.make(OptionValues(sync.options))->run(workload, load);
}

TEST(SlowQueue, OfOneServerIsAsLindleyAndTheTheoryOfMM1SayItIs) {
  // Else each operation that finds the server idle begins 50 us later, by the kernel's leave.
  prctl(PR_SET_TIMERSLACK, 1);
  constexpr std::uint64_t kOps = 200'000;
  constexpr double kAsked = 0.5e-3;
  OptionValues options(Catalog::workload("sleep").options);
  options.set("wait", "0ms");
  options.set("cpu", "0.5ms");
  options.set("distribution", "exponential");
  Records records{std::vector<Clock::time_point>(kOps), std::vector<Clock::time_point>(kOps)};
  const Recorded workload(Catalog::workload("sleep").make(options, 7), records);
  Load rehearsal;
  rehearsal.ops = 10'000;
  const auto usual = seconds(sync_run(workload, rehearsal).service_time.mean());
  const auto load = poisson(kOps, 0.8 / usual);
  const auto measured = sync_run(workload, load);
  if (measured.completed != kOps) GTEST_SKIP() << "the machine became busier: " << usual;

  std::vector<double> service, late;
  const auto t0 = records.finished.back() - measured.elapsed();
  for (std::size_t op = 0; op < kOps; ++op) {
    service.push_back(seconds(records.finished[op] - records.began[op]));
    late.push_back(seconds(records.began[op] - t0) - static_cast<double>((*load.due)[op]) / 1e9);
  }
  const auto exact = lindley(load, service, late);
  // A server that wakes up at once: what is left is how late the machine's timers are.
  const auto prompt = lindley(load, service, std::vector<double>(kOps, 0));
  const double utilisation = mean(service) * kOps / seconds(measured.elapsed());
  const double theory = mean(service) / (1 - utilisation);
  const double response = seconds(measured.response_time.mean());
  const double response_p99 = seconds(*measured.response_time.percentile(0.99));
  fmt::print(
      "service {:.4f} ms of {:.4f} asked for, utilisation {:.3f}\n"
      "response mean {:.4f} ms, Lindley {:.4f} ({:.4f} waking at once), M/M/1 {:.4f}\n"
      "response p99  {:.3f} ms, Lindley {:.3f} ({:.3f} waking at once), M/M/1 {:.3f}\n",
      1e3 * mean(service), 1e3 * kAsked, utilisation, 1e3 * response, 1e3 * mean(exact),
      1e3 * mean(prompt), 1e3 * theory, 1e3 * response_p99, 1e3 * p99(exact), 1e3 * p99(prompt),
      4.6e3 * theory);
  EXPECT_NEAR(response / mean(exact), 1, 0.01);
  EXPECT_NEAR(response_p99 / p99(exact), 1, 0.01);
  // Where others take the processor away, service times are no longer exponential.
  if (mean(service) > 1.1 * kAsked) return;
  EXPECT_NEAR(response / mean(prompt), 1, 0.04);
  EXPECT_NEAR(response_p99 / p99(prompt), 1, 0.04);
  EXPECT_NEAR(response / theory, 1, 0.15);
  EXPECT_NEAR(response_p99 / (4.6 * theory), 1, 0.15);
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
}  // namespace asyncmark
