#include "reports/analysis/rates.hpp"

#include <gmock/gmock.h>

#include "bench/model/arrivals.hpp"
#include "reports/testing/constructed.hpp"

namespace asyncmark::rates_test {
namespace {

using testing::construct;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::milliseconds;
using ::testing::Not;
using testing::printed;
using testing::some_context;

/// Ten seconds' operations at this rate, most of which answered in `usual`, and 2 of 100 in `slow`.
Result open_loop(const std::string& runner, double rate, Duration usual, Duration slow,
                 std::uint64_t never_started = 0) {
  const auto ops = static_cast<std::uint64_t>(10 * rate);
  auto result = construct({.runner = runner, .ops = ops, .times = {std::chrono::seconds(10)}});
  auto& load = result.what.load;
  load.ops = 0;
  load.duration = std::chrono::seconds(10);
  load.rate = rate;
  load.due = std::make_shared<const std::vector<std::int64_t>>(make_arrivals(load, 1));
  auto& measured = result.repetitions[0].measurement;
  measured.completed = ops - never_started;
  measured.never_started = never_started;
  measured.response_time.clear();
  measured.response_time.add(usual, measured.completed - measured.completed / 50);
  measured.response_time.add(slow, measured.completed / 50);
  return result;
}

std::vector<Result> two_runners() {
  return {open_loop("sync", 100, milliseconds(10), milliseconds(20)),
          open_loop("sync", 1000, milliseconds(400), milliseconds(900), 5000),
          open_loop("event-loop", 100, milliseconds(10), milliseconds(11)),
          open_loop("event-loop", 1000, milliseconds(10), milliseconds(60))};
}

Context with_slo(const char* slo) {
  auto context = some_context();
  context.facts["slo"] = slo;
  return context;
}

std::vector<std::string> headings(const Table& table) {
  std::vector<std::string> all;
  for (const auto& column : table.columns) all.push_back(column.heading());
  return all;
}

TEST(Rates, StandAgainstTheRunnersInOneTable) {
  const auto results = two_runners();
  const auto table = make_rates_table(some_context(), grouped(results).front());
  ASSERT_TRUE(table);
  EXPECT_THAT(headings(*table), ElementsAre("runner", "100/s", "1000/s"));
  ASSERT_EQ(table->rows.size(), 2u);
  EXPECT_THAT(table->rows[0].cells, ElementsAre("sync", "9.99 ms / 20.0 ms", "SATURATED"));
  EXPECT_THAT(table->rows[1].cells,
              ElementsAre("event-loop", "9.99 ms / 11.0 ms", "9.99 ms / 59.9 ms"));
}

TEST(Rates, NameTheHighestWithinTheObjective) {
  const auto results = two_runners();
  const auto highest = [&](const char* slo) {
    const auto table = make_rates_table(with_slo(slo), grouped(results).front());
    EXPECT_EQ(table->columns.back().heading(), std::string("highest within ") + slo);
    return table->rows[0].cells.back() + ", " + table->rows[1].cells.back();
  };
  EXPECT_EQ(highest("p99=50ms"), "100/s, 100/s");
  EXPECT_EQ(highest("p99=70ms"), "100/s, 1000/s");
  EXPECT_EQ(highest("p50=70ms"), "100/s, 1000/s");
  EXPECT_EQ(highest("p99=5ms"), "none, none");
}

TEST(Rates, OfFewOperationsAreJudgedByTheirMaximumOrNotAtAll) {
  const std::vector<Result> few{open_loop("sync", 5, milliseconds(10), milliseconds(20)),
                                open_loop("sync", 6, milliseconds(10), milliseconds(20))};
  const auto judged = [&](const char* slo) {
    return make_rates_table(with_slo(slo), grouped(few).front())->rows[0].cells.back();
  };
  EXPECT_EQ(judged("p90=25ms"), "6/s");
  EXPECT_EQ(judged("p99=25ms"), "n/a") << "fewer than 300 prove nothing of the hundredth";
  EXPECT_EQ(judged("p99=15ms"), "n/a");
  EXPECT_THAT(
      read_rates(with_slo("p99=15ms"), grouped(few).front()).front(),
      HasSubstr("Too few operations to tell whether sync meets p99=15ms: use --duration 200s"));
}

TEST(Rates, ThatFailTheObjectiveAreNamedWhereLowerOnesAreUnknown) {
  const std::vector<Result> both{open_loop("sync", 5, milliseconds(10), milliseconds(20)),
                                 open_loop("sync", 100, milliseconds(10), milliseconds(20))};
  EXPECT_THAT(read_rates(with_slo("p99=15ms"), grouped(both).front()).front(),
              HasSubstr("whether sync (which misses it at 100/s) meets p99=15ms"));
}

TEST(Rates, AreNoTableWhereThereIsOne) {
  const std::vector<Result> one{open_loop("sync", 100, milliseconds(10), milliseconds(20)),
                                construct({})};
  EXPECT_FALSE(make_rates_table(some_context(), grouped(one).front()));
}

TEST(Rates, AreSummarizedInSentences) {
  const auto results = two_runners();
  EXPECT_THAT(
      read_rates(with_slo("p99=50ms"), grouped(results).front()),
      ElementsAre(
          "p99=50ms is met by sync and event-loop up to 100/s.",
          "Without that limit, event-loop sustained every rate; sync sustained up to 100/s."));
}

TEST(Rates, NameTheSoonestOnlyWhereChanceDoesNotDecide) {
  const auto soonest = [](Duration a, Duration b, int repetitions) {
    std::vector<Result> both{open_loop("sync", 100, milliseconds(1), a),
                             open_loop("event-loop", 100, milliseconds(1), b)};
    for (auto& one : both)
      for (int i = 1; i < repetitions; ++i) one.repetitions.push_back(one.repetitions.front());
    return read_rates(some_context(), grouped(both).front()).back();
  };
  EXPECT_THAT(soonest(milliseconds(20), milliseconds(10), 3),
              HasSubstr("At 100/s, event-loop has the lowest response p99: 9.99 ms."));
  EXPECT_THAT(soonest(milliseconds(10), milliseconds(10), 3), Not(HasSubstr("lowest")));
  EXPECT_THAT(soonest(milliseconds(20), milliseconds(10), 1), Not(HasSubstr("lowest")))
      << "one repetition does not tell how far chance goes";
}

TEST(Rates, OfWhatFailedAreNotWithinAnyObjective) {
  auto failed = open_loop("sync", 100, milliseconds(1), milliseconds(2));
  auto& measured = failed.repetitions[0].measurement;
  const auto all = measured.completed;
  measured.completed = 0;
  measured.response_time.clear();
  measured.service_time.clear();
  measured.add_failures("refused", all);
  const std::vector<Result> one{failed};
  EXPECT_THAT(read_rates(with_slo("p99=50ms"), grouped(one).front()),
              ElementsAre(HasSubstr("p99=50ms is missed at every tested rate: "),
                          "No runner sustained 100/s; sync achieved 0 % of 100/s."));
}

TEST(Rates, OfACaseThatCrashedAreInNoSentence) {
  auto crashed = open_loop("sync", 100, milliseconds(1), milliseconds(2));
  crashed.repetitions = {{{}, "killed by SIGSEGV"}};
  const std::vector<Result> one{crashed};
  EXPECT_THAT(read_rates(with_slo("p99=50ms"), grouped(one).front()), IsEmpty());
}

TEST(Rates, ThatNoRunnerSustainsAreNamed) {
  const std::vector<Result> all{open_loop("sync", 100, milliseconds(10), milliseconds(20), 500)};
  EXPECT_THAT(read_rates(some_context(), grouped(all).front()),
              ElementsAre("No runner sustained 100/s; sync achieved 50 % of 100/s."));
}

TEST(Rates, HaveColumnsOfTheirOwnInTheTable) {
  for (const auto* format : {"table", "markdown"}) {
    const auto text = printed(format, two_runners());
    EXPECT_THAT(text, HasSubstr("saturated: the offered rate was not achieved"));
    EXPECT_THAT(text, HasSubstr("offered"));
    EXPECT_THAT(text, Not(HasSubstr("vs sync")));
  }
}

}  // namespace
}  // namespace asyncmark::rates_test
