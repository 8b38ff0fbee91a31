#include "bench/checks.hpp"

#include <gmock/gmock.h>

#include "bench/arrivals.hpp"
#include "bench/catalog.hpp"
#include "bench/testing/quiet.hpp"
#include "bench/testing/run_program.hpp"

namespace asyncmark {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using testing::calibrated;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::quiet;

struct Plan {
  std::string runner = "event-loop";
  std::uint64_t ops = 1000;
  std::optional<std::uint64_t> in_flight = std::nullopt;
  std::optional<double> rate = std::nullopt;
  std::optional<Duration> duration = std::nullopt;
  std::string wait = "46ms";
  std::string cpu = "0us";
  std::string workload = "sleep";
};

Case case_of(const Plan& plan) {
  Case one;
  one.workload = plan.workload;
  one.workload_options = OptionValues(Catalog::workload(plan.workload).options);
  if (plan.workload == "sleep") {
    one.workload_options.set("wait", plan.wait);
    one.workload_options.set("cpu", plan.cpu);
  }
  one.runner = plan.runner;
  one.runner_options = OptionValues(Catalog::runner(plan.runner).options);
  one.load.ops = plan.duration ? 0 : plan.ops;
  one.load.duration = plan.duration;
  one.load.rate = plan.rate;
  if (Catalog::runner(plan.runner).knows_in_flight) one.load.in_flight = plan.in_flight;
  if (plan.rate)
    one.load.due = std::make_shared<const std::vector<std::int64_t>>(make_arrivals(one.load, 1));
  return one;
}

/// What a good runner on a quiet machine makes of it, `slower` times as slow as it could.
Measurement measured(const Case& one, const Concurrency& how, double slower) {
  const auto cost = one.make_workload()->cost(0).value_or(Cost{microseconds(400), {}});
  const auto service = from_seconds(seconds(cost.wait + cost.cpu) * slower) + microseconds(100);
  Measurement m;
  const auto limit = one.load.duration.value_or(Duration(0));
  m.completed = one.load.ops   ? one.load.ops
                : one.load.due ? one.load.due->size()
                               : how.cap * static_cast<std::uint64_t>(limit / service);
  const auto cap = std::min(how.cap, m.completed);
  auto elapsed = service * static_cast<std::int64_t>((m.completed + cap - 1) / cap);
  elapsed = std::max(elapsed, cost.cpu * static_cast<std::int64_t>(m.completed));
  if (one.load.due) elapsed = Duration(one.load.due->back()) + service;
  const auto cpu = (cost.cpu + microseconds(5)) * static_cast<std::int64_t>(m.completed);
  m.passes.push_back({elapsed, cpu, m.completed});
  m.resources.user = cpu;
  m.service_time.add(service, m.completed);
  m.peak_in_flight = one.load.rate ? 1 + cap / 2 : cap;
  m.placement.client = "0-1";
  m.observed.samples = 200;
  m.observed.mean_in_flight =
      static_cast<double>(m.service_time.sum_ns()) / (seconds(elapsed) * 1e9) * (2 - slower);
  m.observed.peak_threads = how.one_loop ? 1 : how.workers + 1;
  if (how.one_loop) {
    m.loop.lag.add(microseconds(200), 100);
    m.loop.longest_hold = cost.cpu + microseconds(100);
  }
  return m;
}

Result clean(const Plan& plan) {
  Result result;
  result.what = case_of(plan);
  result.how = result.what.make_runner()->concurrency(result.what.load);
  result.bound = ideal_bound(result.what);
  result.planned_repetitions = 3;
  for (const double slower : {1.0, 1.01, 1.03})
    result.repetitions.push_back({measured(result.what, result.how, slower), ""});
  return result;
}

template <class Change>
Result changed(Result result, Change change) {
  for (auto& repetition : result.repetitions) change(repetition.measurement);
  return result;
}

/// Replaces the service times, and the time and the in flight that follow from them.
void take(Measurement& m, Duration service, std::uint64_t at_once) {
  m.service_time.clear();
  m.service_time.add(service, m.completed);
  m.passes = {{service * static_cast<std::int64_t>(m.completed / at_once), m.cpu(), m.completed}};
  m.observed.mean_in_flight = static_cast<double>(at_once);
}

std::vector<std::string> codes(const std::vector<Result>& results,
                               const Context& context = quiet()) {
  std::vector<std::string> all;
  for (const auto& one : check(context, results)) all.push_back(one.code);
  return all;
}

Finding only_finding(const std::vector<Result>& results) {
  const auto all = check(quiet(), results);
  EXPECT_EQ(all.size(), 1u);
  return all.empty() ? Finding{} : all.front();
}

TEST(Checks, FindNothingInTwentyCleanPairs) {
  std::vector<std::pair<Plan, Plan>> pairs;
  for (const auto* other : {"sync", "thread-per-op", "thread-pool", "process-pool"}) {
    pairs.push_back({{}, {.runner = other}});
    pairs.push_back({{.ops = 100, .wait = "2s"}, {.runner = other, .ops = 100, .wait = "2s"}});
    pairs.push_back({{.in_flight = 28, .wait = "44.3ms", .cpu = "1.66ms"},
                     {.runner = other, .in_flight = 28, .wait = "44.3ms", .cpu = "1.66ms"}});
    pairs.push_back({{.rate = 10}, {.runner = other, .rate = 10}});
    pairs.push_back({{.in_flight = 5, .duration = std::chrono::seconds(3)},
                     {.runner = other, .in_flight = 5, .duration = std::chrono::seconds(3)}});
    pairs.push_back({{.workload = "null"}, {.runner = other, .workload = "null"}});
    pairs.push_back(
        {{.in_flight = 16, .wait = "2ms"}, {.runner = other, .in_flight = 16, .wait = "2ms"}});
    pairs.push_back({{.ops = 20'000, .in_flight = 100, .wait = "1s"},
                     {.runner = other, .ops = 20'000, .in_flight = 100, .wait = "1s"}});
    pairs.push_back(
        {{.rate = 4, .duration = std::chrono::minutes(5), .wait = "100ms"},
         {.runner = other, .rate = 4, .duration = std::chrono::minutes(5), .wait = "100ms"}});
  }
  EXPECT_GE(pairs.size(), 20u);
  for (const auto& [a, b] : pairs) {
    const std::vector pair{clean(a), clean(b)};
    EXPECT_THAT(codes(pair, calibrated(pair)), IsEmpty()) << pair[0].name() << " " << b.runner;
  }
}

TEST(Checks, PassOverWhatHasNotFinished) {
  auto dead = clean({});
  dead.repetitions = {{{}, "killed by SIGSEGV"}};
  auto planned = clean({.runner = "sync"});
  planned.repetitions.clear();
  EXPECT_THAT(codes({dead, planned}), IsEmpty());
  EXPECT_THAT(codes({}), IsEmpty());
}

TEST(Checks, FindUnequalNumbersOfOperations) {
  const auto fewer = changed(clean({.runner = "thread-pool"}),
                             [](Measurement& m) { m.completed = m.passes[0].completed = 990; });
  EXPECT_THAT(codes({clean({}), fewer}), ElementsAre("unequal-operations"));
  EXPECT_THAT(codes({clean({.ops = 990}), clean({.runner = "sync"})}), IsEmpty());
  const auto found = only_finding({clean({}), fewer});
  EXPECT_THAT(found.cases, ElementsAre(fewer.name(), clean({}).name()));
  EXPECT_THAT(found.evidence, HasSubstr("990 operations a run by sleep/thread-pool"));
}

TEST(Checks, FindMoreFailedOperationsThanMay) {
  const auto failing = changed(clean({}), [](Measurement& m) {
    m.completed -= 10;
    m.add_failures("reset", 10);
  });
  const auto found = check({{{"max_failed", "0"}}}, {failing});
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].code, "failed-operations");
  EXPECT_THAT(found[0].evidence, HasSubstr("30 of 3000 failed, where --max-failed 0"));
  for (const auto* budget : {"30", "1%"})
    EXPECT_THAT(check({{{"max_failed", budget}}}, {failing}), IsEmpty()) << budget;
}

TEST(Checks, FindUnequalFailures) {
  const auto failing = [](const std::string& runner) {
    return changed(clean({.runner = runner}), [](Measurement& m) {
      m.completed -= 10;
      m.add_failures("reset", 10);
    });
  };
  EXPECT_THAT(codes({failing("sync"), clean({})}), ElementsAre("unequal-failures"));
  EXPECT_THAT(codes({failing("sync"), failing("event-loop")}), IsEmpty());
}

TEST(Checks, FindACapThatWasNotReachedOrNotKept) {
  const auto with = [](std::uint64_t peak, std::optional<std::uint64_t> asked) {
    return changed(clean({.in_flight = asked}), [&](Measurement& m) {
      m.peak_in_flight = peak;
      m.observed.samples = 0;
    });
  };
  EXPECT_THAT(codes({with(14, 28)}), ElementsAre("cap-not-reached"));
  EXPECT_THAT(codes({with(29, 28)}), ElementsAre("cap-not-reached"));
  EXPECT_THAT(codes({with(14, std::nullopt)}), IsEmpty()) << "as usually deployed";
}

TEST(Checks, FindAnOpenLoopThatCarriedOutLessThanWasOffered) {
  auto slow = changed(clean({.rate = 100}), [](Measurement& m) {
    m.passes[0].elapsed = std::chrono::seconds(12);
    m.observed.samples = 0;
  });
  EXPECT_THAT(codes({slow}), ElementsAre("saturated"));
  EXPECT_THAT(only_finding({slow}).evidence, HasSubstr("84 % of the 100 operations/s offered"));
  auto given_up = changed(clean({.runner = "sync", .rate = 1000}), [](Measurement& m) {
    m.never_started = 976;
    m.completed = m.passes[0].completed = 24;
    m.passes[0].elapsed = milliseconds(1104);
    m.observed.samples = 0;
    m.service_time.clear();
    m.service_time.add(milliseconds(46), 24);
  });
  EXPECT_THAT(codes({given_up}), ElementsAre("saturated", "few-operations"));
}

TEST(Checks, LetTheLastOperationsEndAfterAShortSchedule) {
  EXPECT_THAT(codes({clean({.rate = 10'000})}), IsEmpty());
}

TEST(Checks, FindTooFewOperationsForATail) {
  EXPECT_THAT(codes({clean({.ops = 300, .rate = 10})}), ElementsAre("few-operations"));
  EXPECT_THAT(codes({clean({.ops = 400, .rate = 10})}), IsEmpty());
  EXPECT_THAT(codes({clean({.runner = "sync", .ops = 6, .workload = "null"})}),
              ElementsAre("few-operations"));
}

TEST(Checks, FindThatTheProcessorIsTheLimit) {
  const auto busy = changed(clean({.ops = 100'000}), [](Measurement& m) {
    m.passes = {{milliseconds(130), milliseconds(129), m.completed}};
    m.observed.samples = 0;
  });
  EXPECT_THAT(codes({busy}), ElementsAre("processor-bound"));
  const auto waiting = changed(busy, [](Measurement& m) { m.passes[0].cpu = milliseconds(50); });
  EXPECT_THAT(codes({waiting}), IsEmpty());
}

TEST(Checks, FindThatMoreOrLessWasInFlightThanTheTimesSay) {
  const auto seen = [](double share, std::uint64_t samples) {
    return changed(clean({.in_flight = 28}), [&](Measurement& m) {
      m.observed.mean_in_flight = 27.8 * share;
      m.observed.samples = samples;
    });
  };
  EXPECT_THAT(codes({seen(0.8, 200)}), ElementsAre("in-flight-disagrees"));
  EXPECT_THAT(codes({seen(1.2, 200)}), ElementsAre("in-flight-disagrees"));
  EXPECT_THAT(codes({seen(0.97, 200)}), IsEmpty());
  EXPECT_THAT(codes({seen(0.8, 40)}), IsEmpty()) << "too short a run to sample";
}

TEST(Checks, AllowForTheErrorOfFewSamplesOfSomethingThatJumps) {
  // One at a time, a tenth of the time: a sample is 0 or 1.
  const auto seen = [](double mean) {
    return changed(clean({.runner = "sync", .rate = 2}), [&](Measurement& m) {
      m.observed.mean_in_flight = mean;
      m.peak_in_flight = 1;
    });
  };
  EXPECT_THAT(codes({seen(0.11)}), IsEmpty());
  EXPECT_THAT(codes({seen(0.3)}), ElementsAre("in-flight-disagrees"));
}

TEST(Checks, FindAnOperationThatHoldsTheLoop) {
  const auto held = [](int longest_ms, std::uint64_t op) {
    return changed(clean({}), [&](Measurement& m) {
      m.loop.longest_hold = milliseconds(longest_ms);
      m.loop.held_by = op;
    });
  };
  EXPECT_THAT(codes({held(40, 7)}), ElementsAre("loop-held"));
  EXPECT_THAT(only_finding({held(40, 7)}).evidence, HasSubstr("operation 7 held it for 40.0 ms"));
  EXPECT_THAT(codes({held(9, 7)}), IsEmpty());
  const auto crowded = changed(held(40, 7), [](Measurement& m) { m.peak_in_flight = 50'000; });
  EXPECT_THAT(codes({crowded}), IsEmpty()) << "the loop's own work on so many";
}

TEST(Checks, FindALoopThatServesOneAtATime) {
  const auto served = [](std::uint64_t at_once, Duration response) {
    return changed(clean({.rate = 100, .wait = "5ms"}), [&](Measurement& m) {
      m.peak_in_flight = at_once;
      m.response_time.clear();
      m.response_time.add(response, m.completed);
    });
  };
  EXPECT_THAT(codes({served(1, milliseconds(9))}), ElementsAre("loop-held"));
  EXPECT_THAT(codes({served(1, milliseconds(5))}), IsEmpty()) << "no two were due at a time";
  EXPECT_THAT(codes({served(2, milliseconds(9))}), IsEmpty());
}

TEST(Checks, TakeOneHoldInManyRepetitionsForTheMachines) {
  auto result = clean({});
  result.repetitions[1].measurement.loop.longest_hold = milliseconds(40);
  EXPECT_THAT(codes({result}), IsEmpty());
}

TEST(Checks, FindThreadsBesideAnEventLoop) {
  const auto threads = [](const std::string& runner) {
    return changed(clean({.runner = runner}), [](Measurement& m) { m.observed.peak_threads = 2; });
  };
  EXPECT_THAT(codes({threads("event-loop")}), ElementsAre("hidden-threads"));
  EXPECT_THAT(codes({threads("sync")}), IsEmpty());
}

TEST(Checks, FindServiceTimesOfDelayedAcknowledgements) {
  const auto took = [](const Plan& plan, Duration service) {
    return changed(clean(plan), [&](Measurement& m) { take(m, service, 1); });
  };
  const Plan unknown{.runner = "sync", .workload = "null"};
  EXPECT_THAT(codes({took(unknown, milliseconds(41))}), ElementsAre("delayed-ack"));
  EXPECT_THAT(codes({took(unknown, milliseconds(30))}), IsEmpty());
  EXPECT_THAT(codes({took({.runner = "sync", .wait = "40ms"}, milliseconds(41))}), IsEmpty());
}

TEST(Checks, DoNotTakeABroadDistributionForDelayedAcknowledgements) {
  const auto broad = changed(clean({.runner = "sync", .workload = "null"}), [](Measurement& m) {
    m.service_time.clear();
    for (int ms = 1; ms <= 100; ++ms) m.service_time.add(milliseconds(ms), 10);
    m.passes[0].elapsed = std::chrono::seconds(50);
    m.observed.samples = 0;
  });
  EXPECT_THAT(codes({broad}), IsEmpty());
}

TEST(Checks, FindTimersThatAreLate) {
  const auto took = [](Duration service, Duration cpu) {
    return changed(clean({.runner = "thread-pool", .in_flight = 20}), [&](Measurement& m) {
      take(m, service, 20);
      m.passes[0].cpu = cpu;
    });
  };
  EXPECT_THAT(codes({took(milliseconds(56), {})}), ElementsAre("late-timers"));
  EXPECT_THAT(codes({took(milliseconds(51), {})}), IsEmpty());
  EXPECT_THAT(codes({took(milliseconds(56), std::chrono::seconds(3))}), IsEmpty()) << "busy";
}

TEST(Checks, FindThatTheGeneratorWasTheLimit) {
  // 10,000 a second asked for, and 4,000 carried out.
  const auto late = [](const Plan& plan, Duration cpu) {
    return changed(clean(plan), [&](Measurement& m) {
      m.passes = {{milliseconds(250), cpu, m.completed}};
      m.observed.samples = 0;
      m.loop = {};
    });
  };
  const Plan open{.rate = 10'000, .wait = "1ms"};
  EXPECT_THAT(codes({late(open, milliseconds(230))}),
              ElementsAre("saturated", "generator-saturated", "processor-bound"));
  EXPECT_THAT(codes({late(open, milliseconds(100))}), ElementsAre("saturated"));
  const Plan computing{.rate = 10'000, .wait = "1ms", .cpu = "200us"};
  EXPECT_THAT(codes({late(computing, milliseconds(230))}), ElementsAre("saturated"))
      << "what was measured is computing";
}

TEST(Checks, FindClientsOnDifferentProcessors) {
  const auto on = [](const std::string& runner, const std::string& cpus) {
    return changed(clean({.runner = runner}), [&](Measurement& m) { m.placement.client = cpus; });
  };
  EXPECT_THAT(codes({on("sync", "0-1"), on("event-loop", "1")}), ElementsAre("client-cpus-differ"));
  EXPECT_THAT(only_finding({on("sync", "0-1"), on("event-loop", "1")}).evidence,
              HasSubstr("processors 0-1 by sleep/sync/ops:1000, 1 by sleep/event-loop/ops:1000"));
  EXPECT_THAT(codes({on("sync", "1"), on("event-loop", "1")}), IsEmpty());
  EXPECT_THAT(codes({on("sync", ""), on("event-loop", "1")}), IsEmpty()) << "not known";
}

TEST(Checks, CountTheProcessorsThatACaseWasGiven) {
  // Both of two busy half of the time, or one of one all of it.
  const auto on = [](const std::string& cpus) {
    return changed(clean({.runner = "thread-pool", .ops = 100'000}), [&](Measurement& m) {
      m.passes = {{std::chrono::seconds(300), std::chrono::seconds(299), m.completed}};
      m.observed.samples = 0;
      m.placement.client = cpus;
    });
  };
  EXPECT_THAT(codes({on("0-1")}), IsEmpty());
  EXPECT_THAT(codes({on("1")}), ElementsAre("processor-bound"));
}

TEST(Checks, FindRepetitionsThatDiffer) {
  auto result = clean({});
  auto& one = result.repetitions[1].measurement;
  one.passes[0].elapsed = one.passes[0].elapsed * 13 / 10;
  one.observed.samples = 0;
  EXPECT_THAT(codes({result}), ElementsAre("uneven-repetitions"));
  for (auto& repetition : result.repetitions) repetition.measurement.passes[0].elapsed /= 10;
  result.bound.reset();
  EXPECT_THAT(codes({changed(result, [](Measurement& m) { m.observed.samples = 0; })}), IsEmpty())
      << "a few milliseconds";
}

TEST(Checks, FindPassesThatDiffer) {
  const auto unsteady = changed(clean({}), [](Measurement& m) {
    m.passes.push_back(m.passes[0]);
    m.passes[0].elapsed = m.passes[0].elapsed * 13 / 10;
    m.observed.samples = 0;
  });
  EXPECT_THAT(codes({unsteady}), ElementsAre("unstable"));
}

/// A closed loop of 10 s, and the operations that it began in each part of it.
Result sliced(const std::vector<std::uint64_t>& slices) {
  return changed(clean({.in_flight = 28, .duration = std::chrono::seconds(10)}),
                 [&](Measurement& m) { m.observed.slices = slices; });
}

TEST(Checks, FindPartsOfOnePassThatDiffer) {
  EXPECT_THAT(codes({sliced({600, 610, 590, 600, 600, 600, 600, 600, 600, 200})}),
              ElementsAre("unstable"));
  EXPECT_THAT(codes({sliced({1200, 600, 600, 600, 600, 600, 600, 600, 600, 600})}),
              ElementsAre("unstable"));
  EXPECT_THAT(check(quiet(), {sliced({600, 600, 200})}).front().evidence,
              HasSubstr("200 operations begun in part 3 of 3"));
}

TEST(Checks, AllowPartsOfOnePassTheirWavesAndTheirNoise) {
  EXPECT_THAT(codes({sliced({588, 616, 588, 616, 644, 560, 588, 616, 616, 588})}), IsEmpty());
  EXPECT_THAT(codes({sliced({600, 600, 600, 470, 600, 600, 600, 600, 600, 600})}), IsEmpty());
  EXPECT_THAT(codes({sliced({0, 28, 28, 0, 28, 28, 0, 28, 28, 28})}), IsEmpty());
  EXPECT_THAT(codes({sliced({})}), IsEmpty());
}

TEST(Checks, TakeNoPartsOfABurstAnOpenLoopOrAShortRunForItsState) {
  const auto uneven = [](Measurement& m) { m.observed.slices = {10'000, 0, 0, 0, 0}; };
  EXPECT_THAT(codes({changed(clean({.wait = "2s"}), uneven)}), IsEmpty());
  EXPECT_THAT(codes({changed(clean({.ops = 10'000, .in_flight = 1000, .rate = 100}), uneven)}),
              IsEmpty());
  EXPECT_THAT(codes({changed(clean({.in_flight = 100}), uneven)}), IsEmpty()) << "half a second";
}

TEST(Checks, FindARunThatSlowsDown) {
  const auto ended =
      testing::asyncmark({"run", "faulty", "--fault", "slow-down", "--at", "2000", "--ops", "2080",
                          "--wait", "200us", "--runner", "sync", "--repetitions", "1", "--strict"});
  EXPECT_EQ(ended.code, 3);
  EXPECT_THAT(ended.err, HasSubstr("--strict: unstable: faulty/sync/ops:2080"));
}

TEST(Checks, SayEverythingInWords) {
  const auto json = to_json(
      check(quiet(), {changed(clean({}), [](Measurement& m) { m.observed.peak_threads = 2; })}));
  ASSERT_EQ(json.size(), 1u);
  EXPECT_EQ(json[0]["code"], "hidden-threads");
  EXPECT_EQ(json[0]["cases"], Json({clean({}).name()}));
  for (const auto* key : {"sentence", "evidence", "remedy"}) EXPECT_NE(json[0][key], "") << key;
}

TEST(Strict, MakesAFindingTheExitCodeBeforeFailedOperations) {
  std::vector<std::string> command{"run",   "faulty",   "--fault",       "fail",   "--every",
                                   "2",     "--runner", "thread-pool",   "--rate", "1000",
                                   "--ops", "10",       "--repetitions", "1"};
  EXPECT_EQ(testing::asyncmark(command).code, 4);
  command.push_back("--strict");
  const auto ended = testing::asyncmark(command);
  EXPECT_EQ(ended.code, 3);
  EXPECT_THAT(ended.err, HasSubstr("--strict: few-operations: faulty/thread-pool/ops:10/"));
  EXPECT_THAT(ended.out, HasSubstr("Checks\n"));
}

}  // namespace
}  // namespace asyncmark
