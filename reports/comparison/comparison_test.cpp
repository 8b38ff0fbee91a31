// What `compare` writes of a comparison in which everything happens that can.

#include "bench/compare/comparison.hpp"

#include <gmock/gmock.h>
#include <sys/wait.h>

#include <cstdio>
#include <fstream>
#include <memory>

#include "bench/compare/comparison_entry.hpp"
#include "bench/testing/own_tmpdir.hpp"
#include "bench/testing/run_program.hpp"
#include "reports/page/carried.hpp"

namespace asyncmark::comparison_test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

std::string written(const std::string& entry, const Comparison& comparison) {
  return Registry<ComparisonEntry>::at(entry).text(comparison);
}

/// Twenty pairs, whose contender takes so many times as long.
CaseVerdict judged(const std::string& name, double ratio) {
  CaseVerdict one{.name = name, .passes = 2, .spent = std::chrono::seconds(3)};
  for (int i = 0; i < 20; ++i) {
    const double base = 4e6 + 1000 * i;
    one.pairs.push_back({{{base, base + 10}, {base, base}},
                         {{base * ratio, base * ratio + 10}, {base * ratio, base * ratio}},
                         i % 2 == 0});
  }
  one.judged = judge(one.pairs, {});
  one.verdict = one.judged.verdict;
  return one;
}

Comparison everything() {
  Comparison all;
  all.context.facts = {{"command", "asyncmark compare a b"}, {"date", "2026-11-28"}};
  all.baseline = {"baseline", "old/asyncmark", "asyncmark 0.1.0 (abc)"};
  all.contender = {"contender", "new/asyncmark", ""};
  all.budget = std::chrono::seconds(30);
  all.cases = {judged("hash/sync/ops:25", 1.1), judged("sleep/sync/ops:1", 1.0),
               judged("http/sync/ops:50", 0.8)};
  auto unsure = judged("null/sync/ops:1000", 1.0);
  unsure.verdict = Verdict::inconclusive;
  unsure.remark = "found slower once, and not when it was run again";
  all.cases.push_back(unsure);
  all.cases.push_back(
      {.name = "</script><b>\"&|x", .failed = "the contender: <killed>", .died = true});
  all.control = judged("hash/sync/ops:25", 1.0);
  return all;
}

/// What a command says of this text on its standard input, and whether it is content.
std::pair<bool, std::string> said_by(const std::string& command, const std::string& text) {
  const testing::OwnTmpdir folder;
  const auto file = (folder.path() / "text").string();
  std::ofstream(file) << text;
  std::unique_ptr<FILE, int (*)(FILE*)> pipe(popen((command + " <" + file + " 2>&1").c_str(), "r"),
                                             pclose);
  std::string said;
  for (int c; pipe && (c = fgetc(pipe.get())) != EOF;) said += static_cast<char>(c);
  const int status = pipe ? pclose(pipe.release()) : -1;
  return {status == 0, said};
}

TEST(ComparisonReports, TheTableHasARowACaseAndSaysWhyItIsSo) {
  const auto text = written("table", everything());
  EXPECT_THAT(text, AllOf(HasSubstr("baseline old/asyncmark, asyncmark 0.1.0 (abc)"),
                          HasSubstr("slower"), HasSubstr("+10.0 %"), HasSubstr("-20.0 %"),
                          HasSubstr("no verdict"), HasSubstr("slower once")));
  EXPECT_THAT(text, HasSubstr("Of 5 cases: 1 slower, 1 faster, 1 same, 1 inconclusive, 1 without"));
  EXPECT_THAT(text, HasSubstr("Control: the baseline compared with itself is the same"));
}

TEST(ComparisonReports, OfKeptResultsSayByWhatTheMachinesDiffer) {
  auto kept = everything();
  kept.stored = true;
  for (const auto* entry : {"table", "markdown"})
    EXPECT_THAT(written(entry, kept), Not(HasSubstr("the machines differ")));
  kept.machine_differences = {"cores: 4 and 8"};
  for (const auto* entry : {"table", "markdown"})
    EXPECT_THAT(written(entry, kept), HasSubstr("the machines differ")) << entry;
  kept.gates = false;
  EXPECT_THAT(written("table", kept), HasSubstr("with --gate-stored a slower case makes it 1"));
  kept.gates = true;
  EXPECT_THAT(written("table", kept), Not(HasSubstr("--gate-stored")));
  EXPECT_EQ(Json::parse(written("out", kept)).at("machine_differences").at(0), "cores: 4 and 8");
}

TEST(ComparisonReports, OfServicesShowTheProcessorTimeOfTheServer) {
  auto services = everything();
  services.services = true;
  for (auto& pair : services.cases[0].pairs) {
    pair.base.service_cpu_ns = 1e6;
    pair.contender.service_cpu_ns = 1.3e6;
  }
  services.cases[0].judged = judge(services.cases[0].pairs, {});
  EXPECT_THAT(written("table", services), AllOf(HasSubstr("server CPU"), HasSubstr("+30.0 %")));
  EXPECT_EQ(Json::parse(written("out", services))
                .at("cases")
                .at(0)
                .at("pairs")
                .at(0)
                .at("contender")
                .at("server_cpu_ns_per_op"),
            1.3e6);
}

TEST(ComparisonReports, MarkdownBeginsWithTheVerdictAndFoldsTheRest) {
  const auto text = written("markdown", everything());
  EXPECT_THAT(text, StartsWith("**Of 5 cases: 1 slower,"));
  EXPECT_THAT(text, HasSubstr("- **slower**: hash/sync/ops:25: time +10.0 %"));
  EXPECT_LT(text.find("- **slower**"), text.find("<details>"));
  EXPECT_THAT(text, Not(HasSubstr("</script><b>")));
}

TEST(ComparisonReports, JUnitKeepsToItsSchemaAndItsCounts) {
  const auto text = written("junit", everything());
  EXPECT_THAT(text, AllOf(HasSubstr("tests=\"6\" failures=\"1\" errors=\"1\" skipped=\"1\""),
                          HasSubstr("<skipped message=\"inconclusive: "),
                          HasSubstr("; found slower once")));
  if (std::system("xmllint --version >/dev/null 2>&1") != 0) GTEST_SKIP() << "there is no xmllint";
  for (const auto& comparison : {everything(), Comparison{}}) {
    const auto [valid, said] = said_by(
        "xmllint --noout --schema " + testing::source_file("reports/comparison/junit.xsd") + " -",
        written("junit", comparison));
    EXPECT_TRUE(valid) << said;
  }
}

TEST(ComparisonReports, AnInvalidRunFailsNoCase) {
  auto comparison = everything();
  comparison.control->verdict = Verdict::slower;
  const auto text = written("junit", comparison);
  EXPECT_THAT(text,
              AllOf(HasSubstr("failures=\"0\" errors=\"2\""), HasSubstr("Invalid: the baseline")));
}

TEST(ComparisonReports, JsonHoldsEveryPairSoThatAVerdictCanBeWorkedOutAnew) {
  const auto json = Json::parse(written("out", everything()));
  const auto& one = json.at("cases").at(0);
  EXPECT_EQ(one.at("verdict"), "slower");
  ASSERT_EQ(one.at("pairs").size(), 20u);
  std::vector<double> ratios;
  for (const auto& pair : one.at("pairs")) {
    ratios.push_back(pair.at("ratio"));
    EXPECT_EQ(pair.at("baseline").at("wall_ns_per_op").size(), 2u);
  }
  const auto again = estimate(ratios);
  EXPECT_DOUBLE_EQ(one.at("figures").at(0).at("ratio"), again.median);
  EXPECT_DOUBLE_EQ(one.at("figures").at(0).at("low"), again.low);
  EXPECT_EQ(json.at("cases").at(4).at("failed"), "the contender: <killed>");
}

TEST(ComparisonReports, ThePageHasAChartOfTheChangesAndNoMarkupOfTheUser) {
  if (carried::vega().empty()) GTEST_SKIP() << "built without npm";
  const auto text = written("html", everything());
  EXPECT_THAT(text, AllOf(HasSubstr("Change from baseline to contender"), HasSubstr("\"change\":"),
                          HasSubstr("Of 5 cases: 1 slower"),
                          HasSubstr("<strong>slower</strong>: hash/sync/ops:25: time +10.0 %")));
  EXPECT_THAT(text, Not(HasSubstr("</script><b>")));
}

}  // namespace
}  // namespace asyncmark::comparison_test
