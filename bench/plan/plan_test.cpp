#include "bench/plan/plan.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bench/base/errors.hpp"

namespace asyncmark::plan_test {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

std::vector<std::string> names(const std::vector<Result>& cases) {
  std::vector<std::string> all;
  for (const auto& one : cases) all.push_back(one.name());
  return all;
}

std::vector<Result> plan(const std::string& text) { return expand(parse_plan(text, "p.json")); }

std::string refused_plan(const std::string& text) {
  try {
    plan(text);
    return "";
  } catch (const UsageError& error) {
    return error.what();
  }
}

using Options = std::vector<std::pair<std::string, std::string>>;

Request request(const Options& options, const std::string& workload = "sleep") {
  Request made(workload);
  for (const auto& [name, text] : options) made.set(name, text);
  return made;
}

std::string refusal(const Options& options) {
  try {
    expand({request(options)});
    return "";
  } catch (const UsageError& error) {
    return error.what();
  }
}

TEST(Request, MakesEveryRunnerAtThreeSizesByDefault) {
  const auto cases = Request("sleep").cases();
  EXPECT_EQ(cases.size(), Request("sleep").set("runner", "all").cases().size());
  EXPECT_EQ(cases.size() % 3, 0u);
  EXPECT_GE(cases.size(), 5u * 3);
  EXPECT_EQ(cases[0].planned_repetitions, 3u);
}

TEST(Request, MakesTheMatrixInTheOrderGiven) {
  const auto made =
      request({{"runner", "thread-pool,sync"}, {"ops", "20,10"}, {"in-flight", "4,2"}});
  EXPECT_THAT(
      names(made.cases()),
      ElementsAre("sleep/thread-pool/ops:20/in_flight:4", "sleep/thread-pool/ops:20/in_flight:2",
                  "sleep/thread-pool/ops:10/in_flight:4", "sleep/thread-pool/ops:10/in_flight:2",
                  "sleep/sync/ops:20", "sleep/sync/ops:10"));
}

TEST(Request, LetsEachRunnerIgnoreWhatOnlyAnotherKnows) {
  const auto made = request({{"runner", "sync,thread-pool"}, {"ops", "5"}, {"workers", "3"}});
  EXPECT_THAT(names(made.cases()),
              ElementsAre("sleep/sync/ops:5", "sleep/thread-pool/ops:5/workers:3"));
}

TEST(Request, RefusesAnOptionThatNoChosenRunnerKnows) {
  EXPECT_THAT(refusal({{"runner", "sync,event-loop"}, {"workers", "3"}}), HasSubstr("--workers"));
}

TEST(Request, ResolvesConcurrencyAndBound) {
  const auto made = request(
      {{"runner", "event-loop"}, {"ops", "100"}, {"in-flight", "28"}, {"repetitions", "7"}});
  const auto cases = expand({made});
  ASSERT_EQ(cases.size(), 1u);
  EXPECT_EQ(cases[0].how.cap, 28u);
  EXPECT_EQ(cases[0].planned_repetitions, 7u);
  ASSERT_TRUE(cases[0].bound);
  EXPECT_EQ(cases[0].bound->time, std::chrono::milliseconds(4 * 46));
}

TEST(Request, MakesArrivalsForEachRate) {
  const auto cases =
      request({{"runner", "sync"}, {"duration", "2s"}, {"rate", "10,1000"}, {"arrivals", "fixed"}})
          .cases();
  ASSERT_EQ(cases.size(), 2u);
  EXPECT_EQ(cases[0].what.load.due->size(), 20u);
  EXPECT_EQ(cases[1].what.load.due->size(), 2000u);
}

TEST(Request, RefusesWhatDoesNotExistAndSaysWhatDoes) {
  EXPECT_THROW(Request("slep"), UsageError);
  EXPECT_THAT(refusal({{"runner", "fibers"}}),
              AllOf(HasSubstr("'fibers'"), HasSubstr("thread-pool")));
  EXPECT_THAT(refusal({{"color", "red"}}), HasSubstr("--color"));
  EXPECT_THAT(refusal({{"", "red"}}), HasSubstr("--"));
  EXPECT_THAT(refusal({{"arrivals", "bursty"}}),
              AllOf(HasSubstr("--arrivals"), HasSubstr("poisson")));
}

TEST(Request, RefusesValuesOutOfRangeAndNamesTheFlag) {
  const std::pair<std::string, std::vector<std::string>> wrong[] = {
      {"ops",
       {"0", "1000000001", "9223372036854775807", "-5", "", "1.5", "1e3", "ten", "nan",
        "99999999999999999999", "1,0", "1,,2", ",", "1,", "1 ,2"}},
      {"in-flight",
       {"0", "18446744073709551615", "-1", "", "Unbounded", "all", "99999999999999999999", "4,0"}},
      {"workers", {"0", "-1", "", "many", "99999999999999999999"}},
      {"rate", {"0", "-0", "-1", "-1e300", "nan", "inf", "1e400", "", "5/s", "10,", "10,0"}},
      {"duration", {"0s", "5", "-1s", "", "nan", "infs", "1e400s", "300y"}},
      {"repetitions", {"0", "-1", "", "1.5", "4294967296", "2147483648", "99999999999999999999"}},
      {"passes", {"0", "-1", "", "9223372036854775807", "99999999999999999999"}},
      {"warmup", {"-1", "", "x", "99999999999999999999"}},
      {"seed", {"-1", "", "x", "99999999999999999999"}},
      {"runner", {"", ",", "sync,", "sync,,sync", "all,", "Sync"}},
      {"wait", {"46", "", "-1ms", "nan", "99999999999999999999h"}},
      {"distribution", {"", "zipf"}},
      {"blocking", {"", "maybe"}},
      {"stall",
       {"5", "200ms", "@5", "200ms@", "200ms@0", "200ms@-1", "200@5", "-1ms@5", "1ms@5@5"}}};
  for (const auto& [name, texts] : wrong)
    for (const auto& text : texts)
      EXPECT_THAT(refusal({{name, text}}),
                  AnyOf(HasSubstr("--" + name), HasSubstr("runner ''"), HasSubstr("runner 'Sync'")))
          << name << " '" << text << "'";
}

TEST(Request, RefusesArrivalsWithoutEnd) {
  const Options sync{{"runner", "sync"}};
  const auto with = [&](Options more) {
    more.insert(more.end(), sync.begin(), sync.end());
    return refusal(more);
  };
  EXPECT_THAT(with({{"rate", "1e300"}, {"duration", "1s"}}), HasSubstr("--rate"));
  EXPECT_THAT(with({{"rate", "1"}, {"ops", "1000000000"}}), HasSubstr("--rate"));
}

TEST(Request, RefusesContradictions) {
  EXPECT_THAT(refusal({{"ops", "5"}, {"duration", "5s"}}),
              AllOf(HasSubstr("--ops"), HasSubstr("--duration")));
  EXPECT_THAT(refusal({{"runner", "event-loop"}, {"duration", "5s"}}), HasSubstr("--in-flight"));
  EXPECT_THAT(refusal({{"ops", "5"}, {"drain", "5s"}}),
              AllOf(HasSubstr("--drain"), HasSubstr("--duration or --rate")));
}

TEST(Request, AnswersAtOnceHoweverManyOperations) {
  const auto cases = expand({request({{"runner", "thread-pool"}, {"ops", "1000000000"}})});
  EXPECT_FALSE(cases[0].bound);  // To add it up would take minutes.
}

TEST(Expand, RefusesTwoCasesOfOneName) {
  EXPECT_THAT(refusal({{"ops", "5,6,5"}, {"runner", "sync"}}), HasSubstr("sleep/sync/ops:5"));
  EXPECT_THAT(refusal({{"ops", "5"}, {"runner", "all,sync"}}), HasSubstr("sleep/sync/ops:5"));
  const auto same = request({{"runner", "sync"}, {"ops", "5"}, {"wait", "0.046s"}});
  EXPECT_THROW(expand({same, request({{"runner", "sync"}, {"ops", "5"}})}), UsageError);
}

TEST(Expand, RefusesNothing) { EXPECT_THROW(expand({}), UsageError); }

TEST(Plan, IsJsonWithComments) {
  EXPECT_THAT(names(plan(R"({
    // a line of comment
    "$schema": "plan.schema.json",
    "cases": [
      {"workload": "sleep", "wait": "5ms", "ops": [10, 20], "runner": ["sync", "event-loop"]},
      /* and a block */
      {"workload": "null", "ops": 7, "runner": "process-pool", "in-flight": 2, "workers": 2}
    ]})")),
              ElementsAre("sleep/sync/ops:10/wait:5ms", "sleep/sync/ops:20/wait:5ms",
                          "sleep/event-loop/ops:10/wait:5ms", "sleep/event-loop/ops:20/wait:5ms",
                          "null/process-pool/ops:7/in_flight:2/workers:2"));
}

TEST(Plan, TakesKeysWithDashesOrUnderscores) {
  for (const std::string key : {"in-flight", "in_flight"})
    EXPECT_THAT(
        names(plan(R"({"cases": [{"workload": "sleep", "runner": "event-loop", "ops": 5, ")" + key +
                   R"(": ["unbounded", 2], "blocking": true, "rate": 2.5}]})")),
        ElementsAre("sleep/event-loop/ops:5/in_flight:unbounded/rate:2.5/blocking:true",
                    "sleep/event-loop/ops:5/in_flight:2/rate:2.5/blocking:true"));
}

TEST(Plan, RefusesWhatIsMalformedAndNamesTheFile) {
  for (const std::string text : {"",
                                 "x",
                                 "{",
                                 "[]",
                                 "null",
                                 "{}",
                                 "5",
                                 R"({"cases": []})",
                                 R"({"cases": {}})",
                                 R"({"cases": "sleep"})",
                                 R"({"cases": [], "case": []})",
                                 R"({"cases": [1]})",
                                 R"({"cases": [null]})",
                                 R"({"cases": [{}]})",
                                 R"({"cases": [{"workload": 5}]})",
                                 R"({"cases": [{"workload": "slep"}]})",
                                 R"({"cases": [{"workload": "sleep"}]} trailing)",
                                 R"({"cases": [{"workload": "sleep", "rate": 1e400}]})",
                                 "\xff\xfe",
                                 R"({"cases": ["\u0000)"})
    EXPECT_THAT(refused_plan(text), StartsWith("p.json: ")) << text;
  EXPECT_THAT(refused_plan(R"({"cases": [{"dsn": "postgresql://me:secret@here" x}]})"),
              ::testing::Not(HasSubstr("secret")));
}

std::string refused_entry(const std::string& fields) {
  return refused_plan(R"({"cases": [{"workload": "null", "runner": "sync", "ops": 1},
                                    {"workload": "sleep", )" +
                      fields + "}]}");
}

TEST(Plan, NamesTheEntryAndTheKeyThatAreWrong) {
  const std::pair<std::string, std::vector<std::string>> wrong[] = {
      {"ops",
       {"0", "-1", "1.5", "null", "{}", "[]", "[0]", "[null]", "true", "\"\"", "1e30",
        "99999999999999999999"}},
      {"in-flight",
       {"0", "18446744073709551615", "-1", "1.5", "\"all\"", "true", "18446744073709551616"}},
      {"workers", {"0", "-2", "null"}},
      {"rate", {"0", "-1", "\"nan\"", "true"}},
      {"wait", {"46", "\"46\"", "-1", "null", "{\"ms\": 46}"}},
      {"duration", {"5", "\"5\"", "\"0s\""}},
      {"blocking", {"1", "\"yes\"", "null", "[]"}},
      {"distribution", {"1", "\"zipf\""}},
      {"repetitions", {"0", "4294967296", "1.1"}},
      {"seed", {"-1", "0.5"}},
      {"runner", {"null", "[]", "5"}},
      {"color", {"\"red\"", "1"}},
      {"WAIT", {"\"46ms\""}}};
  for (const auto& [key, values] : wrong)
    for (const auto& value : values) {
      const auto said = refused_entry('"' + key + "\": " + value);
      EXPECT_THAT(said, StartsWith("p.json: cases[1]: ")) << key << ": " << value;
      EXPECT_THAT(said, HasSubstr(key == "runner" ? "runner" : key)) << key << ": " << value;
      EXPECT_THAT(said, Not(HasSubstr("\n"))) << key << ": " << value;
    }
}

TEST(Plan, TakesWholeNumbersHoweverTheyAreWritten) {
  const auto cases = expand(parse_plan(
      R"({"cases": [{"workload": "sleep", "runner": "sync", "ops": [1e3, 20.0]}]})", "p.json"));
  EXPECT_THAT(names(cases), ElementsAre("sleep/sync/ops:1000", "sleep/sync/ops:20"));
}

TEST(Plan, TakesProcessorsAsANumberATextOrAList) {
  const auto one = std::to_string(own_cpus().front());
  for (const auto& text : {one, '"' + one + '"', "[" + one + "]", "\"client=" + one + '"'}) {
    const auto cases = expand(parse_plan(
        R"({"cases": [{"workload": "sleep", "runner": "sync", "ops": 5, "cpus": )" + text + "}]}",
        "p.json"));
    EXPECT_THAT(names(cases), ElementsAre("sleep/sync/ops:5/cpus:" + one));
    EXPECT_EQ(cases[0].how.processors, 1u);
  }
}

TEST(Request, TellsWhenACapIsForNoRunner) {
  const auto idle = [](const char* runners, const char* in_flight) {
    return request({{"runner", runners}, {"ops", "5"}, {"in-flight", in_flight}})
        .asks_for_idle_in_flight();
  };
  EXPECT_TRUE(idle("sync", "7"));
  EXPECT_FALSE(idle("sync", "1"));
  EXPECT_FALSE(idle("sync,event-loop", "7"));
  EXPECT_FALSE(request({{"runner", "sync"}, {"ops", "5"}}).asks_for_idle_in_flight());
}

TEST(Plan, RefusesWhatIsGivenTwice) {
  EXPECT_THAT(refused_entry(R"("ops": 5, "wait": "1ms", "ops": 6)"),
              AllOf(HasSubstr("\"ops\""), HasSubstr("twice")));
  EXPECT_THAT(refused_entry(R"("in-flight": 5, "in_flight": 6)"), HasSubstr("in-flight"));
  EXPECT_THAT(refused_plan(R"({"cases": [{"workload": "sleep", "ops": 5}],
                               "cases": [{"workload": "sleep", "ops": 5}]})"),
              HasSubstr("twice"));
}

TEST(Plan, TakesNoListsOfLists) {
  EXPECT_THAT(refused_entry(R"("ops": [[1, 2], 3])"), HasSubstr("ops"));
  EXPECT_NE(refused_entry(R"("ops": )" + std::string(100'000, '[') + std::string(100'000, ']')),
            "");
}

TEST(Plan, RefusesTwoCasesOfOneName) {
  EXPECT_THAT(refused_plan(R"({"cases": [
      {"workload": "sleep", "runner": "sync", "ops": 5, "wait": "46ms"},
      {"workload": "sleep", "runner": "sync", "ops": 5}]})"),
              HasSubstr("sleep/sync/ops:5"));
}

}  // namespace
}  // namespace asyncmark::plan_test
