#include "reports/tables/overview.hpp"

#include <gmock/gmock.h>

#include "reports/testing/constructed.hpp"

namespace asyncmark::overview_test {
namespace {

using testing::construct;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::milliseconds;

std::optional<Table> overview_of(const std::vector<Result>& results) {
  return make_overview(grouped(results).front(), false, check(testing::some_context(), results));
}

std::vector<std::string> headings(const Table& table) {
  std::vector<std::string> all;
  for (const auto& column : table.columns) all.push_back(column.heading());
  return all;
}

std::vector<Result> sync_and_loop() {
  return {construct({.runner = "sync", .ops = 1000, .times = {milliseconds(46'500)}}),
          construct({.runner = "sync", .ops = 100, .times = {milliseconds(4650)}}),
          construct({.ops = 100, .times = {milliseconds(48)}}),
          construct({.ops = 1000, .times = {milliseconds(93)}})};
}

TEST(Overview, HasARowARunnerAndAColumnALoad) {
  const auto table = *overview_of(sync_and_loop());
  EXPECT_EQ(table.title, "sleep: wait 46ms, default concurrency, 1 run");
  EXPECT_THAT(headings(table),
              ElementsAre("runner", "time at 100", "time at 1000", "vs sync", "bottleneck"));
  EXPECT_THAT(table.rows[0].cells, ElementsAre("event-loop", "48.0 ms", "93.0 ms", "500x", ""));
  EXPECT_THAT(table.rows[1].cells, ElementsAre("sync", "4.65 s", "46.5 s", "1x", "single thread"));
  EXPECT_DOUBLE_EQ(*table.rows[0].bar, 1);
  EXPECT_DOUBLE_EQ(*table.rows[1].bar, 0.002);
  EXPECT_THAT(table.notes, ElementsAre(HasSubstr("the other columns are for 1000")));
}

TEST(Overview, TellsRowsApartByWhatDiffersButTheLoad) {
  const auto at = [](std::uint64_t ops, std::uint64_t in_flight) {
    return construct({.ops = ops, .in_flight = in_flight, .times = {milliseconds(4650)}});
  };
  const auto table = *overview_of({at(100, 5), at(1000, 5), at(100, 7), at(1000, 7)});
  ASSERT_EQ(table.rows.size(), 2u);
  EXPECT_EQ(table.rows[0].cells[0], "event-loop with 5 in flight");
  EXPECT_EQ(table.rows[1].cells[0], "event-loop with 7 in flight");
}

TEST(Overview, ShowsWhatIsMissingOrDied) {
  auto results = sync_and_loop();
  results[3].repetitions.clear();
  testing::add_death(results[3], "killed by SIGSEGV");
  results.erase(results.begin() + 1);
  const auto table = *overview_of(results);
  EXPECT_EQ(table.rows[0].cells[1], "-");
  EXPECT_EQ(table.rows[1].cells[2], "died");
  EXPECT_FALSE(table.rows[1].bar);
}

TEST(Overview, OfRatesTellsTheTailAndWhoKeptUp) {
  std::vector<Result> results;
  for (const std::string runner : {"sync", "event-loop"})
    for (const double rate : {10.0, 100.0}) {
      auto one = construct({.runner = runner, .ops = 1000});
      one.what.load.rate = rate;
      one.what.load.last_due = from_seconds(1000 / rate);
      auto& all = one.repetitions.at(0).measurement;
      const bool late = runner == "sync" && rate > 20;
      all.passes.at(0).elapsed = late ? std::chrono::seconds(46) : from_seconds(1000 / rate);
      all.response_time.clear();
      all.response_time.add(milliseconds(47), 1000);
      results.push_back(std::move(one));
    }
  const auto table = *overview_of(results);
  EXPECT_THAT(headings(table), ElementsAre("runner", "p99 at 10/s", "p99 at 100/s", "bottleneck"));
  EXPECT_THAT(table.rows[0].cells, ElementsAre("event-loop", "47.0 ms", "47.0 ms", "offered rate"));
  EXPECT_THAT(table.rows[1].cells,
              ElementsAre("sync (1)", "47.0 ms", "SATURATED", "single thread"));
  EXPECT_DOUBLE_EQ(*table.rows[0].bar, 1);
  EXPECT_LT(*table.rows[1].bar, 0.5);
}

TEST(Overview, IsAbsentWhereOneLoadOrOneRunnerIsAll) {
  EXPECT_FALSE(overview_of({construct({}), construct({.runner = "sync"})}));
  EXPECT_FALSE(overview_of({construct({.ops = 100}), construct({.ops = 500})}));
  auto passes = construct({.ops = 100});
  passes.what.load.rate = 10;
  EXPECT_FALSE(overview_of({construct({.ops = 500}), passes})) << "of different kinds";
}

}  // namespace
}  // namespace asyncmark::overview_test
