#include "reports/analysis/check_texts.hpp"

#include <gmock/gmock.h>

#include "reports/testing/constructed.hpp"

namespace asyncmark::check_texts_test {
namespace {

using testing::construct;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using testing::printed;
using testing::some_context;
using ::testing::StartsWith;

Result with_threads(std::uint64_t ops) {
  auto result = construct({.ops = ops});
  result.repetitions[0].measurement.observed.peak_threads = 5;
  return result;
}

TEST(CheckTexts, GiveTheCasesOfOneRuleTogether) {
  const auto texts = check_texts(check(some_context(), {with_threads(100), with_threads(500)}));
  ASSERT_EQ(texts.size(), 1u);
  EXPECT_THAT(texts[0].heading, StartsWith("hidden-threads: "));
  EXPECT_THAT(texts[0].evidence, ElementsAre("sleep/event-loop/ops:100: 5 threads and processes",
                                             "sleep/event-loop/ops:500: 5 threads and processes"));
  EXPECT_THAT(check_texts(check(some_context(), {construct({})})), IsEmpty());
}

TEST(CheckTexts, HaveSignsForTheRowsOfTheirCases) {
  const std::vector<Result> results{with_threads(100), construct({}), with_threads(500)};
  std::vector<Finding> findings = check(some_context(), {results[0]});
  findings.push_back({"other", {results[0].name(), results[2].name()}, "s", "e", "r"});
  findings.push_back({"of-all", {}, "s", "e", "r"});
  const auto texts = check_texts(findings);
  ASSERT_EQ(texts.size(), 3u);
  EXPECT_EQ(texts[2].sign, "3");
  EXPECT_EQ(check_signs(texts, {&results[0]}), "1,2");
  EXPECT_EQ(check_signs(texts, {&results[2]}), "2");
  EXPECT_EQ(check_signs(texts, {&results[0], &results[2]}), "1,2");
  EXPECT_EQ(check_signs(texts, {}), "");
}

TEST(CheckTexts, InBriefHaveTheEvidenceOfTheFirstCase) {
  const auto brief = [](const std::vector<Finding>& findings) {
    return check_texts(findings).front().brief;
  };
  const Finding one{"loop-held", {"sleep/event-loop/ops:1"}, "it was blocked", "for 2 s", "r"};
  EXPECT_EQ(brief({one}), "loop-held: it was blocked (for 2 s)");
  EXPECT_EQ(brief({one, one, one}), "loop-held: it was blocked (e.g. event-loop: for 2 s)");
  EXPECT_EQ(
      brief({{"unequal", {"a/sync/b", "a/pool/b"}, "s", "3 in a/sync/b, 4 in a/pool/b", "r"}}),
      "unequal: s (3 in sync, 4 in pool)");
  EXPECT_EQ(brief({{"unequal",
                    {"a/sync/n:1/b", "a/sync/n:16/b"},
                    "s",
                    "3 in a/sync/n:1/b, 4 in a/sync/n:16/b",
                    "r"}}),
            "unequal: s (3 in sync n:1, 4 in sync n:16)");
}

TEST(CheckTexts, StandUnderTheTable) {
  EXPECT_THAT(printed("table", {with_threads(100)}),
              HasSubstr("\nWarning\n (1) hidden-threads: an event loop"));
  EXPECT_THAT(printed("table", {construct({})}), Not(HasSubstr("Warnings")));
}

TEST(CheckTexts, StandUnderTheTableInMarkdown) {
  EXPECT_THAT(printed("markdown", {with_threads(100)}),
              HasSubstr("\n#### Warnings\n\n- (1) hidden-threads: an event loop"));
  EXPECT_THAT(printed("markdown", {construct({})}), Not(HasSubstr("Warnings")));
}

TEST(CheckTexts, AreInTheJsonDocument) {
  const auto found = Json::parse(printed("json", {with_threads(100)}))["checks"];
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0]["code"], "hidden-threads");
  EXPECT_EQ(found[0]["cases"], Json({"sleep/event-loop/ops:100"}));
  EXPECT_EQ(Json::parse(printed("json", {construct({})}))["checks"], Json::array());
}

}  // namespace
}  // namespace asyncmark::check_texts_test
