#include "bench/results/foreign_rows.hpp"

#include <gmock/gmock.h>

#include "bench/base/errors.hpp"

namespace asyncmark::foreign_rows_test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::SizeIs;
using ::testing::ThrowsMessage;

std::vector<ForeignCase> cases_of(const std::vector<Json>& rows) {
  ForeignRows all;
  for (const auto& row : rows) all.take(row, "another program wrote it");
  return all.cases([](const auto&) { return false; });
}

std::vector<std::string> names_of(const std::vector<Json>& rows) {
  std::vector<std::string> names;
  for (const auto& one : cases_of(rows)) names.push_back(one.name);
  return names;
}

Json row(const std::string& name, double time = 20, const Json& more = Json::object()) {
  Json json{{"name", name}, {"iterations", 1000u}, {"real_time", time}, {"cpu_time", time}};
  json.update(more);
  return json;
}

TEST(ForeignRows, LeaveOutCountersThatAreNoFiniteNumber) {
  const auto cases = cases_of({row("a", 20, {{"misses", nullptr}, {"hits", 7}})});
  ASSERT_THAT(cases, SizeIs(1));
  EXPECT_THAT(cases[0].runs.at(0).counters, ElementsAre(Pair("hits", 7)));
  EXPECT_EQ(cases[0].missing(), "");
}

TEST(ForeignRows, WithoutATimeAreNoRuns) {
  for (const auto& [more, why] :
       {std::pair{Json{{"real_time", nullptr}}, "its real_time is not a finite number"},
        {Json{{"cpu_time", nullptr}}, "its cpu_time is not a finite number"},
        {Json{{"iterations", 0}, {"real_time", 0.0}}, "it carried out no iterations"},
        {Json{{"error_occurred", true}, {"error_message", "no luck"}}, "no luck"},
        {Json{{"skipped", true}, {"skip_message", "no such device"}, {"real_time", 0.0}},
         "skipped: no such device"},
        {Json{{"skipped", true}}, "skipped: without a reason"}}) {
    const auto cases = cases_of({row("a", 20, more)});
    ASSERT_THAT(cases, SizeIs(1)) << more;
    EXPECT_THAT(cases[0].runs, IsEmpty()) << more;
    EXPECT_EQ(cases[0].missing(), why);
  }
}

TEST(ForeignRows, ThatWereSkippedOrFailedAreToldBesideThoseThatRan) {
  const auto cases = cases_of({row("a"), row("a", 0, {{"skipped", true}, {"skip_message", "busy"}}),
                               row("b"), row("b", 0, {{"error_occurred", true}}), row("c")});
  ASSERT_THAT(cases, SizeIs(3));
  EXPECT_THAT(cases[0].runs, SizeIs(1));
  EXPECT_EQ(cases[0].missing(), "skipped: busy");
  EXPECT_EQ(cases[1].missing(), "failed");
  EXPECT_EQ(cases[2].missing(), "");
}

TEST(ForeignRows, OfComplexityArePassedOver) {
  const Json old{{"name", "a_BigO"}, {"cpu_coefficient", 1.5}, {"big_o", "N"}, {"time_unit", "ns"}};
  const Json later{{"name", "a_RMS"},
                   {"run_name", "a"},
                   {"run_type", "aggregate"},
                   {"aggregate_name", "RMS"},
                   {"rms", 0.02}};
  EXPECT_THAT(
      names_of({row("a/16"), row("a/64"), old, Json{{"name", "a_RMS"}, {"rms", 0.02}}, later}),
      ElementsAre("a/16", "a/64"));
  EXPECT_THAT(names_of({row("a", 20, {{"rms", 5}})}), ElementsAre("a")) << "a counter";
}

TEST(ForeignRows, OfAggregatesWithoutATypeAreNoCases) {
  EXPECT_THAT(names_of({row("a"), row("a", 22), row("a_mean", 21), row("a_median", 21),
                        row("a_stddev", 1), row("a_cv", 0.05), row("b_mean")}),
              ElementsAre("a", "b_mean"));
  EXPECT_THAT(names_of({row("a"), row("a_mean")}), ElementsAre("a", "a_mean"))
      << "of one run there are no aggregates";
  EXPECT_THAT(names_of({row("a", 1, {{"run_type", "iteration"}}), row("a", 1),
                        row("a_mean", 1, {{"run_type", "iteration"}})}),
              ElementsAre("a", "a_mean"));
}

TEST(ForeignRows, OfAggregatesAloneGiveTheMedian) {
  const auto old = cases_of({row("a_mean", 30), row("a_median", 20), row("a_stddev", 9)});
  ASSERT_THAT(old, SizeIs(1));
  EXPECT_EQ(old[0].name, "a");
  EXPECT_THAT(old[0].real_ns(), ElementsAre(20));
  EXPECT_EQ(old[0].why, "only its median was kept");
  const auto aggregate = [](const char* name, double time) {
    return row(std::string("a_") + name, time,
               {{"run_name", "a"}, {"run_type", "aggregate"}, {"aggregate_name", name}});
  };
  const auto now = cases_of({aggregate("mean", 30), aggregate("median", 20), aggregate("cv", 0.1)});
  ASSERT_THAT(now, SizeIs(1));
  EXPECT_THAT(now[0].real_ns(), ElementsAre(20));
}

TEST(ForeignRows, ThatAreNoneAreRefused) {
  EXPECT_THAT(
      [] {
        cases_of({Json{{"name", "a"}}});
      },
      ThrowsMessage<UsageError>(HasSubstr("\"real_time\" is missing")));
  EXPECT_THAT(
      [] {
        cases_of({row("a", 1, {{"skipped", "yes"}})});
      },
      ThrowsMessage<UsageError>(HasSubstr("\"skipped\"")));
}

}  // namespace
}  // namespace asyncmark::foreign_rows_test
