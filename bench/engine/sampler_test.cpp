#include "bench/engine/sampler.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <memory>
#include <set>
#include <utility>
#include <vector>

namespace asyncmark::sampler_test {
namespace {

using namespace std::chrono_literals;

void carry_out(Sampler& sampler, std::uint64_t op) {
  const Clock::time_point began{Duration(static_cast<std::int64_t>(op))};
  sampler.add({op, began}, began + 1ns, began + 2ns, 3, op % 2 == 0);
}

std::set<std::uint64_t> kept(const Sampler& sampler) {
  std::set<std::uint64_t> ops;
  sampler.for_each([&](const Sampled& one) {
    if (Sampler::rank(one.start.op) < sampler.limit()) ops.insert(one.start.op);
  });
  return ops;
}

/// What a client that carries out all of them keeps.
std::set<std::uint64_t> kept_of(std::uint64_t ops, std::uint64_t limit, std::size_t room) {
  const auto sampler = std::make_unique<Sampler>();
  sampler->begin(limit, room, 1);
  for (std::uint64_t op = 0; op < ops; ++op) carry_out(*sampler, op);
  return kept(*sampler);
}

TEST(Sampler, KeepsNothingBeforeItIsBegun) {
  const auto sampler = std::make_unique<Sampler>();
  for (std::uint64_t op = 0; op < 5000; ++op) carry_out(*sampler, op);
  EXPECT_TRUE(kept(*sampler).empty());
}

TEST(Sampler, KeepsAllOfAFewAndWhatBecameOfThem) {
  const auto sampler = std::make_unique<Sampler>();
  sampler->begin(Sampler::limit_for(1000), 2000, 1000);
  for (std::uint64_t op = 0; op < 1000; ++op) carry_out(*sampler, op);
  EXPECT_EQ(kept(*sampler).size(), 1000u);
  std::uint64_t next = 0;
  sampler->for_each([&](const Sampled& one) {
    EXPECT_EQ(one.start.op, next);
    EXPECT_EQ(one.finished - one.began, 1ns);
    EXPECT_EQ(one.began - *one.start.intended, 1ns);
    EXPECT_EQ(one.worker, 3u);
    EXPECT_EQ(one.ok, next % 2 == 0);
    ++next;
  });
  sampler->begin(Sampler::limit_for(1000), 2000, 1000);
  EXPECT_TRUE(kept(*sampler).empty());
}

TEST(Sampler, KeepsOfManyAThousandOrSoFromBeginningToEnd) {
  for (const std::uint64_t ops : {1001u, 1999u, 50'000u, 65'536u, 1'000'000u}) {
    const auto some = kept_of(ops, Sampler::limit_for(ops), 2000);
    EXPECT_NEAR(static_cast<double>(some.size()), 1000, 20) << ops;
    // No stretch of it is passed over.
    std::uint64_t before = 0, longest = 0;
    for (const auto op : some) longest = std::max(longest, op - std::exchange(before, op));
    EXPECT_LE(std::max(longest, ops - before), 4 * (ops / 1000 + 1)) << ops;
  }
}

TEST(Sampler, KeepsStepWithNoPeriod) {
  const auto some = kept_of(100'000, Sampler::limit_for(100'000), 2000);
  for (const std::uint64_t period : {2, 3, 10, 28, 64, 100, 128}) {
    std::vector<std::size_t> times(period);
    for (const auto op : some) ++times[op % period];
    const auto mean = some.size() / period;
    EXPECT_GE(std::ranges::min(times), mean / 2) << period;
    EXPECT_LE(std::ranges::max(times), 2 * mean + 1) << period;
  }
}

TEST(Sampler, LowersItsLimitWhereItHasNoRoom) {
  const auto kAll = std::numeric_limits<std::uint64_t>::max();
  for (const std::uint64_t ops : {99u, 100u, 101u, 5000u, 300'000u}) {
    const auto sampler = std::make_unique<Sampler>();
    sampler->begin(kAll, 100, 100);
    for (std::uint64_t op = 0; op < ops; ++op) carry_out(*sampler, op);
    const auto some = kept(*sampler);
    EXPECT_LE(some.size(), 100u);
    EXPECT_GE(some.size(), std::min<std::uint64_t>(ops, 40));
    // Those alone, and all of them, as if the limit had been so low from the beginning.
    std::set<std::uint64_t> right;
    for (std::uint64_t op = 0; op < ops; ++op)
      if (Sampler::rank(op) < sampler->limit()) right.insert(op);
    EXPECT_EQ(some, right) << ops;
  }
}

}  // namespace
}  // namespace asyncmark::sampler_test
