#include <gmock/gmock.h>

#include <algorithm>
#include <regex>

#include "bench/base/errors.hpp"
#include "bench/base/escaped.hpp"
#include "bench/results/format_entry.hpp"
#include "reports/page/all_cases.hpp"
#include "reports/page/carried.hpp"
#include "reports/page/markup.hpp"
#include "reports/testing/constructed.hpp"

namespace asyncmark::page::page_test {
namespace {

using asyncmark::testing::add_death;
using asyncmark::testing::construct;
using ::testing::HasSubstr;

const std::string kAttack = "</script><script>alert(1)</script>\"'><img src=x onerror=y>\n|&";

std::string html(const ResultSets& sets) { return Registry<OutputEntry>::at("html").file(sets); }

bool can_draw() { return !carried::vega_embed().empty(); }

ResultSet some_set() {
  ResultSet set;
  set.context = asyncmark::testing::some_context();
  set.results = {construct({.runner = "sync"}), construct({}), construct({.ops = 500})};
  set.findings = {{.code = "loop-held",
                   .cases = {set.results[1].name()},
                   .sentence = "one operation kept the loop",
                   .evidence = "operation 7",
                   .remedy = "do not"}};
  return set;
}

std::size_t times(const std::string& text, const std::string& part) {
  std::size_t number = 0;
  for (auto place = text.find(part); place != std::string::npos; place = text.find(part, place + 1))
    ++number;
  return number;
}

TEST(Markup, ShowsWhatUsersNamedAsText) {
  EXPECT_EQ(escaped(kAttack),
            "&lt;/script&gt;&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&gt;&lt;img src=x "
            "onerror=y&gt;\\n|&amp;");
  const auto data = data_element({{"name", kAttack}}, "id=\"a\"");
  EXPECT_EQ(times(data, "<"), 2u);
  const auto json = data.substr(data.find('>') + 1, data.rfind('<') - data.find('>') - 1);
  EXPECT_EQ(Json::parse(json).at("name"), kAttack);
  EXPECT_LT(escaped(std::string(5'000'000, 'x')).size(), 2000u);
  EXPECT_THAT(data_element({{"name", "\xff"}}, ""), HasSubstr("\xef\xbf\xbd"));
}

TEST(Markup, FoldsATableWithEveryCell) {
  Table table{.title = "",
              .columns = {{"", kAttack, false}, {"", "ms"}},
              .rows = {{{"a", "1.5"}, ""}, {{"<b>"}, "died"}},
              .notes = {}};
  const auto text = folded(table, "two rows");
  EXPECT_THAT(text, HasSubstr("<summary>two rows</summary>"));
  EXPECT_THAT(
      text,
      HasSubstr(
          "<tr><th scope=\"row\" class=\"t\">a</th><td>1.5</td><td class=\"remark\"></td></tr>"));
  EXPECT_THAT(text, HasSubstr("<tr><th scope=\"row\" class=\"t\">&lt;b&gt;</th><td></td><td "
                              "class=\"remark\">died</td></tr>"));
}

TEST(Markup, RowsThatBeginWithTheSameShareThatCell) {
  const Table table{.title = "",
                    .columns = {{"", "case", false}, {"", "ms"}},
                    .rows = {{{"a", "1"}, ""}, {{"a", "2"}, ""}, {{"b", "3"}, ""}},
                    .notes = {}};
  EXPECT_THAT(table_element(table, "x"),
              HasSubstr("<tr><th scope=\"row\" class=\"t\" rowspan=\"2\">a</th><td>1</td></tr>\n"
                        "<tr><td>2</td></tr>\n"
                        "<tr><th scope=\"row\" class=\"t\">b</th><td>3</td></tr>\n"));
}

TEST(AllCases, HaveARowEachWithAllDigits) {
  auto set = some_set();
  auto dead = construct({.runner = "thread-pool", .times = {}});
  add_death(dead, "killed by SIGSEGV");
  set.results.push_back(dead);
  const auto table = all_cases({&set});
  ASSERT_EQ(table.rows.size(), 4u);
  EXPECT_EQ(table.columns[2].heading(), "time_ns");
  EXPECT_EQ(table.rows[1].cells[0], "sleep/event-loop/ops:100");
  EXPECT_EQ(table.rows[1].cells[2], "50000000");
  EXPECT_EQ(table.rows[3].cells.back(), "killed by SIGSEGV");
}

TEST(Page, NeedsNothingElse) {
  if (!can_draw()) GTEST_SKIP() << "built without npm";
  const auto set = some_set();
  const auto text = html({&set});
  EXPECT_THAT(text, HasSubstr("default-src 'none'"));
  EXPECT_THAT(text, HasSubstr("At 500 operations, event-loop"));
  EXPECT_THAT(text, HasSubstr("loop-held: one operation kept the loop"));
  EXPECT_THAT(text, HasSubstr("<code>asyncmark run sleep</code>"));
  EXPECT_THAT(text, HasSubstr("Some Processor"));
  EXPECT_THAT(text, HasSubstr("University of Washington"));
  EXPECT_FALSE(
      std::regex_search(text.substr(0, text.find("<style>")), std::regex("(src|href)=\"http")));
  EXPECT_EQ(times(text, "<figure "), times(text, "</figure>"));
  EXPECT_LT(text.size(), 1'500'000u);
}

/// Where a part of the page begins. Fails where there is none.
std::size_t place(const std::string& text, const std::string& part) {
  const auto found = text.find(part);
  EXPECT_NE(found, std::string::npos) << part;
  return found;
}

TEST(Page, BeginsWithQuestionAndAnswerAndFoldsTheContext) {
  if (!can_draw()) GTEST_SKIP() << "built without npm";
  const auto set = some_set();
  const auto text = html({&set});
  const auto question = place(text, "<p class=\"question\">Which runner is fastest?</p>");
  EXPECT_LT(place(text, "<h1>sleep, wait 46ms</h1>"), question);
  const auto answer = place(text, "<p class=\"finding\">At 500 operations, event-loop");
  EXPECT_LT(question, answer);
  const auto context = place(text, "<details class=\"context printed\"><summary>machine, build");
  EXPECT_LT(answer, context);
  EXPECT_LT(context, place(text, "<figure class=\"chart lead\" id=\"sleep-speed-up-as-deployed"));
  EXPECT_EQ(times(text, "class=\"chart lead\""), 1u);
}

TEST(Page, LeadsWithResponseTimesWhereThereAreRates) {
  if (!can_draw()) GTEST_SKIP() << "built without npm";
  auto set = some_set();
  for (const double rate : {100.0, 200.0}) {
    set.results.push_back(construct({}));
    set.results.back().what.load.rate = rate;
  }
  EXPECT_THAT(html({&set}),
              HasSubstr("<figure class=\"chart lead\" id=\"sleep-response-p50-by-rate\""));
}

TEST(Page, ShowsAWarningAtTheChartsOfItsCasesAndThatOfARunOnTop) {
  if (!can_draw()) GTEST_SKIP() << "built without npm";
  auto set = some_set();
  set.results.push_back(construct({.wait = "20ms"}));
  set.findings.push_back({.code = "noisy-machine",
                          .cases = {},
                          .sentence = "others ran",
                          .evidence = "50 %",
                          .remedy = "wait"});
  const auto text = html({&set});
  EXPECT_LT(place(text, "noisy-machine: others ran"),
            place(text, "<details class=\"context printed\""));
  EXPECT_LT(place(text, "<h2 id=\"sleep-heading\""), place(text, "loop-held: one operation"));
  EXPECT_THAT(text, HasSubstr("<details class=\"printed\" id=\"sleep-warning-1-1\""));
  EXPECT_THAT(text, HasSubstr("Warnings: <a href=\"#sleep-warning-1-1\">(1) loop-held</a>"));
  EXPECT_THAT(text, HasSubstr("Fix: do not"));
}

TEST(Page, OfSeveralWorkloadsAnswersForEach) {
  if (!can_draw()) GTEST_SKIP() << "built without npm";
  auto set = some_set();
  set.results.push_back(construct({.wait = "20ms"}));
  const auto text = html({&set});
  EXPECT_THAT(text, HasSubstr("<h1>2 workloads</h1>"));
  EXPECT_THAT(text,
              HasSubstr("<li><a href=\"#sleep-2\">sleep, wait 20ms</a>: event-loop takes 50.0 ms"));
}

TEST(Page, TellsOfOtherProgramsWhatTheTerminalDoes) {
  if (!can_draw()) GTEST_SKIP() << "built without npm";
  auto set = some_set();
  set.results.push_back(construct({.runner = "node"}));
  set.results.back().repetitions[0].measurement.facts["CPU"] = "that of its whole process";
  set.context.facts["command"] = "asyncmark run --in-flight 28";
  const auto text = html({&set});
  EXPECT_THAT(text, HasSubstr("node: CPU that of its whole process"));
  EXPECT_THAT(text, HasSubstr("<code>asyncmark run --in-flight 28</code>"));
}

TEST(Page, LetsNoNameBecomeMarkup) {
  if (!can_draw()) GTEST_SKIP() << "built without npm";
  const auto plain = some_set();
  auto set = plain;
  set.label = kAttack;
  set.context.facts["command"] = kAttack;
  set.context.facts[kAttack] = kAttack;
  for (auto* text : {&set.findings[0].code, &set.findings[0].cases[0], &set.findings[0].sentence,
                     &set.findings[0].evidence, &set.findings[0].remedy})
    *text = kAttack;
  set.foreign.push_back({.name = kAttack, .why = kAttack, .runs = {{1, 1, 1, {{kAttack, 1}}}}});
  const auto text = html({&set});
  EXPECT_EQ(times(text, "<script"), times(html({&plain}), "<script"));
  EXPECT_EQ(times(text, "<img"), times(html({&plain}), "<img"));
  EXPECT_THAT(text, HasSubstr("&lt;img src=x onerror=y&gt;"));
}

TEST(Page, WithoutWhatDrawsItSaysWhatToInstall) {
  if (can_draw()) GTEST_SKIP() << "built with npm";
  const auto set = some_set();
  EXPECT_THROW(html({&set}), UsageError);
}

TEST(Page, OfNothingSaysSo) {
  if (!can_draw()) GTEST_SKIP() << "built without npm";
  ResultSet set;
  EXPECT_THAT(html({&set}), HasSubstr("No case has figures to conclude from"));
}

}  // namespace
}  // namespace asyncmark::page::page_test
