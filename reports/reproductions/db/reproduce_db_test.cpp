#include "reports/reproductions/db/reproduce_db.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <stdexcept>

#include "bench/plan/plan.hpp"
#include "bench/plan/reproduction_entry.hpp"
#include "reports/testing/constructed.hpp"

namespace asyncmark::reproduce_db_test {
namespace {

using namespace std::chrono_literals;
using ::testing::Contains;
using ::testing::HasSubstr;

const ReproductionEntry& entry() { return Registry<ReproductionEntry>::at("db"); }

bool waits(const Result& one) { return one.what.workload_options.text("preset") == "sleep"; }
bool is_per_op(const Result& one) { return one.what.workload_options.text("connect") == "per-op"; }

/// For one query, where the server computes as fast as one processor does.
Duration server_cpu(const Result& one) {
  return waits(one) ? 60us : is_per_op(one) ? 5000us : 20us;
}

Duration wait_of(const Result& one) {
  const auto& options = one.what.workload_options;
  return options.has("wait") ? options.duration("wait") : Duration(46ms);
}

Duration ideal(const Result& one) {
  const auto ops = static_cast<int>(one.what.load.ops);
  const auto cap = static_cast<int>(one.how.cap);
  if (waits(one)) return wait_of(one) * ((ops + cap - 1) / cap);
  return (cap == 1 ? 3 : 1) * server_cpu(one) * ops;
}

void took(Result& one, Duration elapsed) {
  Repetition run;
  auto& measured = run.measurement;
  const auto ops = one.what.load.ops;
  const auto cap = std::min(one.how.cap, ops);
  measured.completed = ops;
  measured.passes = {{elapsed, 10us * static_cast<int>(ops), ops}};
  measured.peak_in_flight = cap;
  measured.service_time.add(elapsed * static_cast<int>(cap) / static_cast<int>(ops), ops);
  measured.placement = {"0", "1"};
  ServiceUsage service;
  service.cpu = server_cpu(one) * static_cast<int>(ops);
  service.threads = cap + 6;
  service.requests = ops;
  service.activity_samples = 20;
  service.mean_active = waits(one) ? static_cast<double>(cap) * 0.9 : 1.5;
  service.peak_connections = cap;
  measured.observed.service = service;
  one.repetitions.assign(one.planned_repetitions, run);
}

std::vector<Result> good_results(bool quick = false) {
  auto results = expand(entry().plan(quick));
  for (auto& one : results) took(one, ideal(one) * 101 / 100);
  return results;
}

std::string printed(const std::vector<Result>& results) {
  return entry().print({}, results, false, Markup::markdown);
}

using Chooses = std::function<bool(const Result&)>;

/// The cases that are chosen take so many times what they ideally do.
testing::Turn turn(const char* sentence, const char* before, const Chooses& chooses,
                   double of_the_ideal) {
  return {sentence, before, [=](std::vector<Result>& results) {
            for (auto& one : results)
              if (chooses(one)) took(one, from_seconds(seconds(ideal(one)) * of_the_ideal));
          }};
}

Chooses waiting(const char* runner, std::uint64_t connections) {
  return [=](const Result& one) {
    return waits(one) && one.what.runner == runner && one.how.cap == connections;
  };
}

Chooses cheap(const char* runner, std::uint64_t connections) {
  return [=](const Result& one) {
    return !waits(one) && one.what.load.ops == 20'000 && one.what.runner == runner &&
           one.how.cap == connections;
  };
}

TEST(ReproduceDb, PlansBothKindsOfQueryOverBothPools) {
  std::vector<std::string> names;
  for (const auto& one : expand(entry().plan(false))) names.push_back(one.name());
  for (const auto* runner : {"thread-pool", "event-loop", "process-pool"})
    for (const auto pool : {10, 50})
      for (const auto ops : {100, 500, 1000})
        EXPECT_THAT(names, Contains(fmt::format("postgres/{}/ops:{}/in_flight:{}/preset:sleep",
                                                runner, ops, pool)));
  EXPECT_EQ(names.size(), 7 * 3 + 7 + 4);
}

TEST(ReproduceDb, QuickWaitsATenth) {
  for (const auto& one : expand(entry().plan(true)))
    if (waits(one)) {
      EXPECT_EQ(wait_of(one), 4600us);
    }
}

TEST(ReproduceDb, EachClaimCanHoldAndCanFail) {
  testing::expect_each_claim_turns(
      entry(), good_results(),
      {turn("Waiting queries, 10 connections", "yes", waiting("thread-pool", 10), 1.3),
       turn("Waiting queries, 50 connections", "yes", waiting("process-pool", 50), 1.3),
       turn("Waiting queries: 50 connections", "yes", waiting("event-loop", 50), 4),
       turn("Cheap queries: the database", "yes", cheap("event-loop", 10), 2),
       turn("Cheap queries: an async driver", "no", cheap("thread-pool", 10), 2),
       turn("Cheap queries: 50 connections", "no", cheap("event-loop", 10), 1.5),
       turn(
           "A connection for each query", "yes",
           [](const Result& one) { return is_per_op(one) && one.what.runner == "event-loop"; },
           0.01)});
}

TEST(ReproduceDb, ShowsBothSidesOfEachCell) {
  const auto text = printed(good_results());
  EXPECT_THAT(text, HasSubstr("| event-loop of 50 | 0.0929 | 0.465 | 0.929 | 50.0× | 10.0 | 60.0 | "
                              "6 % | 45 |"));
  EXPECT_THAT(text, HasSubstr("| event-loop of 10 | 49505 | 3.00× |"));
}

TEST(ReproduceDb, NoClaimRestsOnACellThatFailed) {
  auto results = good_results();
  for (auto& one : results)
    if (one.what.runner == "event-loop")
      for (auto& run : one.repetitions) {
        run.measurement.completed -= 1;
        run.measurement.add_failures("57P01", 1);
        run.measurement.failed = 1;
      }
  const auto text = printed(results);
  EXPECT_THAT(text, HasSubstr("0 of 7 claims hold, 0 do not, 7 not measured."));
  EXPECT_THAT(text, HasSubstr("! event-loop of 10 at 1000: 2997 of 3000 operations completed"));
}

TEST(ReproduceDb, AServerThatWasNotSeenIsNotJudged) {
  auto results = good_results();
  for (auto& one : results)
    for (auto& run : one.repetitions) run.measurement.observed.service.reset();
  EXPECT_THAT(testing::verdict_in(printed(results), "Cheap queries: the database"),
              HasSubstr("not measured: event-loop of 10 at 20000: no such figure"));
}

TEST(ReproduceDb, AnyPartOfThePlanPrints) {
  testing::expect_any_part_prints(entry(), good_results());
}

TEST(ReproduceDb, FitsIntoEightyColumns) { testing::expect_fits(entry(), good_results()); }

}  // namespace
}  // namespace asyncmark::reproduce_db_test
