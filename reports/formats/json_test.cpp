#include <gmock/gmock.h>

#include "reports/testing/constructed.hpp"

namespace asyncmark::json_test {
namespace {

using testing::add_death;
using testing::construct;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::milliseconds;

Json document(const std::vector<Result>& results) {
  return Json::parse(testing::printed("json", results));
}

std::vector<std::string> keys(const Json& object) {
  std::vector<std::string> all;
  for (const auto& [key, value] : object.items()) all.push_back(key);
  return all;
}

Result dead() {
  auto result = construct({.times = {}});
  add_death(result, "killed by SIGSEGV");
  return result;
}

TEST(JsonDocument, HasTheContextFirstWithItsVersions) {
  const auto json = document({construct({})});
  EXPECT_THAT(keys(json), ElementsAre("context", "benchmarks", "checks"));
  EXPECT_EQ(json["context"]["schema_version"], 1);
  EXPECT_EQ(json["context"]["json_schema_version"], 1);
  EXPECT_EQ(json["context"]["cpu_model"], "Some Processor");
  EXPECT_FALSE(json["context"].contains("partial"));
}

TEST(JsonDocument, SaysThatItIsPartialWhileRepetitionsAreToCome) {
  auto result = construct({});
  result.planned_repetitions = 2;
  EXPECT_EQ(document({result})["context"]["partial"], true);
}

TEST(JsonDocument, HasARowARepetitionWithTheKeysOfGoogleBenchmark) {
  auto result = construct({.times = {milliseconds(50)}});
  const auto rows = document({construct({.runner = "sync"}), result})["benchmarks"];
  ASSERT_EQ(rows.size(), 2u);
  const auto& row = rows[1];
  EXPECT_EQ(row["name"], "sleep/event-loop/ops:100");
  EXPECT_EQ(row["run_name"], "sleep/event-loop/ops:100");
  EXPECT_EQ(row["family_index"], 1);
  EXPECT_EQ(row["per_family_instance_index"], 0);
  EXPECT_EQ(row["run_type"], "iteration");
  EXPECT_EQ(row["repetitions"], 1);
  EXPECT_EQ(row["repetition_index"], 0);
  EXPECT_EQ(row["threads"], 1);
  EXPECT_EQ(row["iterations"], 1);
  EXPECT_EQ(row["real_time"], 50.0);
  EXPECT_EQ(row["cpu_time"], 0.5);
  EXPECT_EQ(row["time_unit"], "ms");
  EXPECT_EQ(row["completed"], 100);
  EXPECT_EQ(row["ops_per_s"], 2000);
}

TEST(JsonDocument, GivesTheTimesOfOnePass) {
  auto result = construct({.times = {milliseconds(50)}});
  auto& measured = result.repetitions[0].measurement;
  measured.passes.push_back(measured.passes[0]);
  EXPECT_EQ(document({result})["benchmarks"][0]["real_time"], 50.0);
}

TEST(JsonDocument, HoldsTheCaseTheWayItWasRunAndTheMeasurement) {
  const auto result = construct({.runner = "thread-pool", .in_flight = 28});
  const auto ours = document({result})["benchmarks"][0]["asyncmark"];
  EXPECT_EQ(case_from_json(ours["case"]).name(), result.name());
  EXPECT_EQ(to_json(measurement_from_json(ours["measurement"])),
            to_json(result.repetitions[0].measurement));
  EXPECT_EQ(ours["load"], "closed loop");
  EXPECT_EQ(ours["comparison"], "equal cap");
  EXPECT_EQ(ours["how"]["workers"], 28);
  EXPECT_EQ(ours["how"]["cap"], 28);
  EXPECT_EQ(ours["bound"]["time_ns"], 4 * 46'000'000);
  EXPECT_EQ(ours["bound"]["term"], "waits queue behind the cap");
  EXPECT_FALSE(ours.contains("checks"));
}

TEST(JsonDocument, AggregatesTwoFinishedRepetitionsOrMore) {
  auto result = construct({.times = {milliseconds(50)}});
  add_death(result, "killed by SIGSEGV");
  EXPECT_EQ(document({result})["benchmarks"].size(), 2u);

  const auto rows = document(
      {construct({.times = {milliseconds(40), milliseconds(50), milliseconds(90)}})})["benchmarks"];
  ASSERT_EQ(rows.size(), 3u + 4u);
  EXPECT_EQ(rows[3]["name"], "sleep/event-loop/ops:100_mean");
  EXPECT_EQ(rows[3]["aggregate_unit"], "time");
  EXPECT_EQ(rows[3]["real_time"], 60.0);
  EXPECT_EQ(rows[4]["aggregate_name"], "median");
  EXPECT_EQ(rows[4]["real_time"], 50.0);
  EXPECT_EQ(rows[4]["ops_per_s"], 2000.0);
  EXPECT_EQ(rows[5]["aggregate_name"], "stddev");
  EXPECT_EQ(rows[6]["aggregate_name"], "cv");
  EXPECT_EQ(rows[6]["aggregate_unit"], "percentage");
  EXPECT_THAT(keys(rows[4]),
              ElementsAre("name", "family_index", "per_family_instance_index", "run_name",
                          "run_type", "repetitions", "threads", "aggregate_name", "aggregate_unit",
                          "iterations", "real_time", "cpu_time", "time_unit", "ops_per_s"));
}

TEST(JsonDocument, AggregatesProcessorTimeByItself) {
  const auto rows = document(
      {construct({.times = {milliseconds(40), milliseconds(50), milliseconds(90)}})})["benchmarks"];
  EXPECT_DOUBLE_EQ(rows[3]["cpu_time"], 0.6);
  EXPECT_DOUBLE_EQ(rows[4]["cpu_time"], 0.5);
}

TEST(JsonDocument, HasADeadRepetitionAsAnErrorOfGoogleBenchmarks) {
  const auto row = document({dead()})["benchmarks"][0];
  EXPECT_EQ(row["error_occurred"], true);
  EXPECT_EQ(row["error_message"], "killed by SIGSEGV");
  EXPECT_EQ(row["asyncmark"]["died"], "killed by SIGSEGV");
  EXPECT_FALSE(row["asyncmark"].contains("measurement"));
  EXPECT_FALSE(row.contains("ops_per_s"));
}

/// Every number of the document; NaN and infinity would be null.
void expect_no_null(const Json& json) {
  EXPECT_FALSE(json.is_null());
  if (json.is_structured())
    for (const auto& part : json) expect_no_null(part);
}

TEST(JsonDocument, HasNoNaNWhereNothingTookTime) {
  auto idle = construct({.times = {Duration(0), Duration(0)}});
  for (auto& repetition : idle.repetitions) {
    repetition.measurement.completed = 0;
    repetition.measurement.peak_in_flight = 0;
    repetition.measurement.passes.clear();
  }
  expect_no_null(document({idle, dead()}));
}

TEST(JsonDocument, SurvivesBytesThatAreNoText) {
  auto result = construct({.times = {}});
  add_death(result, "bad \xff byte");
  EXPECT_THAT(document({result})["benchmarks"][0]["error_message"].get<std::string>(),
              HasSubstr("bad "));
}

TEST(JsonDocument, OfNoResultsIsStillADocument) {
  EXPECT_EQ(document({})["benchmarks"], Json::array());
}

}  // namespace
}  // namespace asyncmark::json_test
