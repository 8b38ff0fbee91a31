#include "bench/base/github_actions.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

namespace asyncmark::github_actions_test {
namespace {

std::vector<Annotation> so_many(int count) {
  std::vector<Annotation> all;
  for (int i = 0; i < count; ++i) all.push_back({fmt::format("slower: BM_{}", i), "time +1 %"});
  return all;
}

TEST(AnnotationLines, WriteTheSignsOfGitHubAsNumbers) {
  EXPECT_EQ(annotation_lines({{"slower: a,b", "+1 %\n2: c"}}, "slower"),
            "::error title=slower%3A a%2Cb::+1 %25%0A2: c\n");
}

TEST(AnnotationLines, AreNineAndHowManyMoreThereAre) {
  const auto lines_of = [](const std::string& text) { return std::ranges::count(text, '\n'); };
  EXPECT_EQ(lines_of(annotation_lines(so_many(9), "slower")), 9);
  const auto more = annotation_lines(so_many(11), "slower");
  EXPECT_EQ(lines_of(more), 10);
  EXPECT_THAT(more, ::testing::EndsWith("::error title=slower::and 2 more\n"));
}

}  // namespace
}  // namespace asyncmark::github_actions_test
