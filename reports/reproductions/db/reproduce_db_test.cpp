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
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;
using testing::named;
using ::testing::Not;

const ReproductionEntry& entry() { return Registry<ReproductionEntry>::at("db"); }

constexpr const char* kEqual = "At an equal pool the models are equal";
constexpr const char* kServerIsTheLimit = "Here the server is the limit";
constexpr const char* kGainsNothing = "'Use an async driver' gains no throughput here";
constexpr const char* kLongerQueue = "a larger pool is a longer queue";

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

std::string printed(const std::vector<Result>& results, bool quick = false) {
  return testing::unwrapped(entry().print({}, results, quick));
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

TEST(ReproduceDb, GoodFiguresCarryEverySentence) {
  const auto text = printed(good_results());
  EXPECT_THAT(text, AllOf(HasSubstr(kEqual), HasSubstr(kServerIsTheLimit), HasSubstr(kGainsNothing),
                          HasSubstr(kLongerQueue), Not(HasSubstr("!"))));
  EXPECT_THAT(text,
              HasSubstr("With a pool of 10, 1000 queries took: thread-pool 4.65 s, event-loop "
                        "4.65 s and process-pool 4.65 s."));
  EXPECT_THAT(text, HasSubstr("5.00 times the connections made the event loop 5.00 times as fast; "
                              "one connection alone took 46.5 s, 50.0 times as long as a pool of "
                              "50. Waits overlap as far as connections go."));
  EXPECT_THAT(text, HasSubstr("the server had 45 of 50 connections active and was busy for 6 %"));
  EXPECT_THAT(text, HasSubstr("49505 queries/s for 10.0 us of its own each, the server spent 20.0 "
                              "us on each and was busy for 99 % of its processors"));
  EXPECT_THAT(text,
              HasSubstr("a connection for each query made it 250 times as long, 198 queries/s "
                        "instead of 49505 queries/s; PostgreSQL starts a process for each, "
                        "5000 us of its CPU"));
}

TEST(ReproduceDb, WhatTheFiguresContradictIsNotSaid) {
  auto results = good_results();
  took(named(results, "postgres/thread-pool/ops:1000/in_flight:10/preset:sleep"), 6s);
  took(named(results, "postgres/event-loop/ops:1000/in_flight:50/preset:sleep"), 4s);
  for (auto& one : results)
    if (!waits(one) && one.what.runner == "thread-pool") took(one, ideal(one) * 2);
  for (auto& one : results)
    if (!waits(one) && one.what.runner == "event-loop" && one.how.cap == 10)
      took(one, ideal(one) * 3 / 2);
  const auto text = printed(results);
  EXPECT_THAT(text, AllOf(Not(HasSubstr(kServerIsTheLimit)), Not(HasSubstr(kGainsNothing)),
                          Not(HasSubstr(kLongerQueue)), Not(HasSubstr(kEqual))));
  EXPECT_THAT(text, AllOf(HasSubstr("The slowest took 1.29 times as long as the fastest"),
                          HasSubstr("More than the waits stood in the way"),
                          HasSubstr("The server was not the limit here, or not alone"),
                          HasSubstr("One thread with a loop was faster, 1.33 times"),
                          HasSubstr("the smaller pool did not fill the server")));
}

TEST(ReproduceDb, NothingIsConcludedFromACellThatFailed) {
  auto results = good_results();
  for (auto& one : results)
    if (one.what.runner == "event-loop")
      for (auto& run : one.repetitions) {
        run.measurement.completed -= 1;
        run.measurement.add_failures("57P01", 1);
        run.measurement.failed = 1;
      }
  const auto text = printed(results);
  EXPECT_THAT(text, AllOf(Not(HasSubstr(kEqual)), Not(HasSubstr(kServerIsTheLimit)),
                          Not(HasSubstr(kGainsNothing)), Not(HasSubstr(kLongerQueue))));
  EXPECT_THAT(text, HasSubstr("! event-loop of 10 at 1000: 2997 of 3000 operations completed"));
}

TEST(ReproduceDb, AServerThatWasNotSeenIsNotSpokenOf) {
  auto results = good_results();
  for (auto& one : results)
    for (auto& run : one.repetitions) run.measurement.observed.service.reset();
  const auto text = printed(results);
  EXPECT_THAT(text, AllOf(HasSubstr(kEqual), Not(HasSubstr(kServerIsTheLimit)),
                          HasSubstr("What limits cheap queries is not settled here")));
}

TEST(ReproduceDb, AnyPartOfThePlanPrints) {
  testing::expect_any_part_prints(entry(), good_results());
}

TEST(ReproduceDb, FitsIntoAHundredAndTenColumns) {
  testing::expect_fits_110_columns(entry(), good_results());
}

}  // namespace
}  // namespace asyncmark::reproduce_db_test
