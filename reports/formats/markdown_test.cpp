#include <gmock/gmock.h>

#include "reports/testing/constructed.hpp"

namespace asyncmark::markdown_test {
namespace {

using testing::add_death;
using testing::construct;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::printed;
using ::testing::StartsWith;

TEST(Markdown, HasTheTableFirstAndTheContextLast) {
  const auto text = printed("markdown", {construct({.ops = 1000})});
  EXPECT_THAT(text,
              StartsWith("### sleep: wait 46ms, 1000 operations, default concurrency, 1 run\n\n"
                         "| runner | in flight | time | ops/s |"));
  EXPECT_THAT(text, HasSubstr("|\n| :--- | ---: | ---: | ---: |"));
  EXPECT_THAT(text, HasSubstr("\n| event-loop | 1000 | 50.0 ms | 20000 |"));
  EXPECT_THAT(text, EndsWith("\nSome Processor, 2 cores, Linux 6.1, load 0.5; (0123456789ab)\n"));
  EXPECT_THAT(text, Not(HasSubstr("remark")));
}

TEST(Markdown, HasGroupsAsAColumn) {
  const auto text = printed("markdown", {construct({.ops = 100}), construct({.ops = 500})});
  EXPECT_THAT(text, HasSubstr("| load | runner |"));
  EXPECT_THAT(text, HasSubstr("\n| 500 operations | event-loop |"));
}

TEST(Markdown, KeepsEveryRowAtTheSameNumberOfCells) {
  auto dead = construct({.times = {}});
  add_death(dead, "killed by SIGSEGV");
  const auto text = printed("markdown", {construct({.runner = "sync"}), dead});
  EXPECT_THAT(text, HasSubstr("| killed by SIGSEGV |\n"));
  std::vector<std::ptrdiff_t> bars;
  for (std::size_t begin = 0; begin < text.size();) {
    const auto end = std::min(text.find('\n', begin), text.size());
    if (text[begin] == '|') bars.push_back(std::count(&text[begin], &text[end], '|'));
    begin = end + 1;
  }
  EXPECT_THAT(bars, ::testing::SizeIs(4));
  EXPECT_THAT(bars, ::testing::Each(bars.front()));
}

TEST(Markdown, EscapesWhatWouldBreakIt) {
  auto dead = construct({.times = {}});
  add_death(dead, "a|b\n<c>");
  EXPECT_THAT(printed("markdown", {dead}), HasSubstr("| a\\|b \\<c\\> |\n"));
}

}  // namespace
}  // namespace asyncmark::markdown_test
