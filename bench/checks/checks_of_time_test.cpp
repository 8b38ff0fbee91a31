// What rules say of times, and of the steadiness of a run.

#include <gmock/gmock.h>

#include "bench/checks/checks.hpp"
#include "bench/testing/clean_result.hpp"
#include "bench/testing/run_program.hpp"

namespace asyncmark::checks_of_time_test {
namespace {

using std::chrono::milliseconds;
using testing::changed;
using testing::clean;
using testing::codes;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using testing::only_finding;
using testing::Plan;
using testing::quiet;
using testing::take;

TEST(ChecksOfTime, FindThatMoreOrLessWasInFlightThanTheTimesSay) {
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
  const auto dropped = changed(seen(1.2, 200), [](Measurement& m) { m.never_started = 1; });
  EXPECT_THAT(codes({dropped}), Not(Contains("in-flight-disagrees"))) << "its time is not known";
}

TEST(ChecksOfTime, AllowForTheErrorOfFewSamplesOfSomethingThatJumps) {
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

TEST(ChecksOfTime, FindAnOperationThatHoldsTheLoop) {
  const auto held = [](int longest_ms, std::uint64_t op) {
    return changed(clean({}), [&](Measurement& m) {
      m.loop.longest_hold = milliseconds(longest_ms);
      m.loop.held_by = op;
    });
  };
  EXPECT_THAT(codes({held(40, 7)}), ElementsAre("loop-held"));
  EXPECT_THAT(only_finding({held(40, 7)}).evidence,
              HasSubstr("operation 7 blocked the loop for 40.0 ms"));
  EXPECT_THAT(codes({held(9, 7)}), IsEmpty());
  for (const auto& [waited_ms, found] : {std::pair{15, 1u}, {25, 0u}, {400, 0u}}) {
    const auto busy = changed(
        held(40, 7), [&](Measurement& m) { m.resources.run_queue_wait = milliseconds(waited_ms); });
    EXPECT_EQ(codes({busy}).size(), found) << waited_ms << " ms for a processor";
  }
  const auto crowded = changed(held(40, 7), [](Measurement& m) { m.peak_in_flight = 50'000; });
  EXPECT_THAT(codes({crowded}), IsEmpty()) << "the loop's own work on so many";
}

TEST(ChecksOfTime, FindALoopThatServesOneAtATime) {
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

TEST(ChecksOfTime, TakeOneHoldInManyRepetitionsForTheMachines) {
  auto result = clean({});
  result.repetitions[1].measurement.loop.longest_hold = milliseconds(40);
  EXPECT_THAT(codes({result}), IsEmpty());
}

TEST(ChecksOfTime, TakeAHoldInOneOfTwoRepetitionsForTheMachines) {
  auto result = clean({});
  result.repetitions.pop_back();
  result.repetitions[1].measurement.loop.longest_hold = milliseconds(40);
  EXPECT_THAT(codes({result}), IsEmpty());
  result.repetitions[0].measurement.loop.longest_hold = milliseconds(40);
  EXPECT_THAT(codes({result}), ElementsAre("loop-held"));
}

TEST(ChecksOfTime, FindThreadsBesideAnEventLoop) {
  const auto threads = [](const std::string& runner) {
    return changed(clean({.runner = runner}), [](Measurement& m) { m.observed.peak_threads = 2; });
  };
  EXPECT_THAT(codes({threads("event-loop")}), ElementsAre("hidden-threads"));
  EXPECT_THAT(codes({threads("sync")}), IsEmpty());
}

TEST(ChecksOfTime, FindServiceTimesOfDelayedAcknowledgements) {
  const auto took = [](const Plan& plan, Duration service) {
    return changed(clean(plan), [&](Measurement& m) { take(m, service, 1); });
  };
  const Plan unknown{.runner = "sync", .workload = "null"};
  EXPECT_THAT(codes({took(unknown, milliseconds(41))}), ElementsAre("delayed-ack"));
  EXPECT_THAT(codes({took(unknown, milliseconds(30))}), IsEmpty());
  EXPECT_THAT(codes({took({.runner = "sync", .wait = "40ms"}, milliseconds(41))}), IsEmpty());
}

TEST(ChecksOfTime, DoNotTakeABroadDistributionForDelayedAcknowledgements) {
  const auto broad = changed(clean({.runner = "sync", .workload = "null"}), [](Measurement& m) {
    m.service_time.clear();
    for (int ms = 1; ms <= 100; ++ms) m.service_time.add(milliseconds(ms), 10);
    m.passes[0].elapsed = std::chrono::seconds(50);
    m.observed.samples = 0;
  });
  EXPECT_THAT(codes({broad}), IsEmpty());
}

TEST(ChecksOfTime, FindTimersThatAreLate) {
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

TEST(ChecksOfTime, FindNoLateTimerWhereOperationsWaitForAThread) {
  auto queued = clean({.runner = "hybrid", .ops = 100});
  queued = changed(queued, [](Measurement& m) { take(m, std::chrono::seconds(2), 100); });
  EXPECT_THAT(codes({queued}), ElementsAre("late-timers"));
  queued.what.workload_options.set("blocking", "true");
  EXPECT_THAT(codes({queued}), IsEmpty());
}

TEST(ChecksOfTime, FindRepetitionsThatDiffer) {
  auto result = clean({});
  auto& one = result.repetitions[1].measurement;
  one.passes[0].elapsed = one.passes[0].elapsed * 13 / 10;
  one.observed.samples = 0;
  EXPECT_THAT(codes({result}), ElementsAre("uneven-repetitions"));
  for (auto& repetition : result.repetitions) repetition.measurement.passes[0].elapsed /= 10;
  result.bound.reset();
  EXPECT_THAT(codes({changed(result, [](Measurement& m) { m.observed.samples = 0; })}),
              ElementsAre("few-operations"))
      << "a few milliseconds";
}

TEST(ChecksOfTime, FindPassesThatDiffer) {
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

TEST(ChecksOfTime, FindPartsOfOnePassThatDiffer) {
  EXPECT_THAT(codes({sliced({600, 610, 590, 600, 600, 600, 600, 600, 600, 200})}),
              ElementsAre("unstable"));
  EXPECT_THAT(codes({sliced({1200, 600, 600, 600, 600, 600, 600, 600, 600, 600})}),
              ElementsAre("unstable"));
  EXPECT_THAT(check(quiet(), {sliced({600, 600, 200})}).front().evidence,
              HasSubstr("200 operations started in part 3 of 3"));
}

TEST(ChecksOfTime, AllowPartsOfOnePassTheirWavesAndTheirNoise) {
  EXPECT_THAT(codes({sliced({588, 616, 588, 616, 644, 560, 588, 616, 616, 588})}), IsEmpty());
  EXPECT_THAT(codes({sliced({600, 600, 600, 470, 600, 600, 600, 600, 600, 600})}), IsEmpty());
  EXPECT_THAT(codes({sliced({0, 28, 28, 0, 28, 28, 0, 28, 28, 28})}), IsEmpty());
  EXPECT_THAT(codes({sliced({})}), IsEmpty());
}

TEST(ChecksOfTime, TakeNoPartsOfABurstAnOpenLoopOrAShortRunForItsState) {
  const auto uneven = [](Measurement& m) { m.observed.slices = {10'000, 0, 0, 0, 0}; };
  EXPECT_THAT(codes({changed(clean({.wait = "2s"}), uneven)}), IsEmpty());
  EXPECT_THAT(codes({changed(clean({.ops = 10'000, .in_flight = 1000, .rate = 100}), uneven)}),
              IsEmpty());
}

TEST(ChecksOfTime, FindAColdStartWithinTheFirstSecond) {
  const auto begun = [](Duration pass, const std::vector<std::uint64_t>& slices) {
    return changed(clean({.in_flight = 10}), [&](Measurement& m) {
      m.passes[0].elapsed = pass;
      m.observed.slices = slices;
    });
  };
  const std::vector<std::uint64_t> cold{0, 10, 1000, 1000, 1000, 1000, 1000, 1000, 1000, 1000},
      held{1000, 1000, 1000, 1000, 0, 1000, 1000, 1000, 1000, 1000};
  EXPECT_THAT(codes({begun(milliseconds(800), cold)}), Contains("unstable"));
  EXPECT_THAT(codes({begun(milliseconds(500), cold)}), Contains("unstable"));
  EXPECT_THAT(codes({begun(milliseconds(500), held)}), Not(Contains("unstable")));
  EXPECT_THAT(codes({begun(milliseconds(100), cold)}), Not(Contains("unstable")))
      << "20 ms, as any machine may be held up";
}

TEST(ChecksOfTime, FindARunThatSlowsDown) {
  const auto ended =
      testing::asyncmark({"run", "faulty", "--fault", "slow-down", "--at", "2000", "--ops", "2080",
                          "--wait", "200us", "--runner", "sync", "--repetitions", "1", "--strict"});
  EXPECT_EQ(ended.code, 3);
  EXPECT_THAT(ended.err, HasSubstr("--fail-on unstable: faulty/sync/ops:2080"));
}

TEST(Checks, FindAServiceThatIsStillBusyWithEarlierOperations) {
  const auto busy = changed(clean({}), [](Measurement& m) { m.busy_before = true; });
  EXPECT_THAT(codes({busy}), ElementsAre("busy-before"));
  EXPECT_THAT(only_finding({busy}).evidence, HasSubstr("3 of 3 repetitions"));
}

TEST(Checks, FindAWarmUpThatWasTooMuchForTheService) {
  const auto warmed_up = [](const Plan& plan, Duration took, std::uint64_t failed) {
    return changed(clean(plan), [&](Measurement& m) {
      m.phases.warm_up = took;
      m.warm_up_failed = failed;
    });
  };
  const Plan open{.ops = 1000, .rate = 500};
  EXPECT_THAT(codes({warmed_up(open, milliseconds(900), 0)}), IsEmpty());
  EXPECT_THAT(codes({warmed_up(open, milliseconds(1500), 0)}), ElementsAre("warm-up"));
  EXPECT_THAT(only_finding({warmed_up(open, milliseconds(9), 3)}).evidence,
              HasSubstr("3 of its operations failed"));
  const Plan slow{.ops = 1000, .rate = 500, .wait = "2s"};
  EXPECT_THAT(codes({warmed_up(slow, milliseconds(2000), 0)}), IsEmpty()) << "each takes as long";
  EXPECT_THAT(codes({warmed_up({}, milliseconds(1500), 3)}), IsEmpty())
      << "a closed loop waits for the service";
}

}  // namespace
}  // namespace asyncmark::checks_of_time_test
