// What the built program does with its words: a case by hand, a plan, help and version.

#include <gmock/gmock.h>

#include "bench/base/split.hpp"
#include "bench/testing/run_program.hpp"

namespace asyncmark::testing::command_line_test {
namespace {

using ::testing::AllOf;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

using Words = std::vector<std::string>;

TEST(RunCase, NeedsItsReportDescriptor) {
  // Closed on purpose: CTest leaves a descriptor 3 of its own to the tests.
  const auto ended =
      run_program({"sh", "-c", "exec \"$0\" run-case 3>&-", program()}, {.input = "{}"});
  EXPECT_EQ(ended.code, 2);
  EXPECT_THAT(ended.out, IsEmpty());
  EXPECT_THAT(ended.err, AllOf(HasSubstr("run-case"), HasSubstr("descriptor 3")));
}

TEST(RunCase, EndsAtOnceWithoutAParent) {
  const auto ended = run_program(
      {"bash", "-c",
       "exec 3> >(exec <&-; touch closed); until [ -e closed ]; do :; done; "
       "exec \"$0\" run-case",
       program()},
      {.input = R"({"protocol": 1, "runner": {"name": "sync"}, "workload": {"name": "sleep",
                 "options": {"wait_ns": 60000000000}}, "load": {"ops": 1}})"});
  EXPECT_EQ(ended.code, 1);
}

TEST(CommandLine, APlanRunsWithCommentsAndEitherSpelling) {
  const auto ended = asyncmark({"run", "--plan", "plan.json", "--benchmark_list_tests"},
                               {.files = {{"plan.json", R"({
        // What one loop and two workers do.
        "$schema": "plan.schema.json",
        "cases": [
          {"workload": "sleep", "runner": ["event-loop"], "ops": [10, 20], "in-flight": 5},
          {"workload": "null", "runner": "thread-pool", "workers": 2, "ops": 30}  /* the end */
        ]})"}}});
  EXPECT_EQ(ended.code, 0) << ended.err;
  EXPECT_EQ(ended.out,
            "sleep/event-loop/ops:10/in_flight:5\nsleep/event-loop/ops:20/in_flight:5\n"
            "null/thread-pool/ops:30/workers:2\n");
}

TEST(CommandLine, SaysAtOnceWhereTheResultWouldBeLost) {
  for (const std::string words :
       {"run sleep --wait 1h --ops 1", "list", "--version", "check-adapter -- true",
        "report r.json", "report r.json --format csv", "compare --commands 'sleep 3600' true"}) {
    const auto ended = run_program({"sh", "-c", "exec \"$0\" " + words + " >&-", program()});
    EXPECT_EQ(ended.code, 2) << words;
    EXPECT_EQ(ended.err, "asyncmark: standard output is closed, so the result would be lost\n")
        << words;
  }
}

TEST(CommandLine, VersionTellsOfAllThatIsLinked) {
  const auto told = asyncmark({"--version"}).out;
  EXPECT_THAT(told, StartsWith("asyncmark 0.1.0 ("));
  for (const auto* library : {"boost", "cli11", "cpp-httplib", "fmt", "google-benchmark", "libpq",
                              "nlohmann-json", "openssl", "sqlite"})
    EXPECT_THAT(told, ContainsRegex("\n" + std::string(library) + " [0-9]+\\.[0-9]"));
}

TEST(CommandLine, HelpFitsATerminal) {
  for (const Words& asked : {Words{},
                             {"run"},
                             {"reproduce"},
                             {"report"},
                             {"compare"},
                             {"serve"},
                             {"serve", "http"},
                             {"serve", "postgres"},
                             {"list"},
                             {"new", "workload"},
                             {"check-adapter"},
                             {"run", "exec"},
                             {"run", "hash"},
                             {"run", "http"},
                             {"run", "mixed"},
                             {"run", "null"},
                             {"run", "postgres"},
                             {"run", "sleep"},
                             {"run", "sqlite"}}) {
    auto words = asked;
    words.emplace_back("--help");
    const auto lines = lines_in(asyncmark(words).out);
    EXPECT_LE(lines.size(), 100u) << asked.back();
    for (const auto& line : lines) {
      EXPECT_LE(line.size(), 80u) << line;
      EXPECT_THAT(line, Not(ContainsRegex("^  --.*(TEXT|CHOICE|NUMBER)( |$)"))) << asked.back();
    }
  }
}

TEST(CommandLine, HelpBeginsWithExamples) {
  const auto help = asyncmark({"--help"}).out;
  EXPECT_LT(help.find("\nExamples:\n"), help.find("\nUsage:"));
  EXPECT_THAT(asyncmark({"run", "sleep", "--help"}).out,
              AllOf(HasSubstr("--wait DURATION "), HasSubstr("--ops N[,N...] "),
                    HasSubstr("fixed, uniform"), HasSubstr("(default: 46ms)"),
                    HasSubstr("\n  asyncmark run sleep --")));
}

TEST(CommandLine, AListMayBeGivenInParts) {
  const auto ended = asyncmark({"run", "null", "--runner", "sync", "--ops", "5", "--runner",
                                "event-loop,hybrid", "--ops", "6", "--benchmark_list_tests"});
  EXPECT_EQ(ended.code, 0) << ended.err;
  EXPECT_EQ(ended.out,
            "null/sync/ops:5\nnull/sync/ops:6\nnull/event-loop/ops:5\nnull/event-loop/ops:6\n"
            "null/hybrid/ops:5\nnull/hybrid/ops:6\n");
}

TEST(CommandLine, HelpAndVersionAreResults) {
  for (const Words& asked : {Words{"--help"},
                             {"run", "--help"},
                             {"run", "sleep", "--help"},
                             {"reproduce", "--help"},
                             {"--version"},
                             {"list"},
                             {"list", "runners"}}) {
    const auto ended = asyncmark(asked);
    EXPECT_EQ(ended.code, 0);
    EXPECT_THAT(ended.out, HasSubstr(asked[0] == "list" ? "thread-pool" : "asyncmark"));
    EXPECT_THAT(ended.err, IsEmpty());
  }
}

}  // namespace
}  // namespace asyncmark::testing::command_line_test
