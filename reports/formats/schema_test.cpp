// The two JSON Schemas, against documents of all kinds and plans that are read. What the built
// program writes is held against them wherever a test runs it (bench/testing/schema.cpp).
// Needs Debian's python3-jsonschema.

#include "bench/testing/schema.hpp"

#include <gmock/gmock.h>

#include <fstream>
#include <functional>
#include <iterator>

#include "bench/child/protocol.hpp"
#include "bench/plan/plan.hpp"
#include "bench/testing/run_program.hpp"
#include "reports/testing/constructed.hpp"

namespace asyncmark {
namespace {

using testing::add_death;
using testing::construct;
using ::testing::Each;
using ::testing::IsEmpty;
using testing::milliseconds;
using ::testing::Not;
using ::testing::SizeIs;

const std::string kResultSchema = testing::source_file("reports/formats/result.schema.json");
const std::string kPlanSchema = testing::source_file("bench/plan/plan.schema.json");

const std::string kProtocolSchema = testing::source_file("docs/protocol.schema.json");

std::vector<std::vector<std::string>> violations(const std::vector<Json>& documents,
                                                 const std::string& schema) {
  return testing::violations(Json(documents).dump(), schema);
}

Json document(const std::vector<Result>& results) {
  return Json::parse(testing::printed("json", results));
}

Result dead() {
  auto result = construct({.times = {}});
  add_death(result, "killed by SIGSEGV");
  return result;
}

TEST(ResultSchema, IsSatisfiedByWhatTheProgramWrites) {
  auto failing = construct({.ops = 20'000, .times = {milliseconds(50), milliseconds(60)}});
  failing.repetitions[0].measurement.add_failures("reset", 3);
  add_death(failing, "killed by SIGSEGV");
  auto limited = construct({.in_flight = 5});
  limited.what.load.ops = 0;
  limited.what.load.duration = std::chrono::seconds(1);
  limited.bound.reset();
  const auto found = violations(
      {document({failing, construct({.runner = "sync"}), limited}), document({})}, kResultSchema);
  EXPECT_THAT(found, SizeIs(2));
  EXPECT_THAT(found, Each(IsEmpty()));
}

TEST(ResultSchema, IsViolatedByADocumentThatLacksOrMistakesSomething) {
  const auto right = document({construct({}), dead()});
  const std::vector<std::function<void(Json&)>> mistakes{
      [](Json& json) { json.erase("context"); },
      [](Json& json) { json["context"]["schema_version"] = 2; },
      [](Json& json) { json["benchmarks"][0].erase("real_time"); },
      [](Json& json) { json["benchmarks"][0]["ops_per_s"] = nullptr; },
      [](Json& json) { json["benchmarks"][0]["service_p50_ns"] = "46 ms"; },
      [](Json& json) { json["benchmarks"][0].erase("asyncmark"); },
      [](Json& json) { json["benchmarks"][0]["asyncmark"]["case"].erase("workload"); },
      [](Json& json) { json["benchmarks"][0]["asyncmark"]["measurement"]["passes"][0] = 5; },
      [](Json& json) { json["benchmarks"][1].erase("error_message"); },
      [](Json& json) {
        json["checks"] = {{{"code", "no cases or evidence"}}};
      },
  };
  std::vector<Json> wrong;
  for (const auto& make : mistakes) make(wrong.emplace_back(right));
  const auto found = violations(wrong, kResultSchema);
  EXPECT_THAT(found, SizeIs(mistakes.size()));
  EXPECT_THAT(found, Each(Not(IsEmpty())));
}

TEST(PlanSchema, IsSatisfiedByPlansThatAreAccepted) {
  const std::vector<Json> plans{Json::parse(R"({"cases": [{"workload": "sleep"}]})"),
                                Json::parse(R"({"$schema": "plan.schema.json", "cases": [
        {"workload": "sleep", "wait": "46ms", "ops": [100, 500], "runner": ["sync", "event-loop"],
         "in-flight": [28, "unbounded"], "repetitions": 5, "warmup": 0, "seed": 7},
        {"workload": "null", "runner": "all", "in_flight": 4, "ops": "1000", "passes": 3},
        {"workload": "sleep", "blocking": true, "duration": "1.5s", "runner": "sync"},
        {"workload": "sleep", "runner": "sync", "ops": 1e3, "cpus": 0},
        {"workload": "sleep", "runner": "sync", "ops": 5, "cpus": "client=0"},
        {"workload": "sleep", "runner": "sync", "ops": 6, "cpus": [0]},
        {"workload": "sleep", "wait": "7ms", "rate": [100, 200.5], "arrivals": "poisson"}]})")};
  for (const auto& plan : plans) EXPECT_NO_THROW(parse_plan(plan.dump(), "plan")) << plan;
  const auto found = violations(plans, kPlanSchema);
  EXPECT_THAT(found, SizeIs(plans.size()));
  EXPECT_THAT(found, Each(IsEmpty()));
}

TEST(PlanSchema, IsViolatedByPlansThatAreRefused) {
  std::vector<Json> plans;
  for (const char* plan : {R"({})", R"({"cases": []})", R"({"cases": [{"runner": "sync"}]})",
                           R"({"cases": [{"workload": "sleep"}], "other": 1})",
                           R"({"cases": [{"workload": "sleep", "ops": 0}]})",
                           R"({"cases": [{"workload": "sleep", "cpus": "one"}]})",
                           R"({"cases": [{"workload": "sleep", "duration": 5}]})",
                           R"({"cases": [{"workload": "sleep", "wait": {"ms": 46}}]})",
                           R"({"cases": [{"workload": "sleep", "in_flight": []}]})"}) {
    EXPECT_ANY_THROW(parse_plan(plan, "plan")) << plan;
    plans.push_back(Json::parse(plan));
  }
  const auto found = violations(plans, kPlanSchema);
  EXPECT_THAT(found, SizeIs(plans.size()));
  EXPECT_THAT(found, Each(Not(IsEmpty())));
}

/// What stands between "```json" and "```" in a file of ours.
std::vector<Json> examples_in(const std::string& path) {
  std::ifstream file(testing::source_file(path));
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  std::vector<Json> all;
  for (auto at = text.find("```json\n"); at != std::string::npos; at = text.find("```json\n", at))
    all.push_back(Json::parse(text.substr(at + 8, text.find("\n```", at + 8) - at - 8))), at += 8;
  return all;
}

TEST(ProtocolSchema, IsSatisfiedByCasesReportsAndTheExamplesOfItsText) {
  const auto result = construct({.in_flight = 5, .times = {milliseconds(50)}});
  auto documents = examples_in("docs/protocol.md");
  ASSERT_THAT(documents, SizeIs(2));
  documents.push_back(Json::parse(write_case(result.what)));
  documents.push_back(Json::parse(write_report({result.repetitions[0].measurement, ""})));
  documents.push_back(Json::parse(write_report({{}, "refused"})));
  const auto found = violations(documents, kProtocolSchema);
  EXPECT_THAT(found, SizeIs(5));
  EXPECT_THAT(found, Each(IsEmpty()));
  EXPECT_EQ(read_report(documents[1].dump()).operations[0].failed.at("refused").size(), 1u);
}

TEST(ProtocolSchema, IsViolatedByWhatIsRefused) {
  const auto right = examples_in("docs/protocol.md")[1];
  std::vector<Json> wrong{Json::object(), {{"protocol", 1}}, right, right, right, right};
  wrong[2]["protocol"] = 2;
  wrong[3]["measurement"].erase("completed");
  wrong[4]["measurement"]["passes"][0]["operations"]["started_ns"] = {-5};
  wrong[5]["error"] = "as well";
  const auto found = violations(wrong, kProtocolSchema);
  EXPECT_THAT(found, SizeIs(wrong.size()));
  EXPECT_THAT(found, Each(Not(IsEmpty())));
}

TEST(PlanSchema, KnowsEveryRunOption) {
  std::ifstream file(kPlanSchema);
  const auto entry = Json::parse(file)["definitions"]["entry"];
  for (const auto& [name, help] : run_options()) {
    if (name == "in-flight") continue;  // Two spellings, so a pattern.
    EXPECT_TRUE(entry["properties"].contains(name)) << name;
  }
}

}  // namespace
}  // namespace asyncmark
