#include "bench/model/bound.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <queue>
#include <random>

#include "bench/model/runner_entry.hpp"
#include "bench/model/workload.hpp"
#include "bench/model/workload_entry.hpp"

namespace asyncmark::bound_test {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

/// A workload of which only the costs are known.
class Priced final : public Workload {
 public:
  explicit Priced(std::vector<Cost> costs, bool holds = false)
      : costs_(std::move(costs)), holds_(holds) {}
  std::unique_ptr<BlockingSession> open_blocking() const override { return nullptr; }
  bool holds_the_loop() const override { return holds_; }
  std::optional<Cost> cost(std::uint64_t op) const override { return costs_.at(op); }

 private:
  std::vector<Cost> costs_;
  bool holds_;
};

std::optional<Bound> bound_of(const std::vector<Cost>& costs, const Concurrency& how,
                              bool holds = false) {
  Load load;
  load.ops = costs.size();
  return ideal_bound(Priced(costs, holds), load, how);
}

std::vector<Cost> equal(std::size_t ops, Duration wait, Duration cpu = 0ns) {
  return {ops, Cost{wait, cpu}};
}

/// When the last operation ends if each begins, in this order, as soon as one of `cap` places and
/// one of `processors` is free, computes and then waits: a schedule that could really happen.
Duration simulate(const std::vector<Cost>& costs, std::uint64_t cap, std::uint64_t processors) {
  using Heap = std::priority_queue<Duration, std::vector<Duration>, std::greater<>>;
  Heap places(std::greater<>{}, std::vector<Duration>(cap));
  Heap free_at(std::greater<>{}, std::vector<Duration>(processors));
  Duration end{};
  for (const auto& cost : costs) {
    const auto begin = std::max(places.top(), cost.cpu > 0ns ? free_at.top() : 0ns);
    places.pop();
    const auto computed = begin + cost.cpu;
    if (cost.cpu > 0ns) {
      free_at.pop();
      free_at.push(computed);
    }
    places.push(computed + cost.wait);
    end = std::max(end, computed + cost.wait);
  }
  return end;
}

TEST(Bound, OfFixedWaitsIsTheirRoundsOneAfterTheOther) {
  for (std::uint64_t ops = 1; ops <= 200; ++ops)
    for (const std::uint64_t cap : {1, 2, 3, 7, 28, 100, 1000}) {
      const auto rounds = static_cast<std::int64_t>((ops + cap - 1) / cap);
      const auto bound = bound_of(equal(ops, 46ms), {.cap = cap});
      ASSERT_EQ(bound->time, rounds * 46ms) << ops << " by " << cap;
    }
}

TEST(Bound, NamesWhatMakesItSoLong) {
  for (std::uint64_t ops = 1; ops <= 500; ++ops)
    for (const auto wait : {46ms, 100ms, 33ms}) {
      const auto term = [&](std::uint64_t cap) {
        return bound_of(equal(ops, wait), {.cap = cap})->term;
      };
      ASSERT_EQ(term(ops), "the slowest operation") << ops;
      ASSERT_EQ(term(kUnbounded), "the slowest operation") << ops;
      if (ops == 1) continue;
      ASSERT_EQ(term(1), "one at a time") << ops;
      ASSERT_EQ(term(ops - 1), ops == 2 ? "one at a time" : "waits queue behind the cap") << ops;
    }
  EXPECT_THAT(bound_of(equal(100, 44300us, 1660us), {.cap = 100, .one_loop = true})->term,
              HasSubstr("computing"));
}

TEST(Bound, OfOneLoopIsAllItsComputingAndTheLastWait) {
  const auto bound = bound_of(equal(100, 44300us, 1660us), {.cap = 100, .one_loop = true});
  EXPECT_EQ(bound->time, 100 * 1660us + 44300us);
}

TEST(Bound, OfAPoolSharesItsComputingAmongItsProcessors) {
  const auto costs = equal(1000, 0ns, 1ms);
  EXPECT_EQ(bound_of(costs, {.workers = 100, .cap = 100, .processors = 1})->time, 1000ms);
  EXPECT_EQ(bound_of(costs, {.workers = 100, .cap = 100, .processors = 4})->time, 250ms);
}

TEST(Bound, OfALoopWithThreadsForWhatHoldsThemIsAsManyAtATime) {
  const Concurrency how{.workers = 2, .cap = 100, .processors = 3, .blocking = 2};
  const auto held = bound_of(equal(100, 46ms), how, /*holds=*/true);
  EXPECT_EQ(held->time, 2300ms);
  EXPECT_EQ(held->term, "waits queue behind the threads");
  EXPECT_EQ(bound_of(equal(100, 46ms), how)->time, 46ms);
}

TEST(Bound, OfALoopThatIsHeldIsOneAtATime) {
  const auto costs = equal(100, 46ms);
  const auto held = bound_of(costs, {.cap = 100, .one_loop = true}, /*holds=*/true);
  EXPECT_EQ(held->time, 4600ms);
  EXPECT_EQ(held->term, "one at a time");
  EXPECT_EQ(bound_of(costs, {.cap = 100, .one_loop = true})->time, 46ms);
  EXPECT_EQ(bound_of(costs, {.workers = 100, .cap = 100, .processors = 100}, true)->time, 46ms);
}

TEST(Bound, OfSeveralLoopsThatAreHeldIsOneAtATimeOnEach) {
  const auto costs = equal(101, 46ms);
  const Concurrency how{.workers = 4, .cap = 100, .processors = 4, .blocking = 4};
  EXPECT_EQ(bound_of(costs, how, /*holds=*/true)->time, 26 * 46ms);
  EXPECT_EQ(bound_of(costs, how)->time, 2 * 46ms);
}

TEST(Bound, CountsTheSlowestOperation) {
  auto costs = equal(100, 1ms);
  costs[50].wait = 3s;
  const auto bound = bound_of(costs, {.cap = 50});
  EXPECT_EQ(bound->time, 3s);
  EXPECT_EQ(bound->term, "the slowest operation");
}

TEST(Bound, OfAnOpenLoopIsItsLastArrivalAndWhatThatTakes) {
  Load load;
  load.rate = 10;
  load.due = std::make_shared<const std::vector<std::int64_t>>(
      std::vector<std::int64_t>{0, 1'000'000'000, 2'000'000'000});
  const auto idle = ideal_bound(Priced(equal(3, 46ms)), load, {.cap = 10});
  EXPECT_EQ(idle->time, 2046ms);
  EXPECT_EQ(idle->term, "the last arrival");
  const auto busy = ideal_bound(Priced(equal(3, 5s)), load, {.cap = 1});
  EXPECT_EQ(busy->time, 15s);
  EXPECT_EQ(busy->term, "one at a time");
  load.duration = 3s;
  EXPECT_EQ(ideal_bound(Priced(equal(3, 46ms)), load, {.cap = 10})->time, 2046ms);
}

TEST(Bound, IsAbsentWhereItWouldSayNothing) {
  EXPECT_FALSE(bound_of(equal(100, 0ns), {.cap = 10}));
  EXPECT_FALSE(bound_of({}, {.cap = 10}));
  Load load;
  load.duration = 1s;
  EXPECT_FALSE(ideal_bound(Priced(equal(100, 46ms)), load, {.cap = 10}));
  Case null;
  null.workload = "null";
  null.runner = "sync";
  null.load.ops = 5;
  EXPECT_FALSE(ideal_bound(null));
}

TEST(Bound, NeverOverflows) {
  const auto bound = bound_of(equal(1'000'000, 500'000h), {.cap = 1});
  EXPECT_EQ(bound->time, kLongest);
}

TEST(Bound, OfACaseIsThatOfItsRunner) {
  Case one;
  one.workload = "sleep";
  one.workload_options = OptionValues(Registry<WorkloadEntry>::at("sleep").options);
  one.runner = "thread-pool";
  one.runner_options = OptionValues(runner_entry("thread-pool").options);
  one.load.ops = 100;
  one.load.in_flight = 28;
  EXPECT_EQ(ideal_bound(one)->time, 4 * 46ms);
  one.load.in_flight = std::nullopt;
  EXPECT_EQ(ideal_bound(one)->time, 4 * 46ms);  // 32 workers.
  one.runner = "sync";
  EXPECT_EQ(ideal_bound(one)->time, 4600ms);
}

std::vector<Cost> random_costs(std::mt19937_64& random) {
  const auto ops = 1 + random() % 60;
  const auto longest_wait =
      static_cast<std::int64_t>(random() % 3 == 0 ? 0 : random() % 100'000'000);
  const auto longest_cpu = static_cast<std::int64_t>(random() % 3 == 0 ? 0 : random() % 20'000'000);
  const bool same = random() % 4 == 0;
  std::vector<Cost> costs(ops);
  for (auto& cost : costs) {
    cost.wait = Duration(static_cast<std::int64_t>(random() % (longest_wait + 1)));
    cost.cpu = Duration(static_cast<std::int64_t>(random() % (longest_cpu + 1)));
    if (same) cost = costs.front();
  }
  return costs;
}

TEST(Bound, IsNeverBeatenByAnyOfTenThousandSchedules) {
  std::mt19937_64 random(1);
  int tight = 0;
  for (int i = 0; i < 10'000; ++i) {
    auto costs = random_costs(random);
    Concurrency how;
    how.one_loop = random() % 2 == 0;
    how.cap = 1 + random() % (costs.size() + 5);
    how.processors = how.one_loop ? 1 : how.cap;
    if (!how.one_loop) how.blocking = 1 + random() % how.cap;
    const bool held = random() % 4 == 0;
    const auto bound = bound_of(costs, how, held);
    if (!bound) continue;
    auto best = Duration::max();
    const auto try_it = [&] {
      best = std::min(best, simulate(costs, at_once(how, held), how.processors));
    };
    try_it();
    std::ranges::sort(costs, std::greater<>{}, [](const Cost& cost) { return cost.wait; });
    try_it();
    std::ranges::sort(costs, std::greater<>{},
                      [](const Cost& cost) { return cost.wait + cost.cpu; });
    try_it();
    ASSERT_LE(bound->time, best) << "round " << i << ": " << bound->term;
    tight += bound->time == best;
  }
  EXPECT_GT(tight, 1000);  // A bound that nothing ever reaches would pass as well.
}

}  // namespace
}  // namespace asyncmark::bound_test
