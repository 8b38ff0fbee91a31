#include "bench/engine/in_time.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <limits>

namespace asyncmark::in_time_test {
namespace {

using namespace std::chrono_literals;

/// What a service does with the operation that is due then: when it ends, and whether well.
struct End {
  Duration at{};
  bool ok = true;
};
using Service = std::function<End(std::uint64_t op, Duration due)>;

constexpr auto kNever = Duration::max();

Load every(Duration gap, std::uint64_t ops) {
  Load load;
  load.ops = ops;
  load.rate = 1 / seconds(gap);
  std::vector<std::int64_t> due;
  for (std::uint64_t i = 0; i < ops; ++i) due.push_back(static_cast<std::int64_t>(i) * gap.count());
  load.due = std::make_shared<const std::vector<std::int64_t>>(std::move(due));
  return load;
}

/// All are sent when they are due; what ends at kNever is not begun.
Measurement carry_out(const Load& load, const Service& service) {
  Measurement one;
  Duration elapsed{};
  for (std::uint64_t op = 0; op < load.due->size(); ++op) {
    const Duration due((*load.due)[op]);
    const auto end = service(op, due);
    if (end.at == kNever) {
      ++one.never_started;
      continue;
    }
    one.timeline.operations.push_back({op, due, due, end.at, 0, end.ok});
    elapsed = std::max(elapsed, end.at);
    if (end.ok)
      ++one.completed, one.service_time.add(end.at - due);
    else
      one.add_failures("bad", 1);
  }
  one.timeline.of = one.timeline.operations.size();
  one.passes.push_back({elapsed, {}, one.completed});
  return one;
}

struct Shares {
  double succeeded, ended;
};

Shares shares(const Load& load, const Service& service) {
  const auto in = in_time(load, carry_out(load, service));
  return {in.succeeded / in.due, in.ended / in.due};
}

Service after(Duration time) {
  return [=](std::uint64_t, Duration due) { return End{due + time}; };
}

/// One after the other.
Service serial(Duration each) {
  return [each, free = Duration(0)](std::uint64_t, Duration due) mutable {
    return End{free = std::max(free, due) + each};
  };
}

TEST(InTime, IsAllWhereTheServiceKeepsUp) {
  EXPECT_DOUBLE_EQ(shares(every(20ms, 250), serial(10ms)).succeeded, 1);
  EXPECT_DOUBLE_EQ(shares(every(1ms, 40), after(46ms)).succeeded, 1) << "none ends while they come";
  EXPECT_DOUBLE_EQ(shares(every(10ms, 10), after(3s)).succeeded, 1);
}

TEST(InTime, CountsWhatAQueueInTheServiceHoldsBack) {
  // 100/s of 300/s, of 1000/s, and 1/s of 100/s.
  EXPECT_NEAR(shares(every(3333us, 1500), serial(10ms)).succeeded, 1 / 3.0, 0.01);
  EXPECT_NEAR(shares(every(1ms, 3000), serial(10ms)).succeeded, 0.1, 0.01);
  EXPECT_NEAR(shares(every(10ms, 500), serial(1s)).succeeded, 0.01, 0.01);
}

TEST(InTime, IsNotLowerForASlowService) {
  EXPECT_NEAR(shares(every(10ms, 500), after(1s)).succeeded, 1, 0.01);
  EXPECT_NEAR(shares(every(10ms, 500), after(2s)).succeeded, 1, 0.01);
  // Some fast, some slow: 50 in flight.
  const auto mixed = shares(every(10ms, 500), [](std::uint64_t op, Duration due) {
    return End{due + (op % 2 == 0 ? 1ms : 1000ms)};
  });
  EXPECT_NEAR(mixed.succeeded, 1, 0.02);
}

TEST(InTime, IsNotLowerForOneLateAnswer) {
  for (const std::uint64_t late : {20, 1999}) {
    const auto one = shares(every(5ms, 2000), [=](std::uint64_t op, Duration due) {
      return End{due + (op == late ? 3s : 2ms)};
    });
    EXPECT_NEAR(one.succeeded, 1, 0.001) << late;
  }
}

TEST(InTime, ForgivesAStallThatDrains) {
  const auto stalled = shares(every(10ms, 1000), [](std::uint64_t, Duration due) {
    return End{due > 5s && due < 6s ? 6s + 5ms : due + 5ms};
  });
  EXPECT_NEAR(stalled.succeeded, 1, 0.01);
  const auto at_the_end = shares(every(10ms, 1000), [](std::uint64_t, Duration due) {
    return End{due > 8s ? 12s : due + 5ms};
  });
  EXPECT_NEAR(at_the_end.succeeded, 0.8, 0.02);
}

/// Serves one after the other, and nothing for a while before it serves operation `at`.
Service pausing(Duration each, std::uint64_t at, Duration pause) {
  return [=, free = Duration(0)](std::uint64_t op, Duration due) mutable {
    return End{free = std::max(free, due) + each + (op == at ? pause : Duration(0))};
  };
}

TEST(InTime, CountsNoQueueThatShrinksAsAlwaysInFlight) {
  const auto ended_by = [](const Load& load, Service service) {
    double sum = 0;
    const Duration last(load.due->back());
    for (std::uint64_t op = 0; op < load.due->size(); ++op)
      sum += service(op, Duration((*load.due)[op])).at <= last;
    return sum / static_cast<double>(load.due->size());
  };
  const auto at_100 = every(10ms, 500), longer = every(10ms, 1000), at_1000 = every(1ms, 5000);
  for (const auto& [load, service] : {std::pair{&at_100, pausing(8ms, 20, 2s)},
                                      {&at_100, pausing(8ms, 5, 2s)},
                                      {&at_100, pausing(8ms, 100, 2s)},
                                      {&longer, pausing(9500us, 40, 3s)},
                                      {&at_1000, pausing(900us, 20, 1s)}}) {
    const auto truth = ended_by(*load, service);
    ASSERT_LT(truth, 0.9);
    EXPECT_NEAR(shares(*load, service).succeeded, truth, 0.02);
  }
}

TEST(InTime, CountsNoFullQueueThatTurnsOthersAwayAsAlwaysInFlight) {
  // 100 wait for one that takes 10 ms; who finds so many is turned away.
  const auto turns_away = [ends = std::vector<Duration>()](std::uint64_t, Duration due) mutable {
    std::erase_if(ends, [&](Duration end) { return end <= due; });
    if (ends.size() >= 100) return End{due + 1ms, false};
    ends.push_back((ends.empty() ? due : ends.back()) + 10ms);
    return End{ends.back()};
  };
  EXPECT_NEAR(shares(every(3333us, 1500), turns_away).succeeded, 1 / 3.0, 0.05);
}

TEST(InTime, TakesOneLateOperationForNoQueueHoweverFewThereAre) {
  const auto late_from = [](std::uint64_t ops, std::uint64_t first, Duration by) {
    return shares(every(250ms, ops), [=](std::uint64_t op, Duration due) {
      return op >= first && by == kNever ? End{kNever} : End{due + (op >= first ? by : 2ms)};
    });
  };
  EXPECT_EQ(late_from(10, 9, 60ms).succeeded, 1);
  EXPECT_EQ(late_from(10, 9, 60ms).ended, 1);
  EXPECT_EQ(late_from(3, 2, 5s).ended, 1);
  EXPECT_NEAR(late_from(10, 9, kNever).succeeded, 0.9, 1e-9) << "it never ended";
  EXPECT_EQ(late_from(10, 9, kNever).ended, 1);
  EXPECT_LT(late_from(10, 7, 5s).ended, 0.85) << "three are a queue";
}

TEST(InTime, SeesThatEachTakesLongerThanTheOneBefore) {
  const auto leak = shares(every(10ms, 500), [](std::uint64_t op, Duration due) {
    return End{due + 1ms * static_cast<std::int64_t>(op)};
  });
  EXPECT_NEAR(leak.succeeded, 1 / 1.1, 0.02);
}

TEST(InTime, CountsNoFailureAsSuccess) {
  const auto none = shares(every(10ms, 500), [](std::uint64_t, Duration due) {
    return End{due + 1ms, false};
  });
  EXPECT_EQ(none.succeeded, 0);
  EXPECT_EQ(none.ended, 1);
  const auto timeouts = shares(every(10ms, 500), [](std::uint64_t op, Duration due) {
    return op % 10 == 9 ? End{due + 200ms, false} : End{due + 5ms};
  });
  EXPECT_NEAR(timeouts.succeeded, 0.9, 0.005);
  EXPECT_NEAR(timeouts.ended, 1, 0.005);
  const auto gone = shares(every(10ms, 500), [](std::uint64_t op, Duration due) {
    return op >= 250 ? End{due + 1ms, false} : End{due + 5ms};
  });
  EXPECT_NEAR(gone.succeeded, 0.5, 0.01);
  EXPECT_EQ(gone.ended, 1);
}

TEST(InTime, CountsWhatNeverStarted) {
  // Ten at a time, each a second: 10/s of 100/s.
  const auto capped = [](std::uint64_t op, Duration) {
    return op < 60 ? End{1s * static_cast<std::int64_t>(1 + op / 10)} : End{kNever};
  };
  EXPECT_NEAR(shares(every(10ms, 500), capped).ended, 0.1, 0.02);
}

TEST(InTime, OfAPoolCountsTheWaveThatIsUnderWay) {
  // 32 at a time, each a second: 32/s of 100/s, and after 4.97 s the fifth wave is under way.
  const auto load = every(10ms, 498);
  Measurement one;
  std::vector<Duration> free(32);
  for (std::uint64_t op = 0; op < 160; ++op) {
    const Duration due((*load.due)[op]);
    auto& worker = *std::ranges::min_element(free);
    const auto started = std::max(worker, due);
    worker = started + 1s;
    one.timeline.operations.push_back({op, due, started, worker, 0, true});
    ++one.completed;
  }
  one.never_started = 498 - one.completed;
  one.passes.push_back({5s, {}, one.completed});
  EXPECT_NEAR(in_time(load, one).succeeded, 160, 3);
}

TEST(InTime, OfASampleIsThatOfAll) {
  const auto load = every(100us, 50'000);
  auto all = carry_out(load, serial(300us));
  const auto exact = in_time(load, all);
  auto& kept = all.timeline.operations;
  constexpr auto kAll = std::numeric_limits<std::uint64_t>::max();
  std::erase_if(kept, [](const auto& one) { return one.op * 0x9E3779B97F4A7C15u > kAll / 50; });
  ASSERT_LT(kept.size(), 1100u);
  EXPECT_NEAR(in_time(load, all).succeeded, exact.succeeded, 0.01 * exact.succeeded);
}

TEST(InTime, WithoutATimelineGoesByTheTotals) {
  const auto load = every(10ms, 1000);
  const auto totals = [&](const Service& service) {
    auto one = carry_out(load, service);
    one.timeline = {};
    return in_time(load, one).succeeded / 1000;
  };
  EXPECT_EQ(totals(after(2s)), 1);
  EXPECT_NEAR(totals(serial(20ms)), 0.5, 0.01);
}

}  // namespace
}  // namespace asyncmark::in_time_test
