// The JSON Schemas, against the declarations of fields, documents of all kinds and plans that are
// read. What the built program writes is held against them wherever a test runs it
// (bench/testing/schema.cpp). Needs Debian's python3-jsonschema.

#include "bench/testing/schema.hpp"

#include <gmock/gmock.h>

#include <cstdlib>
#include <fstream>
#include <functional>
#include <iterator>

#include "bench/child/protocol.hpp"
#include "bench/measure/measurement_fields.hpp"
#include "bench/model/case_fields.hpp"
#include "bench/plan/plan.hpp"
#include "bench/results/finding_fields.hpp"
#include "bench/testing/run_program.hpp"
#include "reports/testing/constructed.hpp"

namespace asyncmark::schema_test {
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

std::string contents(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// Objects and lists on a line of their own where they fit into 100 columns. The first line begins
/// at column `begin`.
std::string pretty(const Json& json, std::size_t indent = 0, std::size_t begin = 0) {
  std::string line;
  const std::string open = json.is_object() ? "{ " : "[", close = json.is_object() ? " }" : "]";
  if (!json.is_structured() || json.empty()) return json.dump();
  std::string lines;
  for (const auto& [key, value] : json.items()) {
    const auto name = json.is_object() ? Json(key).dump() + ": " : "";
    line += (line.empty() ? open : ", ") + name + pretty(value);
    lines += (lines.empty() ? "\n" : ",\n") + std::string(indent + 2, ' ') + name +
             pretty(value, indent + 2, indent + 2 + name.size());
  }
  line += close;
  const bool fits = line.find('\n') == line.npos && begin + line.size() < 100;
  return fits ? line : open.substr(0, 1) + lines + "\n" + std::string(indent, ' ') + close.back();
}

using Definitions = std::vector<std::pair<std::string, Json>>;

/// Expects that the schema in the file has these definitions, or writes them into it.
void expect_definitions(const std::string& path, const Definitions& definitions) {
  const auto found = contents(path);
  auto schema = Json::parse(found);
  for (const auto& [name, definition] : definitions) schema["definitions"][name] = definition;
  const auto expected = pretty(schema) + "\n";
  if (std::getenv("ASYNCMARK_WRITE_SCHEMAS"))
    std::ofstream(path) << expected;
  else
    EXPECT_TRUE(found == expected)
        << path << " is not as the fields are declared; write it anew with\n"
        << "  ASYNCMARK_WRITE_SCHEMAS=1 build/release/asyncmark_tests "
           "--gtest_filter='*Schema.HasTheFieldsThatAreDeclared'";
}

Json described(const char* about, const Json& schema) {
  Json json{{"description", about}};
  json.update(schema);
  return json;
}

TEST(ResultSchema, HasTheFieldsThatAreDeclared) {
  expect_definitions(
      kResultSchema,
      {{"finding", schema_of<Finding>(Presence::written)},
       {"how", described("How the runner carried out the load.",
                         schema_of<Concurrency>(Presence::written))},
       {"bound", described("The least time in which anything could have carried out a pass; absent "
                           "where the cost of an operation is unknown.",
                           schema_of<Bound>(Presence::written))},
       {"case", described("The document that a child carries out.",
                          schema_of<CaseDocument>(Presence::written))},
       {"measurement",
        described("What one child measured.", schema_of<Measurement>(Presence::written))},
       {"histogram", described("Of successes only; empty where there is no such time.",
                               schema_of<HistogramDocument>(Presence::written))}});
}

TEST(ProtocolSchema, HasTheFieldsThatAreDeclared) {
  auto how = schema_of<Concurrency>(Presence::required);
  how.erase("required");  // What a report leaves out is as the case has it.
  auto test_case = schema_of<CaseDocument>(Presence::written);
  test_case["required"] = {"protocol", "workload", "runner", "load", "how", "seed"};
  test_case["properties"]["protocol"] = {{"const", kProtocol}};
  test_case["properties"]["how"] = schema_of<Concurrency>(Presence::required);
  test_case["properties"]["load"]["properties"]["warmup_in_flight"] = {
      {"description", "No more operations of the warm-up at once than that."},
      {"type", "integer"},
      {"minimum", 0}};
  auto measurement = schema_of<Measurement>(Presence::required);
  measurement["properties"]["passes"]["items"] = {{"$ref", "#/definitions/pass"}};
  expect_definitions(kProtocolSchema,
                     {{"how", how},
                      {"case", test_case},
                      {"measurement", measurement},
                      {"histogram", schema_of<HistogramDocument>(Presence::required)}});
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
  for (const auto& option : run_options()) {
    if (option.name == "in-flight") continue;  // Two spellings, so a pattern.
    EXPECT_TRUE(entry["properties"].contains(option.name)) << option.name;
  }
}

}  // namespace
}  // namespace asyncmark::schema_test
