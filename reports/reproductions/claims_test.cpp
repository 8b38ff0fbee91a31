#include "reports/reproductions/claims.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bench/base/split.hpp"
#include "bench/base/wrap.hpp"

namespace asyncmark::claims_test {
namespace {

using namespace reproduction;
using ::testing::HasSubstr;
using ::testing::Not;

Claim claim(Rule rule, Measured measured, Unit unit = Unit::time) {
  return {"Sync takes the sum of all waits", unit, rule, "the published table", measured};
}

TEST(Claims, EachKindOfRuleCanHoldAndCanFail) {
  const struct {
    Rule rule;
    double holds, fails;
    const char *prediction, *text;
  } rules[] = {
      {Rule::within(0.15, 46), 52.8, 53, "46.0 s", "within 15 % of the prediction"},
      {Rule::within(0.15, 46), 39.2, 39, "46.0 s", "within 15 % of the prediction"},
      {Rule::within_factor(2, 1.5), 3, 3.1, "1.50 s", "within a factor of 2 of the prediction"},
      {Rule::within_factor(2, 1.5), 0.75, 0.7, "1.50 s", "within a factor of 2 of the prediction"},
      {Rule::at_most(0.002), 0.002, 0.0021, "at most 2.00 ms", "at most the prediction"},
      {Rule::at_least(3), 3, 2.9, "at least 3.00 s", "at least the prediction"},
      {Rule::between(2, 4), 2, 1.9, "2.00 s to 4.00 s", "in the predicted range"},
      {Rule::between(2, 4), 4, 4.1, "2.00 s to 4.00 s", "in the predicted range"},
  };
  for (const auto& one : rules) {
    EXPECT_EQ(claim(one.rule, Measured::of(one.holds)).verdict(), Verdict::yes) << one.prediction;
    EXPECT_EQ(claim(one.rule, Measured::of(one.fails)).verdict(), Verdict::no) << one.prediction;
    EXPECT_EQ(one.rule.prediction(Unit::time), one.prediction);
    EXPECT_EQ(one.rule.text(), one.text);
  }
}

TEST(Claims, OnABusyMachineOnlyWhatIsFarOffFails) {
  auto slow = claim(Rule::within(0.15, 46), Measured::of(60));
  EXPECT_EQ(slow.verdict(), Verdict::no);
  slow.disturbed = true;
  EXPECT_EQ(slow.verdict(), Verdict::not_known);
  EXPECT_THAT(claims_table({slow}, {.width = 80}), HasSubstr("not known"));
  slow.measured = Measured::of(110);
  EXPECT_EQ(slow.verdict(), Verdict::no);
  slow.measured = Measured::of(50);
  EXPECT_EQ(slow.verdict(), Verdict::yes);
}

TEST(Claims, NothingMeasuredGivesNoVerdictButAReason) {
  const auto missing = claim(Rule::at_most(1), Measured::none("wrk is not installed"));
  EXPECT_EQ(missing.verdict(), Verdict::not_measured);
  EXPECT_THAT(claims_table({missing}, {.width = 80}),
              HasSubstr("Not measured: Sync takes the sum of all waits: wrk is not installed."));
  EXPECT_THAT(claims_in_markdown({missing}), HasSubstr("| not measured: wrk is not installed |"));
}

TEST(Claims, ARatioOfSomethingMissingIsMissing) {
  const auto some = Measured::of(4), none = Measured::none("it was not run");
  EXPECT_EQ(ratio(some, Measured::of(2)).value, 2);
  EXPECT_EQ(spread({some, Measured::of(8), Measured::of(5)}).value, 2);
  for (const auto& one : {ratio(some, none), ratio(none, some), spread({some, none})})
    EXPECT_EQ(one.missing, "it was not run");
  EXPECT_FALSE(ratio(some, Measured::of(0)).value);
}

TEST(Claims, WritesEachUnit) {
  EXPECT_EQ(text_of(0.0461, Unit::time), "46.1 ms");
  EXPECT_EQ(text_of(25, Unit::factor), "25×");
  EXPECT_EQ(text_of(958.4, Unit::factor), "958×");
  EXPECT_EQ(text_of(0.0224, Unit::share), "2.24 %");
  EXPECT_EQ(text_of(21.74, Unit::rate), "21.7/s");
}

TEST(Claims, TheTableHasAColumnForEachAndFits) {
  const std::vector<Claim> claims{
      claim(Rule::within(0.15, 46), Measured::of(46.1)),
      {"A sentence that is so long that it does not fit beside its figures", Unit::factor,
       Rule::between(25, 40), "", Measured::of(958)},
      claim(Rule::at_least(0.01), Measured::none("it was not run"))};
  for (const std::size_t width : {60u, 80u, 200u}) {
    const auto text = claims_table(claims, {.width = width});
    EXPECT_THAT(text, HasSubstr("Sync takes the sum of all waits"));
    for (const auto& line : lines_in(text)) EXPECT_LE(columns_of(line), std::min(width, 80ul));
  }
  EXPECT_EQ(lines_in(claims_table(claims, {.width = 80}))[0],
            "claim                                   predicted         measured  holds?");
}

TEST(Claims, OnlyMarkdownHasTheRuleAndTheSource) {
  const auto one = claim(Rule::within(0.15, 46), Measured::of(46.1));
  EXPECT_THAT(claims_in_markdown({one}),
              HasSubstr("| 46.0 s | 46.1 s | yes | within 15 % of the prediction | the published "
                        "table |"));
  EXPECT_THAT(claims_table({one}, {.width = 80}), Not(HasSubstr("published")));
}

}  // namespace
}  // namespace asyncmark::claims_test
