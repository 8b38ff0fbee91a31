// `--out` on the built program: whole at every moment, kept when all else goes wrong.

#include <gmock/gmock.h>

#include <csignal>
#include <filesystem>
#include <fstream>

#include "bench/base/pace.hpp"
#include "bench/model/runner_entry.hpp"
#include "bench/testing/rows.hpp"
#include "bench/testing/run_program.hpp"

namespace asyncmark::testing::out_test {
namespace {

using ::testing::AllOf;
using ::testing::AnyOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Key;
using ::testing::Not;
using ::testing::UnorderedElementsAre;

using Words = std::vector<std::string>;

/// The names of the rows of a document but for aggregates, each with "!" where the case died.
std::vector<std::string> rows_of(const std::string& document) {
  std::vector<std::string> all;
  const auto json = Json::parse(document);
  for (const auto& row : json.at("benchmarks"))
    if (row.at("run_type") == "iteration")
      all.push_back(row.at("name").get<std::string>() +
                    (row.contains("error_occurred") ? "!" : ""));
  return all;
}

TEST(Out, HoldsWhatWasFinishedBesideWhatDied) {
  const auto plan = R"({"cases": [
    {"workload": "null", "runner": "sync", "ops": 10, "repetitions": 1},
    {"workload": "faulty", "runner": "sync", "ops": 10, "repetitions": 1, "fault": "crash"},
    {"workload": "faulty", "runner": "sync", "ops": 10, "repetitions": 1, "fault": "hang"},
    {"workload": "null", "runner": "event-loop", "ops": 10, "repetitions": 1}]})";
  const auto ended =
      asyncmark({"run", "--plan", "plan.json", "--time-limit", "2s", "--out", "r.json"},
                {.files = {{"plan.json", plan}}});
  EXPECT_EQ(ended.code, 4);
  EXPECT_THAT(ended.files, UnorderedElementsAre(Key("plan.json"), Key("r.json")));
  EXPECT_THAT(rows_of(ended.files.at("r.json")),
              ElementsAre("null/sync/ops:10", "faulty/sync/ops:10/fault:crash!",
                          "faulty/sync/ops:10/fault:hang!", "null/event-loop/ops:10"));
  EXPECT_THAT(ended.files.at("r.json"), HasSubstr("killed by SIGSEGV"));
  EXPECT_THAT(ended.files.at("r.json"), HasSubstr("still running after --time-limit 2s"));
  EXPECT_THAT(ended.out, HasSubstr("killed by SIGSEGV"));
}

TEST(Out, ReplacesWhatWasThereAsAWhole) {
  const auto ended = asyncmark({"run", "null", "--runner", "sync", "--ops", "10,20",
                                "--repetitions", "2", "--out", "r.json"},
                               {.files = {{"r.json", std::string(1'000'000, 'x')}}});
  EXPECT_EQ(ended.code, 0) << ended.err;
  EXPECT_THAT(ended.files, ElementsAre(Key("r.json")));
  EXPECT_THAT(
      rows_of(ended.files.at("r.json")),
      ElementsAre("null/sync/ops:10", "null/sync/ops:10", "null/sync/ops:20", "null/sync/ops:20"));
  EXPECT_FALSE(Json::parse(ended.files.at("r.json")).at("context").contains("partial"));
}

TEST(Out, WritesThroughASymbolicLinkAndTouchesNothingElse) {
  const auto ended = run_program({"sh", "-c",
                                  "echo mine > r.json.part; mkdir d; ln -s d/to r.json; "
                                  "\"$0\" run null --runner sync --ops 10 --repetitions 2 --out "
                                  "r.json && test -L r.json && ls d && cat r.json.part",
                                  program()});
  EXPECT_THAT(ended.out, HasSubstr("\nto\nmine\n"));
  EXPECT_EQ(rows_of(ended.files.at("r.json")).size(), 2u);
}

TEST(Out, GivesAPipeOneDocument) {
  const auto ended = run_program({"sh", "-c",
                                  "mkfifo pipe; cat pipe > got & \"$0\" run null --runner sync "
                                  "--ops 10 --repetitions 3 --out pipe; wait; rm pipe",
                                  program()});
  EXPECT_EQ(rows_of(ended.files.at("got")).size(), 3u);
}

/// Two short cases, and then one of a minute.
const char* const kLongPlan = R"({"cases": [
  {"workload": "null", "runner": "sync", "ops": [10, 20], "repetitions": 1},
  {"workload": "sleep", "runner": "sync", "ops": 4, "wait": "15s"}]})";

Ended end_during_the_long_case(int signal, const Words& more = {}) {
  Words words{program(), "run",    "--plan",     "plan.json",
              "--out",   "r.json", "--launcher", R"(sh -c 'echo >> started; exec "$@"' sh)"};
  words.insert(words.end(), more.begin(), more.end());
  Program run(words, {.files = {{"plan.json", kLongPlan}}});
  EXPECT_TRUE(eventually([&] {
    std::error_code none;
    return std::filesystem::file_size(run.folder() + "/started", none) == 3 && !none;
  }));
  run.send(signal);
  auto ended = run.wait();
  EXPECT_THAT(ended.left_running, IsEmpty());
  return ended;
}

TEST(Out, IsKeptAndMarkedAsPartialWhenInterrupted) {
  const auto ended = end_during_the_long_case(SIGINT);
  EXPECT_EQ(ended.code, 130);
  EXPECT_THAT(ended.err, HasSubstr("r.json"));
  const auto& document = ended.files.at("r.json");
  EXPECT_THAT(rows_of(document), ElementsAre("null/sync/ops:10", "null/sync/ops:20"));
  EXPECT_EQ(Json::parse(document).at("context").at("partial"), true);
  EXPECT_THAT(ended.files, Not(::testing::Contains(Key("r.json.part"))));
}

TEST(Out, AndWhatIsPrintedAreMarkedAsPartialInEveryFormat) {
  for (const auto* format : {"table", "markdown", "csv", "json"}) {
    const auto ended = end_during_the_long_case(SIGINT, {"--format", format});
    EXPECT_EQ(ended.code, 130);
    EXPECT_THAT(ended.out, AnyOf(HasSubstr("partial"), HasSubstr("PARTIAL"))) << format;
    EXPECT_THAT(ended.out, Not(HasSubstr("sleep/sync"))) << format;
  }
}

TEST(Out, IsWholeEvenWhenTheProgramIsKilled) {
  const auto ended = end_during_the_long_case(SIGKILL);
  EXPECT_EQ(ended.code, 128 + SIGKILL);
  EXPECT_THAT(rows_of(ended.files.at("r.json")),
              ElementsAre("null/sync/ops:10", "null/sync/ops:20"));
}

TEST(Pace, IsAtOnceForWhatCostsLittleAndATwentiethOfTheTimeForTheRest) {
  using std::chrono::milliseconds;
  const Clock::time_point begun{};
  Pace pace;
  EXPECT_TRUE(pace.is_due(begun));
  pace.done(begun, begun + milliseconds(20));
  EXPECT_TRUE(pace.is_due(begun + milliseconds(20)));
  pace.done(begun, begun + milliseconds(100));
  EXPECT_FALSE(pace.is_due(begun + milliseconds(2099)));
  EXPECT_TRUE(pace.is_due(begun + milliseconds(2100)));
}

TEST(Out, IsWrittenWhereStandardDescriptorsAreClosed) {
  const auto ended =
      run_program({"sh", "-c",
                   "exec \"$0\" run faulty --fault fail --runner all --ops 10 --repetitions 1 "
                   "--out r.json <&- >&- 2>&-",
                   program()});
  EXPECT_EQ(ended.code, 4);
  EXPECT_EQ(rows_of(ended.files.at("r.json")).size(), built_in_runners().size());
}

TEST(Out, NeedsAName) {
  const auto ended = asyncmark({"run", "null", "--ops", "10", "--out", ""});
  EXPECT_EQ(ended.code, 2);
  EXPECT_EQ(ended.err, "asyncmark: --out: needs a name\n");
}

TEST(Out, TakesBytesThatAreNoText) {
  const auto ended = asyncmark({"run", "null", "--runner", "sync", "--ops", "10", "--repetitions",
                                "1", "--launcher", "env X=\xff", "--out", "r.json"});
  EXPECT_EQ(ended.code, 0) << ended.err;
  EXPECT_EQ(rows_of(ended.files.at("r.json")).size(), 1u);
}

TEST(Out, HoldsNoSecretVariableOfALauncher) {
  const auto ended = asyncmark({"run", "null", "--runner", "sync", "--ops", "10", "--repetitions",
                                "1", "--launcher", "env PGPASSWORD=hush A=seen", "--out", "r.json",
                                "--columns", "all"});
  EXPECT_EQ(ended.code, 0) << ended.err;
  for (const auto& text : {ended.out, ended.files.at("r.json")}) {
    EXPECT_THAT(text, Not(HasSubstr("hush")));
    EXPECT_THAT(text, HasSubstr("env PGPASSWORD=*** A=seen"));
  }
}

TEST(JUnit, OfARunHasWhatGatesFindAsFailuresAndDeathsAsErrors) {
  const auto plan = R"({"cases": [
    {"workload": "sleep", "wait": "5ms", "runner": "event-loop", "rate": 100, "ops": 20, "repetitions": 1},
    {"workload": "faulty", "runner": "sync", "ops": 10, "repetitions": 1, "fault": "crash"}]})";
  const auto run = [&](const std::string& limit) {
    return asyncmark({"run", "--plan", "plan.json", "--slo", limit, "--fail-on", "slo", "--junit",
                      "j.xml", "--quiet"},
                     {.files = {{"plan.json", plan}}});
  };
  const auto missed = run("p50=1ms");
  EXPECT_EQ(missed.code, 3) << missed.err;
  EXPECT_THAT(missed.files.at("j.xml"),
              AllOf(HasSubstr("name=\"asyncmark run\" tests=\"2\" failures=\"1\" errors=\"1\""),
                    HasSubstr("<failure message=\"slo: p50=1ms is missed: "),
                    HasSubstr("<error message=\"killed by SIG")));
  const auto met = run("p50=5s");
  EXPECT_EQ(met.code, 4) << met.err;
  EXPECT_THAT(met.files.at("j.xml"), HasSubstr("failures=\"0\" errors=\"1\""));
}

}  // namespace
}  // namespace asyncmark::testing::out_test
