#include "bench/base/nearest.hpp"

#include <gtest/gtest.h>

namespace asyncmark::nearest_test {
namespace {

const std::vector<std::string> kNames{"null", "sleep", "http", "postgres", "--in-flight"};

TEST(Nearest, FindsWhatWasMistyped) {
  EXPECT_EQ(nearest("slep", kNames), "sleep");
  EXPECT_EQ(nearest("htpt", kNames), "http") << "two letters were swapped";
  EXPECT_EQ(nearest("postgresql", kNames), "postgres");
  EXPECT_EQ(nearest("--in-fligth", kNames), "--in-flight");
}

TEST(Nearest, FindsNothingInAnotherWord) {
  EXPECT_EQ(nearest("redis", kNames), std::nullopt);
  EXPECT_EQ(nearest("", kNames), std::nullopt);
  EXPECT_EQ(nearest("x", {"y"}), std::nullopt);
  EXPECT_EQ(nearest(std::string(100'000, 'a'), kNames), std::nullopt);
}

TEST(Nearest, IsSuggested) {
  EXPECT_EQ(suggestion("slep", kNames), "; did you mean 'sleep'?");
  EXPECT_EQ(suggestion("redis", kNames), "");
}

}  // namespace
}  // namespace asyncmark::nearest_test
