#include "bench/child/listed.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bench/base/errors.hpp"
#include "bench/child/plausible.hpp"
#include "bench/model/workload_entry.hpp"

namespace asyncmark::listed_test {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

Case sleeps(std::uint64_t ops, std::optional<std::uint64_t> in_flight = std::nullopt) {
  Case one;
  one.workload = "sleep";
  one.workload_options = OptionValues(Registry<WorkloadEntry>::at("sleep").options);
  one.workload_options.set("wait", "10ms");
  one.runner = "event-loop";
  one.load.ops = ops;
  one.load.in_flight = in_flight;
  return one;
}

Case due_at(std::vector<std::int64_t> due) {
  auto one = sleeps(due.size());
  one.load.rate = 100;
  one.load.due = std::make_shared<const std::vector<std::int64_t>>(std::move(due));
  return one;
}

/// Two at a time, and the third when the first has ended.
Listed three() {
  return {.op = {}, .started = {0ms, 1ms, 10ms}, .finished = {10ms, 11ms, 20ms}, .worker = {}};
}

Measurement told(std::uint64_t completed, Duration elapsed = 20ms) {
  Measurement m;
  m.completed = completed;
  m.passes = {{elapsed, 0ns, 0}};
  return m;
}

Measurement added(const Listed& list, const Case& one, std::uint64_t completed = 3) {
  auto m = told(completed);
  add_up(m, {list}, one, one.concurrency());
  return m;
}

std::string refusal(const Listed& list, const Case& one = sleeps(3, 2), std::uint64_t told = 3) {
  try {
    added(list, one, told);
    return "";
  } catch (const UsageError& error) {
    return error.what();
  }
}

template <class Change>
Listed but(Change change) {
  auto list = three();
  change(list);
  return list;
}

TEST(Listed, BecomesWhatOurOwnChildrenHandBack) {
  const auto m = added(three(), sleeps(3, 2));
  EXPECT_EQ(m.service_time.count(), 3u);
  EXPECT_EQ(m.service_time.max(), 10ms);
  EXPECT_EQ(m.response_time.count(), 0u);
  EXPECT_EQ(m.peak_in_flight, 2u);
  EXPECT_EQ(m.passes[0].completed, 3u);
  EXPECT_EQ(m.timeline.of, 3u);
  EXPECT_EQ(m.timeline.operations[2].started, 10ms);
  EXPECT_EQ(implausible(m, sleeps(3, 2), sleeps(3, 2).concurrency(), 1s), std::nullopt);
}

TEST(Listed, HasResponseTimesFromWhenTheLoadWantedIt) {
  const auto burst = added(three(), sleeps(3));
  EXPECT_EQ(burst.response_time.max(), 20ms);
  const auto open = added(three(), due_at({0, 500'000, 7'000'000}));
  EXPECT_EQ(open.response_time.max(), 13ms);
  EXPECT_EQ(open.timeline.operations[2].intended, 7ms);
}

TEST(Listed, WhatIsDueAndIsNotListedNeverStarted) {
  auto some = three();
  some.op = {0, 2, 4};
  const auto m = added(some, due_at({0, 1, 2, 3, 4}));
  EXPECT_EQ(m.never_started, 2u);
  const auto short_of = added(three(), sleeps(5, 2));
  EXPECT_THAT(*implausible(short_of, sleeps(5, 2), sleeps(5, 2).concurrency(), 1s),
              HasSubstr("3 operations ended, where 5 were asked for"));
}

TEST(Listed, OfAnOpenLoopAchieveWhatEachPassDid) {
  const auto succeeded = [](std::vector<std::uint64_t> first, std::vector<std::uint64_t> second) {
    auto one = due_at({0, 10'000'000, 20'000'000});
    one.load.passes = 2;
    std::vector<Listed> lists(2);
    for (auto& list : lists)
      list = {.op = {}, .started = {0ms, 10ms, 20ms}, .finished = {10ms, 20ms, 30ms}, .worker = {}};
    auto m = told(6 - first.size() - second.size(), 30ms);
    m.passes.push_back(m.passes.front());
    if (!first.empty()) lists[0].failed["bad"] = std::move(first);
    if (!second.empty()) lists[1].failed["bad"] = std::move(second);
    add_up(m, lists, one, one.concurrency());
    EXPECT_EQ(m.in_time->due, 6);
    return m.in_time->succeeded;
  };
  EXPECT_EQ(succeeded({}, {}), 6);
  EXPECT_EQ(succeeded({}, {0, 1, 2}), 3);
  EXPECT_EQ(succeeded({0, 1, 2}, {}), 3);
}

TEST(Listed, FailedOperationsAreInTheLedgerAndInNoHistogram) {
  auto list = but([](Listed& l) { l.failed = {{"refused", {1}}, {"", {2}}}; });
  list.finished[1] = 1ms;  // Less than the wait: that is no wonder.
  const auto m = added(list, sleeps(3, 2), 1);
  EXPECT_EQ(m.failed, 2u);
  EXPECT_EQ(m.failures.at("refused"), 1u);
  EXPECT_EQ(m.failures.at("no reason"), 1u);
  EXPECT_EQ(m.service_time.count(), 1u);
  EXPECT_FALSE(m.timeline.operations[1].ok);
}

TEST(Listed, ManyReasonsAreOneOther) {
  Listed list{.op = {}, .started = {}, .finished = {}, .worker = {}};
  for (std::uint64_t op = 0; op < 20; ++op) {
    list.started.push_back(0ms);
    list.finished.push_back(10ms);
    list.failed["reason " + std::to_string(op)] = {op};
  }
  const auto m = added(list, sleeps(20), 0);
  EXPECT_EQ(m.failures.size(), 13u);
  EXPECT_EQ(m.failures.at("other"), 8u);
}

TEST(Listed, ALongReasonEndsWithAWholeCharacter) {
  Listed list{.op = {}, .started = {0ms}, .finished = {10ms}, .worker = {}};
  list.failed[std::string(39, 'a') + "\xc3\xa9"] = {0};
  EXPECT_EQ(added(list, sleeps(1), 0).failures.begin()->first, std::string(39, 'a'));
}

TEST(Listed, LongReasonsAreCountedByWhatIsKeptOfThem) {
  Listed list{.op = {}, .started = {}, .finished = {}, .worker = {}};
  for (std::uint64_t op = 0; op < 24; ++op) {
    list.started.push_back(0ms);
    list.finished.push_back(10ms);
    list.failed[std::to_string(10 + op % 12) + ": a reason of more than forty characters"]
        .push_back(op);
  }
  const auto m = added(list, sleeps(24), 0);
  EXPECT_EQ(m.failures.size(), 12u);
  for (const auto& [reason, times] : m.failures) EXPECT_EQ(times, 2u) << reason;
}

TEST(Listed, ThatOneFailedMakesTheOthersNoFaster) {
  const Listed list{.op = {},
                    .started = {0ms, 0ms, 10ms, 10ms},
                    .finished = {10ms, 10ms, 20ms, 20ms},
                    .worker = {},
                    .failed = {{"reset", {1}}}};
  EXPECT_EQ(refusal(list, sleeps(4, 2)), "");
  EXPECT_THAT(refusal(list, sleeps(4, 1)),
              HasSubstr("2 operations were in flight at once, where 1 may be"));
  auto computing = sleeps(4, 2);
  computing.workload_options.set("wait", "0ms");
  computing.workload_options.set("cpu", "10ms");
  EXPECT_THAT(refusal(list, computing),
              HasSubstr("it took 20ms, and what its operations had to do at least 30ms"));
}

TEST(Listed, AnOperationThatEndsMakesPlaceForOneThatBegins) {
  const auto m =
      added({.op = {}, .started = {0ms, 10ms, 10ms}, .finished = {10ms, 20ms, 20ms}, .worker = {}},
            sleeps(3, 2));
  EXPECT_EQ(m.peak_in_flight, 2u);
}

TEST(Listed, HaveThePeakOfAllPasses) {
  const Listed one_at_a_time{
      .op = {}, .started = {0ms, 10ms, 20ms}, .finished = {10ms, 20ms, 30ms}, .worker = {}};
  for (const auto& passes : {std::vector{three(), one_at_a_time}, {one_at_a_time, three()}}) {
    Measurement m = told(6);
    m.passes = {{30ms, 0ns, 0}, {30ms, 0ns, 0}};
    add_up(m, passes, sleeps(3, 2), sleeps(3, 2).concurrency());
    EXPECT_EQ(m.peak_in_flight, 2u);
  }
}

TEST(Listed, WhatCannotBeIsRefusedByItsOperation) {
  const auto with = [](auto change) { return refusal(but(change)); };
  EXPECT_EQ(refusal(three()), "");
  EXPECT_THAT(with([](Listed& l) { l.finished[1] = 500us; }),
              HasSubstr("pass 0: operation 1 finished 500us before it started"));
  EXPECT_THAT(with([](Listed& l) { l.finished[2] = 21ms; }),
              HasSubstr("operation 2 finished 1ms after its pass was over"));
  EXPECT_THAT(with([](Listed& l) { l.started[0] = -1ns; }),
              HasSubstr("operation 0 started before its pass did"));
  EXPECT_THAT(with([](Listed& l) { l.finished[0] = 4ms; }),
              HasSubstr("operation 0 took 4ms, and what it had to do takes 10ms"));
  EXPECT_THAT(with([](Listed& l) {
                l.op = {0, 1, 3};
              }),
              HasSubstr("operation 3 is beyond the 3 that there are"));
  EXPECT_THAT(with([](Listed& l) { l.op = {0, 1, 1}; }), HasSubstr("operation 1 is listed twice"));
  EXPECT_THAT(with([](Listed& l) { l.failed["reset"] = {7}; }),
              HasSubstr("operation 7 failed, and is not listed"));
  EXPECT_THAT(with([](Listed& l) {
                l.failed = {{"reset", {1}}, {"refused", {1}}};
              }),
              HasSubstr("operation 1 failed twice"));
  EXPECT_THAT(with([](Listed& l) { l.finished.pop_back(); }),
              HasSubstr("3 have started_ns, and 2 have finished_ns"));
  EXPECT_THAT(refusal(three(), due_at({0, 0, 11'000'000})),
              HasSubstr("operation 2 started 1ms before it was due"));
  EXPECT_THAT(refusal(three(), sleeps(3, 2), 4),
              HasSubstr("\"completed\" is 4, and its operations make it 3"));
}

TEST(Listed, IsReadAsColumns) {
  const auto list = listed_from_json(Json::parse(
      R"({"op": [5], "started_ns": [1], "finished_ns": [2], "worker": [3], "failed": {"x": [5]}})"));
  EXPECT_THAT(list.op, ElementsAre(5u));
  EXPECT_THAT(list.failed.at("x"), ElementsAre(5u));
  for (const auto* wrong :
       {R"([])", R"({"started_ns": 5})", R"({"started_ns": [1.5]})", R"({"op": [-1]})",
        R"({"worker": [4294967296]})", R"({"failed": []})", R"({"failed": {"x": 1}})",
        R"({"finished_ns": [18446744073709551615]})"})
    EXPECT_THROW(listed_from_json(Json::parse(wrong)), UsageError) << wrong;
}

/// A measurement that adds up, of three sleeps by two.
Measurement plausible() { return added(three(), sleeps(3, 2)); }

template <class Change>
std::string why(Change change, Duration lived = 1s) {
  auto m = plausible();
  auto one = sleeps(3, 2);
  change(m);
  return implausible(m, one, one.concurrency(), lived).value_or("");
}

TEST(Plausible, IsOnlyWhatAddsUpAndFitsIntoItsTime) {
  EXPECT_EQ(why([](Measurement&) {}), "");
  EXPECT_THAT(why([](Measurement& m) { m.passes.push_back({}); }), HasSubstr("2 passes, where 1"));
  EXPECT_THAT(why([](Measurement& m) { m.failed = 1; }),
              HasSubstr("1 operations failed, and by reason 0"));
  EXPECT_THAT(why([](Measurement& m) { m.passes[0].completed = 2; }), HasSubstr("by pass 2"));
  EXPECT_THAT(why([](Measurement& m) { m.service_time.add(1ms); }),
              HasSubstr("3 operations completed, and 4 have a service time"));
  EXPECT_THAT(why([](Measurement& m) { m.never_started = 1; }), HasSubstr("only an open loop"));
  EXPECT_THAT(why([](Measurement& m) { m.response_time.add(1ms); }), HasSubstr("closed loop"));
  EXPECT_THAT(why([](Measurement& m) { m.passes[0].elapsed = 9ms; }),
              HasSubstr("an operation took 10ms, and the longest pass 9ms"));
  EXPECT_THAT(why([](Measurement& m) { m.passes[0].elapsed = 12ms; }),
              HasSubstr("its operations took 30.0 ms all together, which 2 at a time need more"));
  EXPECT_THAT(why([](Measurement& m) { m.peak_in_flight = 3; }),
              HasSubstr("3 operations were in flight"));
  EXPECT_THAT(why([](Measurement&) {}, 19ms), HasSubstr("its process lived for 19.0 ms"));
  EXPECT_THAT(why([](Measurement& m) { m.phases.set_up = 2s; }),
              HasSubstr("its phases took 2.00 s together, and its process lived for 1.00 s"));
  EXPECT_THAT(why([](Measurement& m) { m.phases.timed = 1ms; }),
              HasSubstr("its timed phase took 1ms, and its passes 20ms"));
  EXPECT_THAT(why([](Measurement& m) { m.phases.drain = 21ms; }),
              HasSubstr("the drain of its passes took 21ms, and they 20ms"));
  EXPECT_THAT(why([](Measurement& m) { m.passes[0].cpu = 1h; }),
              HasSubstr("of processor time in 1.00 s"));
  // With so many in flight it were a burst, which has response times.
  auto burst = added(three(), sleeps(3));
  EXPECT_THAT(*implausible(burst, sleeps(3, 2), {.cap = 3}, 1s), HasSubstr("lets 3 be in flight"));
}

/// What a program that adds up by itself tells of three sleeps, two at a time.
Measurement counted_by_a_program(Duration response = {}) {
  auto m = told(3);
  m.passes[0].completed = 3;
  m.service_time.add(10ms, 3);
  if (response != Duration(0)) m.response_time.add(response, 3);
  m.peak_in_flight = 2;
  return m;
}

template <class Change>
std::string why_not(Change change, Case one = sleeps(3, 2), Duration response = {}) {
  auto m = counted_by_a_program(response);
  one.runner = "cmd:true";
  auto how = one.concurrency();
  change(m, how);
  return implausible(m, one, how, 1s).value_or("");
}

TEST(Plausible, AreOfAProgramOnlyHistogramsThatCanBe) {
  EXPECT_EQ(why_not([](auto&, auto&) {}), "");
  EXPECT_THAT(why_not([](auto& m, auto&) { m.service_time.restore_exact(5ns, 30'000'000); }),
              HasSubstr("service_time: \"max_ns\" is 5, and its last bucket begins at"));
  EXPECT_THAT(why_not([](auto& m, auto&) { m.service_time.restore_exact(10ms, 1); }),
              HasSubstr("service_time: \"sum_ns\" is 1, and its buckets hold from"));
  const auto all_took = [](Duration took) {
    return [=](auto& m, auto&) {
      m.service_time.clear();
      m.service_time.add(took, 3);
    };
  };
  EXPECT_THAT(why_not(all_took(1ns)),
              HasSubstr("an operation took 1ns, and what it had to do takes 10ms"));
  EXPECT_EQ(why_not(all_took(10ms - 10us)), "") << "within its bucket, and the clocks' error";
  EXPECT_THAT(why_not([](auto& m, auto&) { m.peak_in_flight = 0; }), HasSubstr("it has no \"peak"));
  EXPECT_THAT(why_not([](auto& m, auto&) { m.peak_in_flight = 1; }),
              HasSubstr("at the most 1 operations were in flight, and on average 1.5"));
}

TEST(Plausible, IsNoResponseShorterThanItsServiceOrLongerThanItsPass) {
  const auto burst = [](Duration response) {
    return why_not([](auto& m, auto&) { m.peak_in_flight = 3; }, sleeps(3), response);
  };
  EXPECT_EQ(burst(10ms), "");
  EXPECT_THAT(burst(1ns), HasSubstr("its response times are 3 ns together"));
  EXPECT_THAT(burst(1h), HasSubstr("an operation had a response time of 1h"));
}

TEST(Plausible, NoSumWrapsRound) {
  constexpr auto kHalf = std::uint64_t{1} << 63;
  auto twice = sleeps(3, 2);
  twice.load.passes = 2;
  EXPECT_THAT(why_not(
                  [](auto& m, auto&) {
                    m.passes = {{20ms, 0ns, kHalf}, {20ms, 0ns, kHalf + 3}};
                  },
                  twice),
              HasSubstr("and by pass 18446744073709551615"));
  EXPECT_THAT(why_not(
                  [](auto& m, auto&) {
                    m.passes = {{20ms, 0ns, 6}, {20ms, 0ns, 0}};
                    m.completed = 6;
                    m.service_time.add(10ms, 3);
                  },
                  twice),
              HasSubstr("pass 0 completed 6 operations, and has 3"));
  EXPECT_THROW(histogram_from_json(Json{{"buckets", {{1000, kHalf}, {2000, kHalf}, {3000, 3}}}}),
               UsageError);
  auto for_a_time = sleeps(0, 1);
  for_a_time.load.duration = 20ms;
  EXPECT_THAT(why_not(
                  [](auto& m, auto&) {
                    m.completed = m.passes[0].completed = 1'000'000'000'000;
                    m.service_time.clear();
                    m.service_time.add(0ns, m.completed);
                  },
                  for_a_time),
              HasSubstr("more than one a nanosecond"));
}

TEST(Plausible, IsNoMoreThanAMachineHas) {
  EXPECT_THAT(why_not([](auto& m, auto&) { m.resources.voluntary_switches = 900'000'000'000; }),
              HasSubstr("voluntary_switches: 900000000000 are more than"));
  EXPECT_THAT(why_not([](auto& m, auto&) { m.resources.peak_rss_bytes = std::int64_t{1} << 60; }),
              HasSubstr("more than this machine has"));
  EXPECT_THAT(why_not([](auto& m, auto&) { m.resources.grown_bytes = -(std::int64_t{1} << 60); }),
              HasSubstr("more than this machine has"));
  EXPECT_THAT(why_not([](auto& m, auto&) {
                m.passes[0].cpu = 10ms;
                m.resources.user = 2ns;
              }),
              HasSubstr("its passes took 10ms of processor time, and its resources tell 2ns"));
  EXPECT_THAT(why_not([](auto&, auto& how) { how.processors = 1'000'000; }),
              HasSubstr("it used 1000000 processors"));
}

}  // namespace
}  // namespace asyncmark::listed_test
