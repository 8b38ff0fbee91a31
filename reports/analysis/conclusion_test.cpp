#include "reports/analysis/conclusion.hpp"

#include <gmock/gmock.h>

#include "reports/testing/constructed.hpp"

namespace asyncmark::conclusion_test {
namespace {

using testing::construct;
using ::testing::HasSubstr;
using testing::milliseconds;
using testing::set_of;
using ::testing::StartsWith;

Result six_runs() { return construct({.times = std::vector<Duration>(6, milliseconds(50))}); }

TEST(Conclusion, OfOneFileSaysWhatWeakensIt) {
  auto set = set_of({six_runs()});
  EXPECT_EQ(conclusion({&set}),
            "Stored result of 2026-01-02: its rows can be compared with each other.");
  auto dead = construct({.times = {}});
  testing::add_death(dead, "killed by SIGSEGV");
  set = set_of({construct({}), dead});
  EXPECT_THAT(conclusion({&set}), HasSubstr("1 of 2 cases died; one run of a case does not show"));
  set.context.facts["partial"] = true;
  EXPECT_THAT(conclusion({&set}), HasSubstr("interrupted"));
}

TEST(Conclusion, OfTwoFilesSaysWhetherTheyCanBeCompared) {
  const auto a = set_of({six_runs()}, "a");
  auto b = set_of({six_runs()}, "b");
  EXPECT_THAT(conclusion({&a, &b}), StartsWith("Same machine, but not the same time"));
  b.context.facts["num_cpus"] = 64;
  EXPECT_THAT(conclusion({&a, &b}), StartsWith("The machines differ (cores: 2 and 64)"));
  const auto other = set_of({construct({.ops = 7})}, "other");
  EXPECT_THAT(conclusion({&a, &other}), StartsWith("The files share no case"));
}

}  // namespace
}  // namespace asyncmark::conclusion_test
