// What rules say of the load that was carried out, and of clean results.

#include "bench/checks/checks.hpp"

#include <gmock/gmock.h>

#include "bench/testing/clean_result.hpp"
#include "bench/testing/run_program.hpp"

namespace asyncmark::checks_test {
namespace {

using std::chrono::milliseconds;
using ::testing::AllOf;
using testing::calibrated;
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
  EXPECT_THAT(found.evidence, HasSubstr("990 operations a run in sleep/thread-pool"));
}

TEST(Checks, CompareOnlyCasesUnderTheSameLoad) {
  const auto findings = [](auto change) {
    auto fewer = changed(clean({.runner = "thread-pool", .rate = 10}),
                         [](Measurement& m) { m.completed = m.passes[0].completed = 990; });
    change(fewer.what);
    return codes({clean({.rate = 10}), fewer});
  };
  EXPECT_THAT(findings([](Case&) {}), Contains("unequal-operations"));
  EXPECT_THAT(findings([](Case& one) { one.load.arrivals = Arrivals::poisson; }),
              Not(Contains("unequal-operations")));
  EXPECT_THAT(findings([](Case& one) { one.load.rate = 11; }), Not(Contains("unequal-operations")));
  EXPECT_THAT(findings([](Case& one) { one.load.passes = 2; }),
              Not(Contains("unequal-operations")));
  EXPECT_THAT(findings([](Case& one) { one.seed = 7; }), Not(Contains("unequal-operations")));
}

TEST(Checks, FindMoreFailedOperationsThanMay) {
  const auto failing = changed(clean({}), [](Measurement& m) {
    m.completed -= 10;
    m.add_failures("reset", 10);
  });
  const auto found = check({{{"max_failed", "0"}}}, {failing});
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].code, "failed-operations");
  EXPECT_THAT(found[0].evidence,
              HasSubstr("30 of 3000 failed (30 reset); --max-failed accepts none"));
  EXPECT_THAT(found[0].remedy, Not(HasSubstr("--expect")));
  const auto not_found = changed(clean({}), [](Measurement& m) {
    m.completed -= 10;
    m.add_failures("bad status 404", 10);
  });
  EXPECT_THAT(check({}, {not_found}).at(0).remedy, HasSubstr("--expect"));
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
  EXPECT_THAT(codes({with(14, std::nullopt)}), IsEmpty()) << "default concurrency";
}

TEST(Checks, SayThatALoopIsHeldWhereThatIsWhyTheCapIsNotReached) {
  const auto evidence = [](const std::string& runner, const char* workers, bool blocking,
                           std::uint64_t peak) {
    auto one = clean({.runner = runner, .in_flight = 28});
    if (workers) one.what.runner_options.set("workers", workers);
    if (blocking) one.what.workload_options.set("blocking", "true");
    one.how = one.what.concurrency();
    one.bound = std::nullopt;
    return only_finding({changed(one,
                                 [&](Measurement& m) {
                                   m.peak_in_flight = peak;
                                   m.observed.samples = 0;
                                   m.response_time.clear();
                                 })})
        .evidence;
  };
  EXPECT_THAT(evidence("multi-loop", "3", true, 3),
              HasSubstr("at most 3 in flight, 28 allowed: each blocks its loop, and "
                        "there are 3"));
  EXPECT_THAT(evidence("event-loop", nullptr, true, 1),
              HasSubstr("each blocks its loop, and there is 1"));
  EXPECT_THAT(evidence("multi-loop", "3", false, 3), Not(HasSubstr("holds")));
  EXPECT_THAT(evidence("thread-pool", nullptr, true, 14), Not(HasSubstr("holds")));
}

TEST(Checks, FindAnOpenLoopThatCarriedOutLessThanWasOffered) {
  auto slow = changed(clean({.rate = 100}), [](Measurement& m) {
    m.passes[0].elapsed = std::chrono::seconds(12);
    m.observed.samples = 0;
  });
  EXPECT_THAT(codes({slow}), ElementsAre("saturated"));
  EXPECT_THAT(only_finding({slow}).evidence, HasSubstr("achieved 83 % of 100/s in time"));
  auto given_up = changed(clean({.runner = "sync", .rate = 1000}), [](Measurement& m) {
    m.never_started = 976;
    m.completed = m.passes[0].completed = 24;
    m.passes[0].elapsed = milliseconds(1104);
    m.observed.samples = 0;
    m.service_time.clear();
    m.service_time.add(milliseconds(46), 24);
  });
  EXPECT_THAT(codes({given_up}), ElementsAre("saturated", "few-operations"));
  given_up.repetitions.at(0).measurement.abandoned = 30;
  EXPECT_THAT(check({}, {given_up}).at(0).evidence, HasSubstr("of 1000, 10 of them started"));
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
              HasSubstr("CPUs 0-1 in sleep/sync/ops:1000, 1 in sleep/event-loop/ops:1000"));
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

TEST(Checks, SayEverythingInWords) {
  const auto found =
      check(quiet(), {changed(clean({}), [](Measurement& m) { m.observed.peak_threads = 2; })});
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].code, "hidden-threads");
  EXPECT_THAT(found[0].cases, ElementsAre(clean({}).name()));
  for (const auto& text : {found[0].sentence, found[0].evidence, found[0].remedy})
    EXPECT_NE(text, "");
}

TEST(Strict, MakesAFindingTheExitCodeBeforeFailedOperations) {
  std::vector<std::string> command{"run",   "faulty",   "--fault",       "fail",   "--every",
                                   "2",     "--runner", "thread-pool",   "--rate", "1000",
                                   "--ops", "10",       "--repetitions", "1"};
  EXPECT_EQ(testing::asyncmark(command).code, 4);
  command.push_back("--strict");
  const auto ended = testing::asyncmark(command);
  EXPECT_EQ(ended.code, 3);
  EXPECT_THAT(ended.err, HasSubstr("--fail-on few-operations: faulty/thread-pool/ops:10/"));
  EXPECT_THAT(ended.out, HasSubstr("\nWarnings"));
}

TEST(Strict, MakesAMissedObjectiveTheExitCode) {
  const auto ended = testing::asyncmark({"run", "sleep", "--wait", "5ms", "--rate", "100", "--ops",
                                         "20", "--runner", "event-loop", "--repetitions", "1",
                                         "--slo", "p50=1ms", "--strict"});
  EXPECT_EQ(ended.code, 3);
  EXPECT_THAT(ended.err, AllOf(HasSubstr("--fail-on slo: sleep/event-loop/"),
                               HasSubstr(": p50=1ms is missed")));
}

}  // namespace
}  // namespace asyncmark::checks_test
