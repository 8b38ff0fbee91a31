// `asyncmark compare` on the built program, with builds that really are slower, crash, or speak
// otherwise: small programs that change the case which they pass on.

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <functional>
#include <numeric>

#include "bench/base/options.hpp"
#include "bench/compare/paired_rule.hpp"
#include "bench/testing/run_program.hpp"
#include "bench/testing/sanitized.hpp"

namespace asyncmark::testing::compare_test {
namespace {

using ::testing::AllOf;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

using Words = std::vector<std::string>;
using Files = std::map<std::string, std::string>;

/// A build that edits the case it is given, as sed does, and carries out what comes of it.
std::string edits(const std::string& script) {
  return fmt::format(
      "#!/bin/sh\ncase $1 in\nrun-case) sed '{}' | {} run-case ;;\n*) exec {} \"$@\" ;;\nesac\n",
      script, program(), program());
}

/// A build that reports this document, whatever it is given.
std::string reports(const std::string& document) {
  return fmt::format("#!/bin/sh\n[ \"$1\" != run-case ] || {{ cat >/dev/null; echo '{}' >&3; }}\n",
                     document);
}

const Words kSleeps{"--", "sleep", "--wait", "2ms", "--ops", "1", "--runner", "sync"};

Ended compare(const std::string& contender, Words options, const Words& what = kSleeps) {
  options.insert(options.begin(), {"compare", program(), "./contender"});
  options.insert(options.end(), what.begin(), what.end());
  return asyncmark(options, {.files = {{"contender", contender}}});
}

/// One line on standard error that holds this, and nothing printed.
void expect_refused(const Ended& ended, const std::string& why) {
  EXPECT_EQ(ended.code, 2) << ended.out;
  EXPECT_THAT(ended.err, AllOf(StartsWith("asyncmark: "), HasSubstr(why)));
  EXPECT_EQ(std::ranges::count(ended.err, '\n'), 1) << ended.err;
  EXPECT_THAT(ended.out, IsEmpty());
}

TEST(Compare, ASlowerBuildFailsAndEveryOutputSaysSo) {
  if (kSanitized) GTEST_SKIP() << "it compares for long; shorter tests go the same way";
  const auto ended =
      compare(edits(R"(s/"wait_ns":2000000/"wait_ns":3000000/)"),
              {"--budget", "12s", "--junit", "j.xml", "--markdown", "m.md", "--out", "o.json"});
  EXPECT_EQ(ended.code, 1) << ended.out << ended.err;
  EXPECT_THAT(ended.out, AllOf(HasSubstr("Of 1 case: 1 slower."), HasSubstr("slower"),
                               ContainsRegex("\\+[345][0-9]\\.[0-9] %"), HasSubstr("Control: ")));
  EXPECT_THAT(ended.files.at("j.xml"), AllOf(HasSubstr("tests=\"2\" failures=\"1\" errors=\"0\""),
                                             HasSubstr("<failure message=\"slower: time +"),
                                             HasSubstr("name=\"sleep/sync/ops:1/wait:2ms\"")));
  EXPECT_THAT(ended.files.at("m.md"),
              AllOf(StartsWith("**Of 1 case: 1 slower.**"), HasSubstr("- **slower**: sleep/sync")));
  const auto json = Json::parse(ended.files.at("o.json"));
  EXPECT_EQ(json.at("cases").at(0).at("verdict"), "slower");
  const auto& pairs = json.at("cases").at(0).at("pairs");
  ASSERT_GE(pairs.size(), 11u);
  EXPECT_NEAR(pairs.at(5).at("ratio").get<double>(), 1.45, 0.25);
  EXPECT_GE(pairs.at(0).at("baseline").at("wall_ns_per_op").size(), 5u);
  EXPECT_TRUE(json.at("cases").at(0).contains("first_run_pairs"));
  EXPECT_FALSE(json.at("partial"));
}

TEST(Compare, TheSameFileIsSaidAndAllowed) {
  auto words = kSleeps;
  words.insert(words.begin(), {"compare", program(), program(), "--budget", "4s"});
  const auto ended = asyncmark(words);
  EXPECT_EQ(ended.code, 0) << ended.out;
  EXPECT_THAT(ended.err, HasSubstr("the same file"));
  EXPECT_THAT(ended.out, Not(HasSubstr("1 slower")));
}

TEST(Compare, ABuildThatFailsInACaseLeavesTheOthersToBeJudged) {
  const auto plan =
      R"({"cases": [{"workload": "null", "ops": 100, "runner": "sync"},
                    {"workload": "sleep", "wait": "2ms", "ops": 1, "runner": "sync"}]})";
  const auto crashes = fmt::format(
      "#!/bin/sh\n[ \"$1\" = run-case ] || exec {0} \"$@\"\ncase=$(cat)\ncase $case in\n"
      "*'\"null\"'*) kill -SEGV $$ ;;\n*) echo \"$case\" | {0} run-case ;;\nesac\n",
      program());
  const auto ended = asyncmark({"compare", program(), "./contender", "--budget", "3s", "--junit",
                                "j.xml", "--", "--plan", "plan.json"},
                               {.files = {{"contender", crashes}, {"plan.json", plan}}});
  EXPECT_EQ(ended.code, 4) << ended.out;
  EXPECT_THAT(ended.err, HasSubstr("null/sync/ops:100: the contender: killed by SIGSEGV"));
  EXPECT_THAT(ended.out, AllOf(HasSubstr("no verdict"), HasSubstr("sleep/sync/ops:1/wait:2ms")));
  EXPECT_THAT(ended.files.at("j.xml"), HasSubstr("errors=\"1\""));
}

TEST(Compare, ABuildThatLacksTheCaseOrSpeaksOtherwiseIsNamed) {
  const auto said = [](const std::string& contender) {
    const auto ended = compare(contender, {"--budget", "1s"});
    EXPECT_EQ(ended.code, 4) << ended.out;
    return ended.err;
  };
  EXPECT_THAT(said(edits(R"(s/"name":"sleep"/"name":"nap"/)")),
              HasSubstr("the contender: no such workload 'nap'"));
  EXPECT_THAT(said(reports(R"({"protocol": 99})")),
              HasSubstr("the contender: its report cannot be read: report: speaks protocol 99"));
  EXPECT_THAT(said(reports("")), HasSubstr("the contender: "));
  EXPECT_THAT(said("#!/bin/sh\nexit 7\n"), HasSubstr("the contender: "));
  EXPECT_THAT(said("#!/bin/sh\n"),
              HasSubstr("a build of asyncmark? For other commands there is --"));
  // It carried out what it made of the case, without an option that it does not know.
  EXPECT_THAT(said(reports(R"({"protocol": 1, "measurement": {"completed": 5, "passes": []},
      "case": {"workload": {"options": {"cpu_ns": 0}}}})")),
              HasSubstr("its workload 'sleep' does not know the option 'wait_ns'"));
}

TEST(Compare, ABuildThatPassesOverAnOptionOfTheRunnerIsNamed) {
  const auto ended =
      compare(reports(R"({"protocol": 1, "measurement": {"completed": 5, "passes": []},
                          "case": {"workload": {"options": {}}, "runner": {"options": {}}}})"),
              {"--budget", "1s"},
              {"--", "null", "--ops", "10", "--runner", "thread-pool", "--workers", "2"});
  EXPECT_THAT(ended.err, HasSubstr("its runner 'thread-pool' does not know the option 'workers'"));
}

TEST(Compare, OperationsThatFailAreNoMeasurement) {
  const auto ended = compare(edits(R"(s/"fault":"none"/"fault":"fail"/)"), {"--budget", "1s"},
                             {"--", "faulty", "--ops", "10", "--runner", "sync"});
  EXPECT_EQ(ended.code, 4);
  EXPECT_THAT(ended.err, HasSubstr("the contender: 5 of 50 operations failed (5 refused)"));
}

TEST(Compare, ABudgetForLessThanOnePairIsToldWithOneThatWouldDo) {
  const auto ended = compare(edits(""), {"--budget", "100ms"},
                             {"--", "sleep", "--wait", "46ms", "--ops", "10", "--runner", "sync"});
  EXPECT_EQ(ended.code, 5);
  EXPECT_THAT(ended.err, AllOf(HasSubstr("one pair takes at least"), HasSubstr("use --budget")));
}

TEST(Compare, WhatMakesNoSenseIsRefused) {
  const auto here = [](Words words) {
    words.insert(words.begin(), "compare");
    return asyncmark(words, {.files = {{"r.json", "{\"context\": {}}"}}});
  };
  const auto one = program();
  expect_refused(here({}), "give two builds, two files of results, two commands");
  expect_refused(here({one, one}), "give the cases after '--'");
  expect_refused(here({one, "./nothing", "--", "null"}), "'./nothing' is not a program");
  expect_refused(here({"r.json", one}), "give the cases after '--'");
  expect_refused(here({"r.json", "r.json", "--", "null"}), "'r.json' is not a program");
  expect_refused(here({one, one, "--budget", "5", "--", "null"}), "--budget");
  expect_refused(here({one, one, "--min-effect", "5", "--", "null"}),
                 "--min-effect: '5' needs a %");
  expect_refused(here({one, one, "--gate-stored", "--", "null"}), "--gate-stored: needs two files");
  expect_refused(here({one, one, "--", "nul"}), "nul");
  for (const Words& idle : {Words{"--repetitions", "3"},
                            {"--strict"},
                            {"--no-calibration"},
                            {"--format", "csv"},
                            {"--phases"},
                            {"--out", "b"},
                            {"--benchmark_list_tests"}}) {
    Words words{one, one, "--", "null"};
    words.insert(words.end(), idle.begin(), idle.end());
    expect_refused(here(words), idle[0] + " has no effect after '--'");
  }
  expect_refused(here({one, one, "--", "null", "--opps", "5"}), "--opps");
  expect_refused(here({one, one, "--out", "a", "--junit", "a", "--", "null"}),
                 "both are 'a'; give two files");
  expect_refused(here({"--commands", "true", "./nothing"}), "there is no program './nothing'");
  expect_refused(here({"--commands", "true", "true", "--", "null"}), "remove the words after '--'");
}

TEST(Compare, AnyTwoCommandsAreTimed) {
  if (kSanitized) GTEST_SKIP() << "it compares for long; shorter tests go the same way";
  const auto ended = asyncmark(
      {"compare", "--commands", "sleep 0.02", "sleep 0.03", "--budget", "12s", "--junit", "j.xml"});
  EXPECT_EQ(ended.code, 1) << ended.out << ended.err;
  EXPECT_THAT(ended.out, AllOf(HasSubstr("commands"), HasSubstr("1 slower")));
  EXPECT_THAT(ended.files.at("j.xml"), HasSubstr("failures=\"1\""));
}

TEST(Compare, ACommandThatFailsIsNotTimed) {
  const auto ended = asyncmark({"compare", "--commands", "true", "false"});
  EXPECT_EQ(ended.code, 4);
  EXPECT_THAT(ended.err, HasSubstr("the contender: 'false' ended by exit 1"));
}

/// A result of six repetitions, each longer than the one before, and the same with all of its times
/// longer.
Files kept_results(double factor, double growth = 1.01) {
  const auto text = asyncmark({"run", "sleep", "--wait", "2ms", "--ops", "1", "--runner", "sync",
                               "--repetitions", "6", "--quiet", "--out", "r.json"})
                        .files.at("r.json");
  const auto with_times = [&](double each) {
    auto json = Json::parse(text);
    for (auto& row : json.at("benchmarks"))
      if (row.contains("asyncmark"))
        for (auto& pass : row["asyncmark"]["measurement"]["passes"]) {
          pass["elapsed_ns"] = static_cast<std::int64_t>(each *= growth);
          pass["cpu_ns"] = 100'000;
        }
    return json.dump();
  };
  return {{"before.json", with_times(3e6)}, {"after.json", with_times(3e6 * factor)}};
}

TEST(Compare, KeptResultsAreMarkedAndGateOnlyWhereAsked) {
  const Words words{"compare", "before.json", "after.json"};
  const auto files = kept_results(3);
  const auto ended = asyncmark(words, {.files = files});
  EXPECT_EQ(ended.code, 0) << ended.err;
  EXPECT_THAT(ended.out,
              AllOf(HasSubstr("Contender vs baseline, stored results"), HasSubstr("1 slower")));
  auto gated = words;
  gated.emplace_back("--gate-stored");
  EXPECT_EQ(asyncmark(gated, {.files = files}).code, 1);
  EXPECT_EQ(asyncmark(gated, {.files = kept_results(1.0)}).code, 0);
  gated.back() = "--strict";
  EXPECT_EQ(asyncmark(gated, {.files = kept_results(1.03, 1.2)}).code, 3) << "it is inconclusive";
  EXPECT_EQ(asyncmark(gated, {.files = kept_results(1.0)}).code, 0);
  // Where it gates nothing, continuous integration is told of no failure either.
  auto junit = words;
  junit.insert(junit.end(), {"--junit", "j.xml"});
  EXPECT_THAT(asyncmark(junit, {.files = files}).files.at("j.xml"), HasSubstr("failures=\"0\""));
}

TEST(Compare, KeptResultsWithFailuresOrWithoutACaseAreNotJudged) {
  auto files = kept_results(1);
  auto failing = Json::parse(files.at("after.json"));
  for (auto& row : failing.at("benchmarks"))
    if (row.contains("asyncmark")) {
      row["failed"] = 1;
      row["asyncmark"]["measurement"]["failed"] = 1;
      row["asyncmark"]["measurement"]["failures"] = {{"reset", 1}};
    }
  files["after.json"] = failing.dump();
  const auto ended = asyncmark({"compare", "before.json", "after.json"}, {.files = files});
  EXPECT_EQ(ended.code, 4) << ended.out;
  EXPECT_THAT(ended.err, ContainsRegex("the contender: [0-9]+ of [0-9]+ operations failed"));

  auto more = Json::parse(files.at("before.json"));
  const auto rows = more.at("benchmarks");
  for (auto row : rows) {
    row["name"] = row["run_name"] = "sleep/sync/ops:1/wait:3ms";
    if (row.contains("asyncmark")) {
      row["asyncmark"]["case"]["name"] = row["name"];
      row["asyncmark"]["case"]["workload"]["options"]["wait_ns"] = 3'000'000;
    }
    more["benchmarks"].push_back(std::move(row));
  }
  files["more.json"] = more.dump();
  const auto lacks = asyncmark({"compare", "more.json", "before.json"}, {.files = files});
  EXPECT_EQ(lacks.code, 4) << lacks.err;
  EXPECT_THAT(lacks.err, HasSubstr("wait:3ms: only in the baseline"));
  EXPECT_EQ(asyncmark({"compare", "before.json", "more.json"}, {.files = files}).code, 0);
}

TEST(Compare, TellsGitHubWhatIsSlower) {
  const auto ended =
      run_program({"/usr/bin/env", "GITHUB_ACTIONS=true", "GITHUB_STEP_SUMMARY=summary.md",
                   program(), "compare", "before.json", "after.json", "--gate-stored"},
                  {.files = kept_results(3)});
  EXPECT_THAT(ended.out, ContainsRegex("\n::error title=slower%3A sleep/sync.*::time \\+"));
  EXPECT_THAT(ended.files.at("summary.md"), StartsWith("**Of 1 case: 1 slower.**"));
}

TEST(Compare, ARunnerThatIsAnotherProgramTellsNothingOfABuild) {
  const auto ended = compare("#!/bin/sh\nexit 3\n", {"--budget", "1s"},
                             {"--", "null", "--ops", "10", "--runner", "cmd:true"});
  EXPECT_EQ(ended.code, 5) << ended.out;
  EXPECT_THAT(ended.err, HasSubstr("both builds would start the same"));
}

TEST(Compare, CtrlCWhileItLooksHowLongCommandsTakeEndsAtOnce) {
  Program running({program(), "compare", "--commands", "sleep 60", "sleep 60"});
  ASSERT_TRUE(eventually([&] { return !descendants_of(running.pid()).empty(); }));
  running.send(SIGINT);
  const auto ended = running.wait();
  EXPECT_EQ(ended.code, 130) << ended.err;
  EXPECT_THAT(ended.left_running, IsEmpty());
}

TEST(Compare, CtrlCKeepsWhatWasJudged) {
  const auto plan = R"({"cases": [
      {"workload": "sleep", "wait": "2ms", "ops": 1, "runner": "sync"},
      {"workload": "sleep", "wait": "50ms", "ops": 1, "runner": "sync"}]})";
  Program running({program(), "compare", program(), program(), "--budget", "20s", "--out", "o.json",
                   "--", "--plan", "plan.json"},
                  {.files = {{"plan.json", plan}}});
  const auto out = running.folder() + "/o.json";
  ASSERT_TRUE(eventually(
      [&] {
        std::error_code absent;
        return std::filesystem::file_size(out, absent) > 0 && !absent;
      },
      std::chrono::seconds(60)));
  running.send(SIGINT);
  const auto ended = running.wait();
  EXPECT_EQ(ended.code, 130) << ended.err;
  EXPECT_THAT(ended.err, HasSubstr("interrupted: the verdicts so far are above"));
  const auto json = Json::parse(ended.files.at("o.json"));
  EXPECT_EQ(json.at("cases").size(), 1u);
  EXPECT_TRUE(json.at("partial"));
  EXPECT_THAT(ended.left_running, IsEmpty());
}

/// The pairs of one comparison, as its JSON has them.
std::vector<Pair> pairs_of(const Ended& ended) {
  std::vector<Pair> pairs;
  const auto json = Json::parse(ended.files.at("o.json"));
  const auto block = [](const Json& side) {
    return Block{side.at("wall_ns_per_op").get<std::vector<double>>(),
                 side.at("cpu_ns_per_op").get<std::vector<double>>()};
  };
  const auto& one = json.at("cases").at(0);
  for (const auto& pair : one.value("first_run_pairs", one.at("pairs")))
    pairs.push_back({block(pair.at("baseline")), block(pair.at("contender"))});
  return pairs;
}

using Rule = std::function<Verdict(const std::vector<Pair>&)>;

/// Whether a rule passes: no false alarm among equals, and what is slower is found.
bool proves(const Rule& rule, const std::vector<std::vector<Pair>>& equals,
            const std::vector<std::vector<Pair>>& slower) {
  const auto alarms = [&](const auto& all) {
    return std::ranges::count_if(all,
                                 [&](const auto& pairs) { return rule(pairs) == Verdict::slower; });
  };
  return alarms(equals) == 0 && alarms(slower) + 1 >= std::ssize(slower);
}

TEST(NightlyCompare, TheRuleHoldsOnLivePairsAndABlindOrTriggerHappyOneDoesNot) {
  std::vector<std::vector<Pair>> equals, slower;
  const Words cases[] = {
      {"--", "sleep", "--wait", "2ms", "--ops", "1", "--runner", "sync"},
      {"--", "sleep", "--wait", "0ms", "--cpu", "1ms", "--ops", "1", "--runner", "sync"}};
  for (int i = 0; i < 2; ++i)
    for (const auto& what : cases) {
      const Words options{"--budget", "12s", "--out", "o.json"};
      equals.push_back(pairs_of(compare(edits(""), options, what)));
      slower.push_back(pairs_of(compare(
          edits(R"(s/"wait_ns":2000000/"wait_ns":2200000/; s/"cpu_ns":1000000/"cpu_ns":1100000/)"),
          options, what)));
    }
  EXPECT_TRUE(proves([](const auto& pairs) { return judge(pairs, {}).verdict; }, equals, slower));
  const auto blind = [](const auto& pairs) { return judge(pairs, {1.0, 1.0}).verdict; };
  EXPECT_FALSE(proves(blind, equals, slower));
  // By the mean of all passes, of which any change counts.
  const auto trigger_happy = [](const std::vector<Pair>& pairs) {
    double base = 0, contender = 0;
    for (const auto& pair : pairs) {
      base += std::accumulate(pair.base.wall_ns.begin(), pair.base.wall_ns.end(), 0.0);
      contender +=
          std::accumulate(pair.contender.wall_ns.begin(), pair.contender.wall_ns.end(), 0.0);
    }
    return contender != base ? Verdict::slower : Verdict::same;
  };
  EXPECT_FALSE(proves(trigger_happy, equals, slower));
}

}  // namespace
}  // namespace asyncmark::testing::compare_test
