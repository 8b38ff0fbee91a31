#include "bench/base/split.hpp"

#include <gmock/gmock.h>

namespace asyncmark::split_test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(Split, GivesOnePartMoreThanThereAreSeparators) {
  EXPECT_THAT(split("a,b", ','), ElementsAre("a", "b"));
  EXPECT_THAT(split(",a,,", ','), ElementsAre("", "a", "", ""));
  EXPECT_THAT(split("", ','), ElementsAre(""));
}

TEST(Split, GivesLinesWithoutTheirEnds) {
  EXPECT_THAT(lines_in("a\n\nb\n"), ElementsAre("a", "", "b"));
  EXPECT_THAT(lines_in("a"), ElementsAre("a"));
  EXPECT_THAT(lines_in("\n"), ElementsAre(""));
  EXPECT_THAT(lines_in(""), IsEmpty());
}

TEST(Split, GivesWordsBetweenBlanks) {
  EXPECT_THAT(words_in(" a  b\tc\nd "), ElementsAre("a", "b", "c", "d"));
  EXPECT_THAT(words_in(" \n"), IsEmpty());
}

}  // namespace
}  // namespace asyncmark::split_test
