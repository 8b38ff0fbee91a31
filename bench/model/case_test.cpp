#include "bench/model/case.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "bench/base/errors.hpp"
#include "bench/model/arrivals.hpp"
#include "bench/model/runner_entry.hpp"
#include "bench/model/workload_entry.hpp"

namespace asyncmark::case_test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

Case example(const std::string& runner = "event-loop") {
  Case one;
  one.workload = "sleep";
  one.workload_options = OptionValues(Registry<WorkloadEntry>::at("sleep").options);
  one.runner = runner;
  one.runner_options = OptionValues(runner_entry(runner).options);
  one.load.ops = 1000;
  return one;
}

Case changed() {
  auto one = example("process-pool");
  one.workload_options.set("stall", "200ms@500");
  one.workload_options.set("blocking", "true");
  one.workload_options.set("cpu", "1.66ms");
  one.workload_options.set("wait", "44.3ms");
  one.runner_options.set("workers", "4");
  one.load.in_flight = 28;
  one.load.warmup = 0;
  one.load.passes = 2;
  one.seed = 7;
  return one;
}

std::string refusal(const Json& json) {
  try {
    case_from_json(json);
    return "";
  } catch (const UsageError& error) {
    return error.what();
  }
}

/// The document of `changed()`, with one value replaced.
std::string refusal_with(const std::string& path, const Json& value) {
  auto json = to_json(changed());
  json[Json::json_pointer(path)] = value;
  return refusal(json);
}

TEST(Case, IsNamedByWhatIsNotAtItsDefaultAndAlwaysByItsOperations) {
  EXPECT_EQ(example().name(), "sleep/event-loop/ops:1000");
  EXPECT_EQ(changed().name(),
            "sleep/process-pool/ops:1000/in_flight:28/warmup:0/passes:2/seed:7/workers:4"
            "/wait:44.3ms/cpu:1.66ms/stall:200ms@500/blocking:true");
}

TEST(Case, IsNamedByItsDurationWhereItHasNoNumberOfOperations) {
  auto one = example();
  one.load.ops = 0;
  one.load.duration = std::chrono::seconds(90);
  one.load.in_flight = kUnbounded;
  EXPECT_EQ(one.name(), "sleep/event-loop/duration:90s/in_flight:unbounded");
}

TEST(Case, IsNamedByWhereItRuns) {
  auto one = example();
  one.cpus.client = {0, 2, 3};
  EXPECT_EQ(one.name(), "sleep/event-loop/ops:1000/cpus:0,2-3");
  EXPECT_EQ(to_json(one).at("cpus"), "0,2-3");
  EXPECT_FALSE(to_json(one).contains("service_cpus"));
  one.cpus.service = {1};
  EXPECT_EQ(one.name(), "sleep/event-loop/ops:1000/cpus:client=0,2-3,service=1");
  EXPECT_EQ(to_json(one).at("service_cpus"), "1");
  EXPECT_FALSE(to_json(example()).contains("cpus"));
}

TEST(Case, CountsTheProcessorsThatItIsGiven) {
  auto one = example();
  one.runner = "thread-pool";
  one.runner_options = OptionValues(runner_entry(one.runner).options);
  one.cpus.client = {0};
  EXPECT_EQ(one.concurrency().processors, 1u);
  EXPECT_EQ(one.concurrency().workers, 32u);
  one.cpus.client.clear();
  EXPECT_EQ(one.concurrency().processors, std::min<std::size_t>(32, own_cpus().size()));
  one.runner = "multi-loop";
  one.runner_options = OptionValues(runner_entry(one.runner).options);
  one.cpus.client = {own_cpus().back()};
  EXPECT_EQ(one.concurrency().workers, 1u) << "that is all it will have";
}

TEST(Case, ItsConcurrencySurvivesJson) {
  for (const Concurrency& how :
       {Concurrency{}, Concurrency{2, 28, 3, false, 2}, Concurrency{.cap = 100, .one_loop = true}})
    EXPECT_EQ(concurrency_from_json(to_json(how)), how);
  EXPECT_EQ(concurrency_from_json(Json::object()), Concurrency{});
  for (const auto& wrong : {Json{{"cap", 0}}, Json{{"workers", -1}}, Json{{"processors", "2"}},
                            Json{{"one_loop", 1}}, Json::array({1})})
    EXPECT_THROW(concurrency_from_json(wrong), std::exception) << wrong;
}

TEST(Case, IsNamedByItsRateAndItsArrivals) {
  auto one = example();
  one.load.rate = 2500.5;
  EXPECT_EQ(one.name(), "sleep/event-loop/ops:1000/rate:2500.5");
  one.load.arrivals = Arrivals::poisson;
  EXPECT_EQ(one.name(), "sleep/event-loop/ops:1000/rate:2500.5/arrivals:poisson");
}

TEST(Case, SurvivesJson) {
  auto timed = example();
  timed.load.ops = 0;
  timed.load.duration = std::chrono::milliseconds(1500);
  timed.load.in_flight = kUnbounded;
  timed.load.rate = 0.1;
  timed.load.arrivals = Arrivals::poisson;
  timed.cpus = {{1, 3}, {0, 2}};
  timed.seed = 18'446'744'073'709'551'615u;
  for (const auto& before : {example(), changed(), timed}) {
    const auto text = to_json(before).dump();
    const auto after = case_from_json(Json::parse(text));
    EXPECT_EQ(after.name(), before.name());
    EXPECT_EQ(to_json(after).dump(), text);
  }
}

TEST(Case, SaysItsUnitsInItsKeys) {
  const auto json = to_json(changed());
  EXPECT_EQ(json.at("name"), changed().name());
  EXPECT_EQ(json.at("workload").at("options").at("wait_ns"), 44'300'000);
  EXPECT_EQ(json.at("runner").at("options").at("workers"), 4);
  EXPECT_EQ(json.at("load").at("in_flight"), 28);
  EXPECT_EQ(json.at("load").at("warmup"), 0);
  EXPECT_FALSE(json.at("load").contains("duration_ns"));
  EXPECT_FALSE(json.at("load").contains("rate_per_s"));
}

TEST(Case, TakesDefaultsForMissingKeysAndPassesOverUnknownOnes) {
  const auto one = case_from_json(Json::parse(
      R"({"workload": {"name": "sleep", "colour": 1}, "runner": {"name": "sync"},
          "load": {"ops": 5, "shape": "sine"}, "from_the_future": null})"));
  EXPECT_EQ(one.name(), "sleep/sync/ops:5");
  EXPECT_EQ(one.load.passes, 1u);
  EXPECT_EQ(one.seed, 1u);
  EXPECT_FALSE(one.load.in_flight);
  EXPECT_FALSE(one.load.warmup);
  EXPECT_FALSE(one.load.duration);
}

TEST(Case, RefusesEveryFieldOfTheWrongType) {
  for (const std::string path :
       {"/workload", "/workload/name", "/workload/options", "/workload/options/wait_ns", "/runner",
        "/runner/name", "/runner/options/workers", "/load", "/load/ops", "/load/duration_ns",
        "/load/in_flight", "/load/rate_per_s", "/load/arrivals", "/load/warmup", "/load/passes",
        "/seed", "/cpus", "/service_cpus"})
    for (const auto& wrong : {Json(nullptr), Json(true), Json::array({1}), Json(-1), Json(-1.5)})
      EXPECT_THAT(refusal_with(path, wrong), HasSubstr(path.substr(path.rfind('/') + 1)))
          << path << ": " << wrong.dump();
}

TEST(Case, RefusesNumbersThatFitNothing) {
  for (const std::string path : {"/load/ops", "/load/in_flight", "/load/passes", "/seed"})
    for (const auto& wrong : {Json(1.5), Json(1e30), Json("5")})
      EXPECT_THAT(refusal_with(path, wrong), HasSubstr(path.substr(path.rfind('/') + 1)))
          << path << ": " << wrong.dump();
  EXPECT_THAT(refusal_with("/load/ops", 0), HasSubstr("load.ops"));
  EXPECT_THAT(refusal_with("/load/in_flight", 0), HasSubstr("load.in_flight"));
  EXPECT_THAT(refusal_with("/load/passes", 0), HasSubstr("load.passes"));
  EXPECT_THAT(refusal_with("/runner/options/workers", 0), HasSubstr("workers"));
}

TEST(Case, RefusesADurationThatIsNoneOrNeverEnds) {
  for (const auto& wrong :
       {Json(0), Json(18'446'744'073'709'551'615u), Json(2'305'843'009'213'693'953)}) {
    auto json = to_json(example());
    json["load"] = {{"duration_ns", wrong}};
    EXPECT_THAT(refusal(json), HasSubstr("duration_ns")) << wrong.dump();
  }
}

TEST(Case, RefusesWhatThisBuildDoesNotKnowAndSaysWhatThereIs) {
  EXPECT_THAT(refusal_with("/workload/name", "slep"),
              AllOf(HasSubstr("'slep'"), HasSubstr("sleep")));
  EXPECT_THAT(refusal_with("/runner/name", "fibers"),
              AllOf(HasSubstr("'fibers'"), HasSubstr("sync")));
  EXPECT_THAT(refusal_with("/load/arrivals", "bursty"), HasSubstr("arrivals"));
  EXPECT_THAT(refusal_with("/workload/options/distribution", "zipf"), HasSubstr("distribution"));
}

TEST(Case, RefusesWhatIsNoCase) {
  for (const auto* text : {"null", "[]", "5", "{}", R"({"workload": {"name": "sleep"}})",
                           R"({"workload": {"name": "sleep"}, "runner": {"name": "sync"}})",
                           R"({"workload": {"name": ""}, "runner": {"name": "sync"}})"})
    EXPECT_THAT(refusal(Json::parse(text)), HasSubstr("case: ")) << text;
}

TEST(Case, DrawsAnewInEachRepetitionAndTheSameForEveryRunner) {
  auto one = example();
  one.load.rate = 100;
  one.load.arrivals = Arrivals::poisson;
  one.load.due = std::make_shared<const std::vector<std::int64_t>>(make_arrivals(one.load, 1));
  auto other = one;
  other.runner = "sync";
  const auto first = one.of_repetition(0), second = one.of_repetition(1),
             third = one.of_repetition(2);
  EXPECT_EQ(first.seed, one.seed);
  EXPECT_EQ(*first.load.due, *one.load.due);
  EXPECT_NE(*second.load.due, *first.load.due);
  EXPECT_NE(*third.load.due, *second.load.due);
  EXPECT_NE(second.seed, third.seed);
  EXPECT_EQ(*other.of_repetition(1).load.due, *second.load.due);
  EXPECT_EQ(other.of_repetition(1).seed, second.seed);
  one.seed = 2;
  EXPECT_NE(one.of_repetition(1).seed, second.seed);
  EXPECT_LE(second.seed, std::uint64_t{std::numeric_limits<std::int64_t>::max()});
}

TEST(Case, HasTheSameArrivalsInEachRepetitionWhereTheyAreFixed) {
  auto one = example();
  one.load.rate = 100;
  one.load.due = std::make_shared<const std::vector<std::int64_t>>(make_arrivals(one.load, 1));
  EXPECT_EQ(*one.of_repetition(1).load.due, *one.load.due);
  EXPECT_NE(one.of_repetition(1).seed, one.seed) << "waits may be drawn";
}

}  // namespace
}  // namespace asyncmark::case_test
